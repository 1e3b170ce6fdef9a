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
  urls: Set<string>;
  pools: ExportedPool[];
}

/** @param known engines of the saved accounts */
export function groupEngines(
  pools: readonly ExportedPool[],
  known: readonly KnownEngine[],
): ExportedEngine[] {
  const single = pools
    .toSorted((a, b) => (poolName(a) < poolName(b) ? -1 : 1))
    .map((pool) => ({
      urls: new Set(pool.target.urls.map((url) => engineURL(url, pool.namespace))),
      pools: [pool],
    }));
  const groups = joined(joined(single, sameInNamespace), sameAcrossNamespaces);
  const names = heirs(groups, known);
  const taken = new Set(known.map(({ name }) => name));
  return groups.map((group) => {
    const urls = [...group.urls].sort();
    const name = names.get(group) ?? freeName(urls, taken);
    taken.add(name);
    return { name, urls, namespaces: namespacesOf(group), pools: group.pools };
  });
}

/** Puts together what is the same as something that is the same. Its place is that of the first. */
function joined(groups: readonly Group[], same: (a: Group, b: Group) => boolean): Group[] {
  const result: Group[] = [];
  for (const group of groups) {
    const [first, ...others] = result.filter((other) => same(other, group));
    if (!first) {
      result.push({ urls: new Set(group.urls), pools: [...group.pools] });
      continue;
    }
    for (const other of [...others, group]) {
      for (const url of other.urls) first.urls.add(url);
      first.pools.push(...other.pools);
    }
    for (const other of others) result.splice(result.indexOf(other), 1);
  }
  return result;
}

const shareURL = (a: Group, b: Group): boolean => [...a.urls].some((url) => b.urls.has(url));

const sameInNamespace = (a: Group, b: Group): boolean =>
  a.pools[0]?.namespace === b.pools[0]?.namespace && shareURL(a, b);

function sameAcrossNamespaces(a: Group, b: Group): boolean {
  const users = new Set([...a.pools, ...b.pools].map(({ target }) => userKey(target)));
  if (users.size > 1 || !shareURL(a, b)) return false;
  // Who has no password, or one that could not be read, shows nothing by being the same user.
  const proven = [...a.pools, ...b.pools].every(({ target }) => hasPassword(target));
  return proven || (saysNoMore(a, b) && saysNoMore(b, a));
}

const saysNoMore = (a: Group, b: Group): boolean => [...a.urls].every((url) => b.urls.has(url));

const hasPassword = ({ auth }: EngineTarget): boolean =>
  auth !== undefined && (auth.kind === 'basic' ? auth.password : auth.clientSecret) !== '';

const namespacesOf = ({ pools }: Group): string[] =>
  [...new Set(pools.map(({ namespace }) => namespace))].sort();

/** Who goes on with the name and the totals of which known engine: nobody from elsewhere. */
function heirs(groups: readonly Group[], known: readonly KnownEngine[]): Map<Group, string> {
  const names = new Map<Group, string>();
  for (const { name, urls: of, namespaces } of known.toSorted(byClaim)) {
    const foreign = ({ urls }: Group) => [...urls].filter((url) => !of.includes(url)).length;
    const [heir] = groups
      .filter(
        (group) =>
          !names.has(group) &&
          of.some((url) => group.urls.has(url)) &&
          namespacesOf(group).some((namespace) => namespaces.includes(namespace)),
      )
      // Of an engine that parts in two, the one that is the most like it, then the one with the name.
      .toSorted((a, b) => foreign(a) - foreign(b) || Number(b.urls.has(name)) - Number(a.urls.has(name)));
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
  return unused(a) - unused(b) || placeOf(a) - placeOf(b) || (a.name < b.name ? -1 : 1);
}

/** n of a name that ends in `#n`. */
const placeOf = ({ name }: KnownEngine): number => Number(/#(\d+)$/.exec(name)?.[1] ?? 1);

function freeName(urls: readonly string[], taken: ReadonlySet<string>): string {
  const free = urls.find((url) => !taken.has(url));
  for (let n = 2; ; n += 1) {
    const name = free ?? `${urls[0]}#${n}`;
    if (!taken.has(name)) return name;
  }
}

const poolName = ({ namespace, name }: ExportedPool): string => `${namespace}/${name}`;

/** The processes of a pool: those that it names, or the ones that stand for all. */
export const processesOf = ({ target }: ExportedPool, otherwise: readonly string[]): readonly string[] =>
  target.processDefinitionKeys && target.processDefinitionKeys.length > 0
    ? target.processDefinitionKeys
    : otherwise;
