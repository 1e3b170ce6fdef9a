/**
 * Which pools have the same engine. All URLs of one pool lead to one database,
 * so pools of a namespace that share a URL share the engine, and what is known
 * by a URL is known of all: an engine keeps its name and its totals when nodes
 * come and go, as long as one of them stays. A pool of another namespace may say
 * anything: it is at the same engine when it is the same user there, or says
 * exactly the same. Pure.
 */
import { type EngineTarget, userKey } from '../engine/question.ts';
import { engineURL } from '../pool/engineURL.ts';
import { components } from '../support/components.ts';
import { MultiIndex } from '../support/multiIndex.ts';

export interface ExportedPool {
  namespace: string;
  name: string;
  target: EngineTarget;
}

export interface KnownEngine {
  name: string;
  urls: readonly string[];
  /** Those of its pools. */
  namespaces: readonly string[];
  /** Since when no pool has needed it, in ms since the epoch. */
  unusedSince?: number | undefined;
}

export interface ExportedEngine extends KnownEngine {
  /** Sorted, so that the same one is asked with whenever there is a choice of credentials. */
  pools: ExportedPool[];
}

interface Group {
  urls: ReadonlySet<string>;
  namespaces: ReadonlySet<string>;
  /** Of all pools; undefined where they are several users. */
  user: string | undefined;
  /** Who has no password, or one that could not be read, shows nothing by being the same user. */
  proven: boolean;
  pools: readonly ExportedPool[];
}

/** @param known engines of the saved accounts */
export function groupEngines(
  pools: readonly ExportedPool[],
  known: readonly KnownEngine[],
): ExportedEngine[] {
  const sorted = pools.toSorted(byName);
  const groups = joined(joined(sorted.map(alone), inNamespace), acrossNamespaces);
  const names = heirs(groups, known);
  const taken = new Set(known.map(({ name }) => name));
  return groups.map((group) => {
    const urls = [...group.urls].sort();
    const name = names.get(group) ?? freeName(urls, taken);
    taken.add(name);
    const namespaces = [...group.namespaces].sort();
    return { name, urls, namespaces, pools: group.pools.toSorted(byName) };
  });
}

const alone = (pool: ExportedPool): Group => ({
  urls: new Set(pool.target.urls.map((url) => engineURL(url, pool.namespace))),
  namespaces: new Set([pool.namespace]),
  user: userKey(pool.target),
  proven: hasPassword(pool.target),
  pools: [pool],
});

const joined = (groups: readonly Group[], keysOf: (group: Group) => string[]): Group[] =>
  components(groups, keysOf).map((parts) => {
    const users = new Set(parts.map(({ user }) => user));
    return {
      urls: new Set(parts.flatMap(({ urls }) => [...urls])),
      namespaces: new Set(parts.flatMap(({ namespaces }) => [...namespaces])),
      user: users.size === 1 ? parts[0]?.user : undefined,
      proven: parts.every(({ proven }) => proven),
      pools: parts.flatMap(({ pools }) => pools),
    };
  });

/** What a name means in a namespace is one thing for everybody there. */
const inNamespace = ({
  namespaces,
  urls,
}: {
  namespaces: Iterable<string>;
  urls: Iterable<string>;
}): string[] => {
  const all = [...namespaces];
  return [...urls].flatMap((url) => all.map((namespace) => JSON.stringify([namespace, url])));
};

function acrossNamespaces({ user, proven, urls }: Group): string[] {
  if (user === undefined) return [];
  return proven
    ? [...urls].map((url) => JSON.stringify([user, url]))
    : [JSON.stringify([user, ...[...urls].sort()])];
}

const hasPassword = ({ auth }: EngineTarget): boolean =>
  auth !== undefined && (auth.kind === 'basic' ? auth.password : auth.clientSecret) !== '';

/** Who goes on with the name and the totals of which known engine: nobody from elsewhere. */
function heirs(groups: readonly Group[], known: readonly KnownEngine[]): Map<Group, string> {
  const at = new MultiIndex<number>();
  groups.forEach((group, place) => void at.set(`${place}`, inNamespace(group), place));
  const names = new Map<Group, string>();
  for (const engine of known.toSorted(byClaim)) {
    const { name } = engine;
    const of = new Set(engine.urls);
    const foreign = ({ urls }: Group) => [...urls].filter((url) => !of.has(url)).length;
    const [heir] = [...at.under(inNamespace(engine)).values()]
      .sort((a, b) => a - b)
      .flatMap((place) => groups[place] ?? [])
      .filter((group) => !names.has(group))
      // Of an engine that parts in two, the one that is the most like it, then the one with the name.
      .sort((a, b) => foreign(a) - foreign(b) || Number(b.urls.has(name)) - Number(a.urls.has(name)));
    if (heir) names.set(heir, name);
  }
  return names;
}

/**
 * Of two accounts that could go on, the one that is counted on, then the one that had the name first. Whoever leads
 * chooses the same one, whatever the order in which the accounts were read.
 */
function byClaim(a: KnownEngine, b: KnownEngine): number {
  const unused = (one: KnownEngine) => -(one.unusedSince ?? Number.MAX_SAFE_INTEGER);
  return unused(a) - unused(b) || numberOf(a) - numberOf(b) || (a.name < b.name ? -1 : 1);
}

/** n of a name that ends in `#n`. */
const numberOf = ({ name }: KnownEngine): number => Number(/#(\d+)$/.exec(name)?.[1] ?? 1);

function freeName(urls: readonly string[], taken: ReadonlySet<string>): string {
  const free = urls.find((url) => !taken.has(url));
  for (let n = 2; ; n += 1) {
    const name = free ?? `${urls[0]}#${n}`;
    if (!taken.has(name)) return name;
  }
}

const poolName = ({ namespace, name }: ExportedPool): string => `${namespace}/${name}`;
const byName = (a: ExportedPool, b: ExportedPool): number => (poolName(a) < poolName(b) ? -1 : 1);

/** The processes of a pool: those that it names, or the ones that stand for all. */
export const processesOf = ({ target }: ExportedPool, otherwise: readonly string[]): readonly string[] =>
  target.processDefinitionKeys && target.processDefinitionKeys.length > 0
    ? target.processDefinitionKeys
    : otherwise;
