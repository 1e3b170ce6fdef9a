/**
 * One chat completion through the OpenAI SDK. The SDK's own retries are off:
 * there is one retry loop, in `analyze.ts`. Its environment variables are
 * overridden, so that the configuration is the only source.
 */
import OpenAI from 'openai';
import type { Prompt } from '../fare/prompt.ts';
import { LlmError, toLlmError } from './errors.ts';
import type { Usage } from './price.ts';

export interface ModelSettings {
  baseURL: string;
  model: string;
  maxTokens: number;
  temperature: number;
}

export interface ModelAnswer {
  content: string;
  /** Why the content must not be used although the call worked (and was paid for). */
  problem: 'REFUSED' | 'TRUNCATED' | 'CONTENT_FILTERED' | undefined;
  /** The model that answered, which may be a dated snapshot of the one asked for. */
  model: string;
  usage: Usage | undefined;
  requestId: string | undefined;
}

export class ChatModel {
  readonly #settings: ModelSettings;
  readonly #clients = new Map<string, OpenAI>();

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  /**
   * Asks the model once, for at most `timeoutMs` from the first byte sent to the last received.
   * @param cancelled ends the call when it is aborted.
   * @throws LlmError, always typed. An answer that is no decision is not an error here.
   */
  async ask(
    prompt: Prompt,
    apiKey: string,
    timeoutMs: number,
    cancelled?: AbortSignal,
  ): Promise<ModelAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = cancelled ? AbortSignal.any([timeout, cancelled]) : timeout;
    try {
      const { data, request_id } = await this.#client(apiKey)
        .chat.completions.create(
          {
            model: this.#settings.model,
            messages: [
              { role: 'system', content: prompt.system },
              { role: 'user', content: prompt.user },
            ],
            max_tokens: this.#settings.maxTokens,
            temperature: this.#settings.temperature,
          },
          // The SDK's time-out ends with the headers; the signal covers the body too and comes first.
          { signal, timeout: timeoutMs + 1_000 },
        )
        .withResponse();
      return read(data, request_id ?? undefined);
    } catch (error) {
      throw toLlmError(error, {
        timedOut: timeout.aborted,
        cancelled: cancelled?.aborted ?? false,
        nowMs: Date.now(),
      });
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
    });
    this.#clients.set(apiKey, client);
    return client;
  }
}

function read(completion: OpenAI.ChatCompletion, requestId: string | undefined): ModelAnswer {
  const choice = completion?.choices?.[0];
  if (typeof choice?.message !== 'object') throw new LlmError('MALFORMED_RESPONSE', { requestId });
  return {
    content: typeof choice.message.content === 'string' ? choice.message.content : '',
    problem: problemOf(choice),
    model: completion.model,
    usage: completion.usage && {
      inputTokens: completion.usage.prompt_tokens,
      outputTokens: completion.usage.completion_tokens,
    },
    requestId,
  };
}

function problemOf(choice: OpenAI.ChatCompletion.Choice): ModelAnswer['problem'] {
  if (choice.message.refusal) return 'REFUSED';
  if (choice.finish_reason === 'length') return 'TRUNCATED';
  if (choice.finish_reason === 'content_filter') return 'CONTENT_FILTERED';
  return undefined;
}
