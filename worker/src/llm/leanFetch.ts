/**
 * As much of `fetch` as the SDK needs, on Node's own HTTP client: hundreds of
 * calls wait at once in one worker, and each costs a fraction of the memory
 * and of the time that Node's `fetch` takes. A redirect is not followed: the
 * key must not travel elsewhere.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { send } from '../http/send.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A completion has some kilobytes; what is longer is something else. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Connections are kept, and are those of this function alone. */
export function createLeanFetch(): typeof fetch {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const secure = url.protocol === 'https:';
    const { body, signal } = init ?? {};
    const { status, headers, text } = await send(
      secure,
      {
        agent: secure ? https : http,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || undefined,
        path: url.pathname + url.search,
        method: init?.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init?.headers)),
        ...(signal && { signal }),
      },
      typeof body === 'string' ? body : undefined,
      { connectTimeoutMs: CONNECT_TIMEOUT_MS, maxLength: MAX_LENGTH },
    ).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      // As `fetch` does: the SDK passes such an error on with all that is in it.
      throw new TypeError('fetch failed', { cause });
    });
    const bodiless = status === 204 || status === 205 || status === 304;
    return new Response(bodiless ? null : text, {
      status,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    });
  };
}
