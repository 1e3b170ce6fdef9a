/**
 * The way to the API where it is not the usual one: through a proxy, or with
 * certificates of one's own. For the calls to the model alone: the engine is
 * asked directly.
 */
import { getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { createLeanFetch } from './leanFetch.ts';

export interface TransportOptions {
  proxyURL: string | undefined;
  /** Host names, domains and addresses that are asked directly. */
  noProxy: readonly string[];
  /** PEM certificates to trust beside the usual ones, as of now; the file may be rotated. */
  ca: (() => string | undefined) | undefined;
}

/** The usual way is a lean one: see leanFetch.ts. */
export function createFetch(options: TransportOptions): typeof fetch {
  if (options.proxyURL === undefined && options.ca === undefined) return createLeanFetch();
  let made: { ca: string | undefined; dispatcher: Dispatcher } | undefined;
  const ours: typeof fetch = async (input, init) => {
    // Only now: most workers have no use for it, and it takes 30 MB.
    const undici = await import('undici');
    const ca = options.ca?.();
    if (!made || made.ca !== ca) {
      // Calls that are under way end over their connections.
      void made?.dispatcher.close();
      made = { ca, dispatcher: newDispatcher(undici, options, ca) };
    }
    // The same interface as Node's own, from a package whose types differ in corners that are not used here.
    const fetchWith = undici.fetch as unknown as (input: unknown, init: object) => Promise<Response>;
    return fetchWith(input, { ...init, dispatcher: made.dispatcher });
  };
  return ours;
}

function newDispatcher(
  { Agent, EnvHttpProxyAgent }: typeof import('undici'),
  { proxyURL, noProxy }: TransportOptions,
  ca: string | undefined,
): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
  if (proxyURL === undefined) return new Agent({ allowH2: false, connect: tls });
  return new EnvHttpProxyAgent({
    allowH2: false,
    httpProxy: proxyURL,
    httpsProxy: proxyURL,
    noProxy: noProxy.join(','),
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
  });
}
