import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { waitFor } from '../support/wait.ts';
import { standInControl } from './control.ts';
import type { Fault } from './protocol.ts';
import { type StandIn, startStandIn } from './standIn.ts';

const PROMPT = 'Analyze this ticket refund request:\n\nTicket Class: Economy\nDays Until Flight: 12\n';
let standIn: StandIn;

beforeEach(async () => {
  standIn = await startStandIn({ latencyMs: { min: 1, max: 5 } });
});
afterEach(() => standIn.stop());

const client = (apiKey = 'sk-stand-in-test-key-0001', timeout = 2_000) =>
  new OpenAI({ baseURL: standIn.baseURL, apiKey, maxRetries: 0, timeout });

const ask = (openai = client(), model = 'gpt-4o-mini') =>
  openai.chat.completions.create({
    model,
    messages: [
      { role: 'system', content: 'You are an airline policy expert. Respond with only one word.' },
      { role: 'user', content: PROMPT },
    ],
    max_tokens: 10,
    temperature: 0.3,
  });

describe('the stand-in LLM, asked by the real SDK', () => {
  test('answers one word in the shape of the real API', async () => {
    const { data, response, request_id } = await ask().withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4o-mini-2024-07-18',
      system_fingerprint: 'fp_stand_in',
      choices: [
        { message: { role: 'assistant', content: 'WITH_PENALTY', refusal: null }, finish_reason: 'stop' },
      ],
      usage: { completion_tokens: 2 },
    });
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + 2);
    expect(request_id).toMatch(/^req_/);
    expect(response.headers.get('x-stand-in')).toBe('true');
    expect(Number(response.headers.get('openai-processing-ms'))).toBeLessThan(1_000);
  });

  test('takes at least as long as its latency says', async () => {
    standIn.settings({ latencyMs: { min: 150, max: 160 } });
    const start = performance.now();
    await ask();
    expect(performance.now() - start).toBeGreaterThanOrEqual(149);
  });

  test('logs a call with its prompt and answer, and never the key', async () => {
    await ask();
    const [call] = standIn.calls();
    expect(call).toMatchObject({ status: 200, answer: 'WITH_PENALTY', prompt: PROMPT, group: 'default' });
    expect(JSON.stringify(standIn.calls())).not.toContain('sk-stand-in-test-key-0001');
  });

  test('lists its models', async () => {
    const models = await client().models.list();
    expect(models.data.map((model) => model.id)).toContain('gpt-4o-mini');
  });

  const failures: Array<[fault: Fault, error: object]> = [
    [
      { kind: 'rateLimit', retryAfterSeconds: 2 },
      { status: 429, code: 'rate_limit_exceeded' },
    ],
    [{ kind: 'insufficientQuota' }, { status: 429, code: 'insufficient_quota', type: 'insufficient_quota' }],
    [{ kind: 'serverError' }, { status: 500, type: 'server_error' }],
    [{ kind: 'serverError', status: 503 }, { status: 503 }],
    [{ kind: 'revokedKey' }, { status: 401, code: 'invalid_api_key' }],
    [{ kind: 'modelNotFound' }, { status: 404, code: 'model_not_found' }],
    [{ kind: 'cut' }, { message: 'Connection error.' }],
  ];
  test.each(failures)('fails once as scripted: %j', async (fault, error) => {
    standIn.script([fault]);
    await expect(ask()).rejects.toMatchObject(error);
    await expect(ask()).resolves.toBeDefined();
    expect(standIn.calls().map((call) => call.fault)).toEqual([fault.kind, undefined]);
  });

  test('names the time to wait in a scripted 429', async () => {
    standIn.script([{ kind: 'rateLimit', retryAfterSeconds: 61 }]);
    const error = await ask().catch((reason: unknown) => reason);
    expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('61');
  });

  test.each<Fault>([{ kind: 'malformedJson' }, { kind: 'cut', midBody: true }])(
    'sends a body that cannot be read: %j',
    async (fault) => {
      standIn.script([fault]);
      await expect(ask()).rejects.toThrow();
    },
  );

  test('hangs until the client gives up, and logs that no answer went out', async () => {
    standIn.script([{ kind: 'hang' }]);
    await expect(ask(client(undefined, 100))).rejects.toThrow();
    await waitFor('the log of the call', () => standIn.calls().length === 1);
    // The client began to count before its call had come here.
    expect(standIn.calls()[0]?.durationMs).toBeGreaterThan(0);
    expect(standIn.calls()).toMatchObject([{ fault: 'hang', status: 0 }]);
  });

  test.each<[Fault, object]>([
    [
      { kind: 'answer', text: 'Certainly! ALLOWED' },
      { content: 'Certainly! ALLOWED', refusal: null },
    ],
    [{ kind: 'empty' }, { content: '', refusal: null }],
    [{ kind: 'refusal' }, { content: null, refusal: expect.stringContaining('sorry') }],
  ])('says what the script wants said: %j', async (fault, message) => {
    standIn.script([fault]);
    expect((await ask()).choices[0]?.message).toMatchObject(message);
  });

  test('uses a fault as often as it says, and only for the prompts that it names', async () => {
    standIn.script([
      { kind: 'serverError', promptContains: 'Business' },
      { kind: 'rateLimit', times: 2 },
    ]);
    await expect(ask()).rejects.toMatchObject({ status: 429 });
    await expect(ask()).rejects.toMatchObject({ status: 429 });
    await expect(ask()).resolves.toBeDefined();
  });

  test('refuses a revoked and an unknown key', async () => {
    standIn.settings({
      keys: ['sk-good-key-000001', 'sk-old-key-0000001'],
      revokedKeys: ['sk-old-key-0000001'],
    });
    await expect(ask(client('sk-good-key-000001'))).resolves.toBeDefined();
    await expect(ask(client('sk-old-key-0000001'))).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(ask(client('sk-nobodys-key-001'))).rejects.toMatchObject({ status: 401 });
  });

  test('refuses a model that it does not have', async () => {
    await expect(ask(client(), 'gpt-3')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  test('keeps one quota for the keys of a group and says what remains', async () => {
    standIn.settings({
      rpm: 2,
      keys: [
        { key: 'sk-a-0000000001', group: 'one' },
        { key: 'sk-b-0000000001', group: 'one' },
        { key: 'sk-c-0000000001', group: 'two' },
      ],
    });
    const { response } = await ask(client('sk-a-0000000001')).withResponse();
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    await ask(client('sk-b-0000000001'));
    await expect(ask(client('sk-a-0000000001'))).rejects.toMatchObject({ status: 429, type: 'requests' });
    await expect(ask(client('sk-c-0000000001'))).resolves.toBeDefined();
  });

  test('counts tokens against the token limit', async () => {
    standIn.settings({ tpm: 60 });
    await ask();
    await expect(ask()).rejects.toMatchObject({ status: 429, type: 'tokens', code: 'rate_limit_exceeded' });
  });

  test('gives each group the limits that are set for it', async () => {
    standIn.settings({
      keys: [
        { key: 'sk-a-0000000001', group: 'small' },
        { key: 'sk-b-0000000001', group: 'large' },
      ],
      rpm: 100,
      groups: { small: { rpm: 1 } },
    });
    await ask(client('sk-a-0000000001'));
    await expect(ask(client('sk-a-0000000001'))).rejects.toMatchObject({ status: 429 });
    const { response } = await ask(client('sk-b-0000000001')).withResponse();
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('100');
  });

  test('fails only for the group that a fault names', async () => {
    standIn.settings({
      keys: [
        { key: 'sk-a-0000000001', group: 'poor' },
        { key: 'sk-b-0000000001', group: 'rich' },
      ],
    });
    standIn.script([{ kind: 'insufficientQuota', group: 'poor', times: 'always' }]);
    await expect(ask(client('sk-b-0000000001'))).resolves.toBeDefined();
    await expect(ask(client('sk-a-0000000001'))).rejects.toMatchObject({ code: 'insufficient_quota' });
  });

  const complete = (parameters: object) =>
    client().chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: PROMPT }],
      ...parameters,
    });

  test.each<[string, object, object]>([
    [
      'a limit that is too small',
      { max_tokens: 1 },
      { finish_reason: 'length', message: { content: 'WITH_P' } },
    ],
    [
      'reasoning that leaves no room for the answer',
      { model: 'o4-mini', max_completion_tokens: 10 },
      { finish_reason: 'length', message: { content: '' } },
    ],
    [
      'an object, when asked for one',
      {
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'd',
            strict: true,
            schema: { type: 'object', properties: {}, required: [], additionalProperties: false },
          },
        },
      },
      { message: { content: expect.stringMatching(/^\{"decision":"WITH_PENALTY","reasoning":"/) } },
    ],
    ['no probabilities, when not asked', {}, { logprobs: null }],
  ])('answers with %s', async (_what, parameters, choice) => {
    expect((await complete(parameters)).choices[0]).toMatchObject(choice);
  });

  test('tells how likely its words were, as the script says', async () => {
    standIn.script([{ kind: 'unsure', probability: 0.6 }]);
    const [choice] = (await complete({ logprobs: true, top_logprobs: 5 })).choices;
    const tokens = choice?.logprobs?.content ?? [];
    expect(tokens.map(({ token }) => token).join('')).toBe('WITH_PENALTY');
    expect(Math.exp(tokens[0]?.logprob ?? 0)).toBeCloseTo(0.6, 6);
    expect(tokens[0]?.top_logprobs.map(({ token }) => token)).toEqual(['WITH', 'ALL', 'MAN']);
    standIn.settings({ logprobs: false });
    expect((await complete({ logprobs: true })).choices[0]?.logprobs).toBeNull();
  });

  test('answers below the path that Azure has', async () => {
    const azure = new OpenAI({
      baseURL: standIn.baseURL.replace('/v1', '/openai/v1'),
      apiKey: 'sk-stand-in-test-key-0001',
      maxRetries: 0,
    });
    await expect(ask(azure)).resolves.toBeDefined();
  });

  test('can be read and set over HTTP', async () => {
    const control = standInControl(standIn.controlURL);
    await control.script([{ kind: 'serverError' }]);
    await expect(ask()).rejects.toMatchObject({ status: 500 });
    await control.settings({ latencyMs: { min: 30, max: 30 } });
    await ask();
    const stats = await control.stats();
    expect(stats).toMatchObject({
      calls: 2,
      byStatus: { 200: 1, 500: 1 },
      byAnswer: { WITH_PENALTY: 1 },
      byFault: { serverError: 1 },
      completionTokens: 2,
      inProgress: 0,
      peakInProgress: 1,
    });
    expect(stats.latencyMs?.p50).toBeGreaterThanOrEqual(29);
    const promptTokens = stats.promptTokens;
    expect(stats.costUSD).toBeCloseTo((promptTokens * 0.15 + 2 * 0.6) / 1e6, 12);
    expect(await control.calls()).toHaveLength(2);
    await control.clearCalls();
    expect(standIn.calls()).toEqual([]);
  });
});
