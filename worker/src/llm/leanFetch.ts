/**
 * As much of `fetch` as the SDK needs, on the client that the engine is asked
 * with: hundreds of calls wait at once in one worker, and Node's own `fetch`
 * takes more memory and time for each. A redirect is not followed: the key
 * must not travel elsewhere.
 */
import { createAgent } from '../http/agent.ts';
import { type Answer, send } from '../http/send.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A completion has some kilobytes; what is longer is something else. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Connections are kept, and are those of this function alone. */
export function createLeanFetch(): typeof fetch {
  const http = createAgent(false, CONNECT_TIMEOUT_MS);
  const https = createAgent(true, CONNECT_TIMEOUT_MS);
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const { body, signal } = init ?? {};
    const { status, headers, text } = await send({
      method: init?.method ?? 'GET',
      url,
      headers: Object.fromEntries(
        init?.headers instanceof Headers ? init.headers : new Headers(init?.headers),
      ),
      body: typeof body === 'string' ? body : undefined,
      agent: url.startsWith('https:') ? https : http,
      signal: signal ?? undefined,
      maxLength: MAX_LENGTH,
    }).catch((cause: unknown) => {
      // As `fetch` does: the SDK passes such errors on with all that is in them.
      if (signal?.aborted) throw signal.reason;
      throw new TypeError('fetch failed', { cause });
    });
    return response(status, headers, text);
  };
}

/**
 * As much of a `Response` as the SDK reads. A real one wraps the text in a stream, only to be read again: work for every
 * call.
 */
function response(status: number, headers: Answer['headers'], text: string): Response {
  const part = {
    status,
    statusText: '',
    ok: status >= 200 && status < 300,
    headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: null,
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
  } satisfies Partial<Response>;
  return part as Response;
}
