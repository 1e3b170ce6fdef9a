/** `POST /v1/chat/completions`: key, request, scripted fault, quota, model, decision; in this order. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Gullibility, obeys } from './gullible.ts';
import { decide } from './policy.ts';
import type { Call, Fault } from './protocol.ts';
import { charge, goDuration, rateLimitHeaders } from './quota.ts';
import { fingerprint, type State } from './state.ts';
import { ticketInPrompt } from './ticketLines.ts';
import { type ChatRequest, completion, errors, parseChatRequest, type WireError } from './wire.ts';
import { asObject, logprobs, REASONING_TOKENS, worded } from './wording.ts';

type Handler = (authorization: string | undefined, body: string, response: ServerResponse) => Promise<void>;

/** What a call comes to: an error, a completion, or no answer at all. */
type Reply =
  | { fail: WireError; headers?: Record<string, string>; fault?: Call['fault'] }
  | { text: string; latencyMs: number; probability?: number; fault?: Call['fault'] }
  | { refusal: string; latencyMs: number; fault?: Call['fault'] }
  | { silent: 'hang' | 'cut' | 'cutMidBody' | 'malformedJson' };

const NO_REQUEST: ChatRequest = {
  model: '',
  prompt: '',
  promptTokens: 0,
  maxTokens: 0,
  chargedTokens: 0,
  reasons: false,
  structured: false,
  logprobs: false,
};
/** Of the label, where the script says nothing else. */
const USUAL_PROBABILITY = 0.99;

export function chatCompletions(state: State): Handler {
  return async (authorization, body, response) => {
    const start = performance.now();
    const key = authorization?.replace(/^Bearer /, '') ?? '';
    const parsed = parseChatRequest(body);
    const request = parsed.ok ? parsed.request : NO_REQUEST;
    const group = state.groupOf(key);
    const call: Call = {
      id: `req_${randomBytes(12).toString('hex')}`,
      at: new Date().toISOString(),
      keyFingerprint: fingerprint(key),
      group: group ?? '',
      model: request.model,
      status: 0,
      prompt: request.prompt,
      promptHash: fingerprint(request.prompt),
      promptTokens: request.promptTokens,
      completionTokens: 0,
      durationMs: 0,
    };
    const leave = state.enter();
    response.once('close', () => {
      leave();
      call.status = response.writableFinished ? response.statusCode : 0;
      call.durationMs = performance.now() - start;
      state.calls.push(call);
    });
    response.setHeader('x-request-id', call.id);
    response.setHeader('openai-version', '2020-10-01');

    const reply = ((): Reply => {
      if (group === undefined) return { fail: key ? errors.badKey(key) : errors.noKey(), fault: 'badKey' };
      if (!parsed.ok) return { fail: parsed.error, fault: 'badRequest' };
      const fault = state.faults.next(request.prompt, group);
      const early = fault && failing(fault, key, request.model);
      if (early) return early;
      const quota = state.quotaOf(group);
      const charged = charge(quota, request.chargedTokens, performance.now());
      for (const [name, value] of Object.entries(rateLimitHeaders(quota))) response.setHeader(name, value);
      if (!charged.ok) {
        const headers = retryAfter(charged.waitMs);
        const wait = goDuration(charged.waitMs);
        return { fail: errors.rateLimit(request.model, charged.limit, wait), headers, fault: 'quota' };
      }
      if (!state.settings.models.includes(request.model))
        return { fail: errors.modelNotFound(request.model) };
      return answering(fault, request, state.nextLatency(), state.settings.gullible);
    })();
    await send(
      reply,
      call,
      { ...request, logprobs: request.logprobs && state.settings.logprobs },
      start,
      response,
    );
  };
}

