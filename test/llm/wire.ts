/** The bodies of the OpenAI API: errors, completions and token counts. */
import { parameterProblem, reasons } from './parameters.ts';
import type { KeySetting } from './protocol.ts';

export interface WireError {
  status: number;
  body: { error: { message: string; type: string; param: string | null; code: string | null } };
}

const error = (
  status: number,
  type: string,
  code: string | null,
  message: string,
  param: string | null = null,
): WireError => ({ status, body: { error: { message, type, param, code } } });

export const errors = {
  noKey: () =>
    error(
      401,
      'invalid_request_error',
      null,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
    ),
  // The real API echoes part of the key too: whoever logs error texts would leak it.
  badKey: (key: string) =>
    error(
      401,
      'invalid_request_error',
      'invalid_api_key',
      `Incorrect API key provided: ${key.slice(0, 8)}${'*'.repeat(12)}${key.slice(-4)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    ),
  badRequest: (message: string, param: string | null = null) =>
    error(400, 'invalid_request_error', null, message, param),
  unsupportedParameter: (name: string, instead?: string) =>
    error(
      400,
      'invalid_request_error',
      'unsupported_parameter',
      `Unsupported parameter: '${name}' is not supported with this model.${instead ? ` Use '${instead}' instead.` : ''}`,
      name,
    ),
  unsupportedValue: (name: string, value: unknown) =>
    error(
      400,
      'invalid_request_error',
      'unsupported_value',
      `Unsupported value: '${name}' does not support ${JSON.stringify(value)} with this model.`,
      name,
    ),
  notFound: (method: string, path: string) =>
    error(404, 'invalid_request_error', null, `Invalid URL (${method} ${path})`),
  modelNotFound: (model: string) =>
    error(
      404,
      'invalid_request_error',
      'model_not_found',
      `The model \`${model}\` does not exist or you do not have access to it.`,
    ),
  rateLimit: (model: string, limit: 'requests' | 'tokens', wait: string) =>
    error(
      429,
      limit,
      'rate_limit_exceeded',
      `Rate limit reached for ${model} on ${limit} per min. Please try again in ${wait}.`,
    ),
  insufficientQuota: () =>
    error(
      429,
      'insufficient_quota',
      'insufficient_quota',
      'You exceeded your current quota, please check your plan and billing details.',
    ),
  server: (status: number) =>
    error(
      status,
      'server_error',
      null,
      'The server had an error while processing your request. Sorry about that!',
    ),
};

/** Dated names that the real API answers with. */
const DATED: Record<string, string> = { 'gpt-4o-mini': 'gpt-4o-mini-2024-07-18' };

export interface Usage {
  promptTokens: number;
  completionTokens: number;
  reasoningTokens: number;
}

export interface Said {
  /** Null with a `refusal` is how the real one refuses. */
  content: string | null;
  refusal: string | null;
  finishReason: 'stop' | 'length';
  logprobs: object | null;
}

/** A chat completion body. */
export function completion(id: string, created: number, model: string, said: Said, usage: Usage): object {
  const { content, refusal, finishReason, logprobs } = said;
  return {
    id,
    object: 'chat.completion',
    created,
    model: DATED[model] ?? model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal, annotations: [] },
        logprobs,
        finish_reason: finishReason,
      },
    ],
    usage: {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.promptTokens + usage.completionTokens,
      completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_stand_in',
  };
}

export interface ChatRequest {
  model: string;
  prompt: string;
  promptTokens: number;
  maxTokens: number;
  /** What the token limit charges on arrival: the larger of the prompt and what the answer may have. */
  chargedTokens: number;
  reasons: boolean;
  structured: boolean;
  logprobs: boolean;
}

/** Checks a request body as far as the real API would complain about it. */
export function parseChatRequest(
  text: string,
): { ok: true; request: ChatRequest } | { ok: false; error: WireError } {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { ok: false, error: errors.badRequest('We could not parse the JSON body of your request.') };
  }
  if (typeof body.model !== 'string' || body.model === '') {
    return { ok: false, error: errors.badRequest('you must provide a model parameter') };
  }
  const messages = Array.isArray(body.messages) ? (body.messages as Array<Record<string, unknown>>) : [];
  if (messages.length === 0 || messages.some((message) => typeof message?.content !== 'string')) {
    return { ok: false, error: errors.badRequest("Missing required parameter: 'messages'.", 'messages') };
  }
  if (body.stream) return { ok: false, error: errors.badRequest('The stand-in does not stream.', 'stream') };
  const problem = parameterProblem(body);
  if (problem) return { ok: false, error: problem };
  const texts = messages.map((message) => String(message.content));
  // About four characters a token, and four tokens of framing a message.
  const promptTokens = texts.reduce((sum, content) => sum + Math.ceil(content.length / 4) + 4, 0);
  const stated = body.max_completion_tokens ?? body.max_tokens;
  return {
    ok: true,
    request: {
      model: body.model,
      prompt: messages.findLast((message) => message.role === 'user')?.content as string,
      promptTokens,
      maxTokens: Number(stated ?? 4_096),
      chargedTokens: Math.max(promptTokens, Number(stated ?? 0)),
      reasons: reasons(body),
      structured: (body.response_format as { type?: string } | undefined)?.type === 'json_schema',
      logprobs: body.logprobs === true,
    },
  };
}

/** A key as a setting, whichever way it was written. */
export const keySetting = (key: string | KeySetting): KeySetting => (typeof key === 'string' ? { key } : key);
