/**
 * The addresses behind the engine's URLs. A name may stand for several nodes
 * (a headless Service), and for others tomorrow.
 */
import { lookup } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';

/** The addresses of a host name. Rejects, or resolves to none, when they cannot be told now. */
export type Lookup = (host: string) => Promise<string[]>;

/** As every program on this machine resolves names: /etc/hosts counts. */
export const systemLookup: Lookup = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);

/** One address under which an engine node is asked. */
export interface Target {
  /** The base URL as it was configured: its host goes into the Host header and is what a certificate must name. */
  readonly url: string;
  readonly address: string;
}

export const targetKey = ({ url, address }: Target): string => `${url} ${address}`;

/** The host of a URL without the brackets of an IPv6 address. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** Whether this URL can never stand for other addresses than now. */
export const isLiteral = (url: string): boolean => isIP(hostOf(url)) !== 0;

/**
 * The targets behind all URLs. A name that cannot be looked up keeps those in `known`: that a name server is away
 * says nothing about the engine.
 */
export async function resolveTargets(
  urls: readonly string[],
  known: readonly Target[],
  find: Lookup,
): Promise<Target[]> {
  const found = await Promise.all(
    urls.map(async (url) => {
      const addresses = isLiteral(url) ? [hostOf(url)] : oneFamily(await find(hostOf(url)).catch(() => []));
      if (addresses.length === 0) return known.filter((target) => target.url === url);
      return addresses.map((address) => ({ url, address }));
    }),
  );
  return [...new Map(found.flat().map((target) => [targetKey(target), target])).values()];
}

/** A node with two addresses is one node: where a name has both families, IPv4 counts, as engines always listen there. */
function oneFamily(addresses: readonly string[]): readonly string[] {
  const v4 = addresses.filter(isIPv4);
  return v4.length > 0 ? v4 : addresses;
}

export type NodesMode = 'Auto' | 'Direct' | 'Balanced';

/** Whether each address is one engine node. An address that is alone may be a load balancer's. */
export function isDirect(mode: NodesMode, addresses: number): boolean {
  return mode === 'Direct' || (mode === 'Auto' && addresses > 1);
}