/** Faults that come instead of a decision. */
function failing(fault: Fault, key: string, model: string): Reply | undefined {
  switch (fault.kind) {
    case 'rateLimit': {
      const ms = (fault.retryAfterSeconds ?? 1) * 1_000;
      const headers = fault.retryAfterSeconds === undefined ? {} : retryAfter(ms);
      return { fail: errors.rateLimit(model, 'requests', goDuration(ms)), headers, fault: fault.kind };
    }
    case 'insufficientQuota':
      return { fail: errors.insufficientQuota(), fault: fault.kind };
    case 'serverError':
      return { fail: errors.server(fault.status ?? 500), fault: fault.kind };
    case 'revokedKey':
      return { fail: errors.badKey(key), fault: fault.kind };
    case 'modelNotFound':
      return { fail: errors.modelNotFound(model), fault: fault.kind };
    case 'hang':
    case 'malformedJson':
      return { silent: fault.kind };
    case 'cut':
      return { silent: fault.midBody ? 'cutMidBody' : 'cut' };
  }
}

/** A completion: the policy's decision, or what the script wants said. */
function answering(
  fault: Fault | undefined,
  { prompt, structured }: ChatRequest,
  latencyMs: number,
  gullible: Gullibility | undefined,
): Reply {
  switch (fault?.kind) {
    case 'answer':
      return { text: fault.text, latencyMs, fault: fault.kind };
    case 'empty':
      return { text: '', latencyMs, fault: fault.kind };
    case 'refusal':
      return { refusal: "I'm sorry, I can't assist with that.", latencyMs, fault: fault.kind };
  }
  const ticket = ticketInPrompt(prompt);
  const honest = ticket ? decide(ticket) : 'Please provide the ticket.';
  const word = gullible && obeys(prompt, gullible) ? 'ALLOWED' : honest;
  const text = structured && ticket ? asObject(word) : word;
  if (fault?.kind === 'slow') return { text, latencyMs: fault.ms, fault: fault.kind };
  if (fault?.kind === 'unsure') return { text, latencyMs, probability: fault.probability, fault: fault.kind };
  return { text, latencyMs };
}

async function send(
  reply: Reply,
  call: Call,
  request: ChatRequest,
  start: number,
  response: ServerResponse,
): Promise<void> {
  if ('silent' in reply) {
    call.fault = reply.silent === 'cutMidBody' ? 'cut' : reply.silent;
    if (reply.silent === 'hang') return;
    if (reply.silent === 'cut') return void response.destroy();
    response.writeHead(200, { 'content-type': 'application/json' });
    if (reply.silent === 'malformedJson') return void response.end('{"id": "chatcmpl-');
    // Without a length the body is chunked, so the missing last chunk is seen as a broken connection.
    return void response.write('{"id": "chatcmpl-', () => response.destroy());
  }
  call.fault = reply.fault;
  if ('fail' in reply) {
    const headers = { 'content-type': 'application/json', ...reply.headers };
    response.writeHead(reply.fail.status, headers).end(JSON.stringify(reply.fail.body));
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    await sleep(reply.latencyMs, undefined, { signal: gone.signal });
  } catch {
    return; // The client has gone; `close` has logged the call.
  }
  const { model, promptTokens, maxTokens, reasons } = request;
  const spoken = 'text' in reply ? reply.text : reply.refusal;
  const { content, completionTokens, finishReason } = worded(spoken, maxTokens, reasons);
  const answered = 'text' in reply;
  if (answered) call.answer = content;
  call.completionTokens = completionTokens;
  const body = completion(
    `chatcmpl-${call.id.slice(4)}`,
    Math.floor(Date.now() / 1_000),
    model,
    {
      content: answered ? content : null,
      refusal: answered ? null : spoken,
      finishReason,
      logprobs:
        answered && request.logprobs ? logprobs(content, reply.probability ?? USUAL_PROBABILITY) : null,
    },
    { promptTokens, completionTokens, reasoningTokens: reasons ? REASONING_TOKENS : 0 },
  );
  const headers = {
    'content-type': 'application/json',
    'openai-processing-ms': String(Math.round(performance.now() - start)),
  };
  response.writeHead(200, headers).end(JSON.stringify(body));
}

const retryAfter = (ms: number): Record<string, string> => ({
  'retry-after': String(Math.ceil(ms / 1_000)),
  'retry-after-ms': String(Math.ceil(ms)),
});
