/**
 * One chat completion through the OpenAI SDK. The SDK's own retries are off:
 * there is one retry loop, in `analyze.ts`. Its environment variables are
 * overridden, so that the configuration is the only source.
 */
import OpenAI from 'openai';
import type { Prompt } from '../fare/prompt.ts';
import { type ModelAnswer, readCompletion } from './completion.ts';
import { toLlmError } from './errors.ts';
import type { CallParameters } from './profile.ts';
import { type RateLimits, readRateLimits } from './rateLimits.ts';
import { RESPONSE_FORMAT } from './structured.ts';

export interface ModelSettings {
  baseURL: string;
  model: string;
  answerFormat: 'OneWord' | 'Structured';
  /** What the model takes: see profile.ts. */
  call: CallParameters;
}

export class ChatModel {
  readonly #settings: ModelSettings;
  readonly #fetch: typeof fetch | undefined;
  readonly #clients = new Map<string, OpenAI>();

  /** @param fetchWith the way to the API; left out: the usual one */
  constructor(settings: ModelSettings, fetchWith?: typeof fetch) {
    this.#settings = settings;
    this.#fetch = fetchWith;
  }

  get answerFormat(): ModelSettings['answerFormat'] {
    return this.#settings.answerFormat;
  }

  /**
   * Asks the model once, for at most `timeoutMs` from the first byte sent to the last received.
   * @param cancel ends the call early
   * @throws LlmError, always typed. An answer that is no decision is not an error here.
   */
  async ask(
    prompt: Prompt,
    apiKey: string,
    timeoutMs: number,
    cancel?: AbortSignal,
  ): Promise<{ answer: ModelAnswer; limits: RateLimits }> {
    const { model, answerFormat, call } = this.#settings;
    const end = endOf(timeoutMs, cancel);
    try {
      const { data, request_id, response } = await this.#client(apiKey)
        .chat.completions.create(
          {
            model,
            messages: [
              { role: 'system', content: prompt.system },
              { role: 'user', content: prompt.user },
            ],
            ...call,
            ...(answerFormat === 'Structured' && { response_format: RESPONSE_FORMAT }),
          },
          // The SDK's time-out ends with the headers; the signal covers the body too and comes first.
          { signal: end.signal, timeout: timeoutMs + 1_000 },
        )
        .withResponse();
      return {
        answer: readCompletion(data, request_id ?? undefined),
        limits: readRateLimits(response.headers),
      };
    } catch (error) {
      const cancelled = cancel?.aborted ?? false;
      throw toLlmError(error, { timedOut: end.timedOut(), cancelled, nowMs: Date.now() });
    } finally {
      end.release();
    }
  }

  #client(apiKey: string): OpenAI {
    const known = this.#clients.get(apiKey);
    if (known) return known;
    // Rotated keys must not stay in memory for ever.
    if (this.#clients.size >= 32) this.#clients.clear();
    const client = new OpenAI({
      apiKey,
      baseURL: this.#settings.baseURL,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      logLevel: 'off',
      ...(this.#fetch && { fetch: this.#fetch }),
    });
    this.#clients.set(apiKey, client);
    return client;
  }
}

/** When a call has to end. Plain: `AbortSignal.any` leaves weak references to be collected, for every call. */
function endOf(timeoutMs: number, cancel: AbortSignal | undefined) {
  const over = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    over.abort();
  }, timeoutMs);
  const abort = () => over.abort();
  if (cancel?.aborted) abort();
  cancel?.addEventListener('abort', abort);
  return {
    signal: over.signal,
    timedOut: () => timedOut,
    release: () => {
      clearTimeout(timer);
      cancel?.removeEventListener('abort', abort);
    },
  };
}
