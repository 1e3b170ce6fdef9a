/**
 * Which pools have the same engine. All URLs of one pool lead to one database,
 * so pools that share a URL share the engine, and what is known by a URL is
 * known of all: an engine keeps its name and its totals when nodes come and go,
 * as long as one of them stays. Pure.
 */
import type { EngineTarget } from '../engine/question.ts';
import { engineURL } from '../pool/engineURL.ts';

export interface ExportedPool {
  namespace: string;
  name: string;
  target: EngineTarget;
}

export interface KnownEngine {
  name: string;
  urls: readonly string[];
}

export interface ExportedEngine extends KnownEngine {
  /** Sorted, so that the same one is asked with whenever there is a choice of credentials. */
  pools: ExportedPool[];
}

/** @param known engines of the saved accounts */
export function groupEngines(
  pools: readonly ExportedPool[],
  known: readonly KnownEngine[],
): ExportedEngine[] {
  const sorted = pools.toSorted((a, b) => (poolName(a) < poolName(b) ? -1 : 1));
  const groups: { urls: Set<string>; pools: ExportedPool[] }[] = [];
  for (const pool of sorted) {
    const urls = new Set(pool.target.urls.map((url) => engineURL(url, pool.namespace)));
    const same = groups.filter((group) => [...urls].some((url) => group.urls.has(url)));
    const [first] = same;
    // Its place is that of the first, so that the order stays that of the pools.
    const group = first ?? { urls: new Set<string>(), pools: [] };
    if (!first) groups.push(group);
    for (const url of urls) group.urls.add(url);
    for (const other of same.slice(1)) {
      for (const url of other.urls) group.urls.add(url);
      group.pools.push(...other.pools);
      groups.splice(groups.indexOf(other), 1);
    }
    group.pools.push(pool);
  }
  const names = new Map<object, string>();
  for (const { name, urls: of } of known) {
    const same = groups.filter((group) => !names.has(group) && of.some((url) => group.urls.has(url)));
    // Of an engine that parts in two, the one with the name keeps it.
    const heir = same.find(({ urls }) => urls.has(name)) ?? same[0];
    if (heir) names.set(heir, name);
  }
  const taken = new Set(names.values());
  return groups.map((group) => {
    const urls = [...group.urls].sort();
    const name = names.get(group) ?? urls.find((url) => !taken.has(url)) ?? `${urls[0]}#2`;
    taken.add(name);
    return { name, urls, pools: group.pools };
  });
}

const poolName = ({ namespace, name }: ExportedPool): string => `${namespace}/${name}`;

/** The processes of a pool: those that it names, or the ones that stand for all. */
export const processesOf = ({ target }: ExportedPool, otherwise: readonly string[]): readonly string[] =>
  target.processDefinitionKeys && target.processDefinitionKeys.length > 0
    ? target.processDefinitionKeys
    : otherwise;
