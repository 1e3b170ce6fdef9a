/** The loop around a call, against the stand-in over HTTP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault, KeySetting } from '../../../test/llm/protocol.ts';
import { type StandIn, startStandIn } from '../../../test/llm/standIn.ts';
import { Credentials } from '../credentials.ts';
import { Pacer, type PacerOptions } from '../quota/pacer.ts';
import { type Analyzer, analyze, type CallRecord } from './analyze.ts';
import { ApiKeys } from './keys.ts';
import { ChatModel, type ModelSettings } from './openai.ts';
import { callParameters } from './profile.ts';

const PROMPT = { system: 'One word.', user: 'Ticket Class: First\nDays Until Flight: 9' };
const ONE = 'sk-key-of-group-one';
const TWO = 'sk-key-of-group-two';
const KEYS: KeySetting[] = [
  { key: ONE, group: 'one' },
  { key: TWO, group: 'two' },
];

let llm: StandIn;
let directory: string;
let records: CallRecord[];

beforeAll(async () => {
  llm = await startStandIn({ latencyMs: { min: 0, max: 0 }, keys: KEYS });
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'analyze-'));
  records = [];
  llm.script([]);
  llm.settings({ revokedKeys: [], keys: KEYS, logprobs: true });
});
afterEach(() => rmSync(directory, { recursive: true }));
afterAll(() => llm.stop());

interface Change {
  keys?: string[];
  quotas?: PacerOptions['quotas'];
  model?: Partial<ModelSettings>;
  maxAttempts?: number;
}

/** @param keys in groups named `one`, `two` */
async function analyzer({
  keys = [ONE],
  quotas = [],
  model = {},
  maxAttempts = 3,
}: Change = {}): Promise<Analyzer> {
  const refs = keys.map((key, index) => {
    writeFileSync(join(directory, `llm-${index}`), key);
    return { file: `llm-${index}`, quotaGroup: key === TWO ? 'two' : 'one' };
  });
  const credentials = new Credentials(
    directory,
    refs.map(({ file }) => file),
  );
  await credentials.reload();
  const own = new ApiKeys(credentials, refs, undefined);
  return {
    model: new ChatModel({
      baseURL: llm.baseURL,
      model: 'gpt-4o-mini',
      answerFormat: 'OneWord',
      call: { max_tokens: 10 },
      ...model,
    }),
    keys: own,
    pacer: new Pacer({
      quotas,
      outputLimit: 10,
      sharers: () => 1,
      shared: () => undefined,
      openGroups: () => own.openGroups(),
    }),
    price: { inputPerMillionUSD: 0.15, outputPerMillionUSD: 0.6 },
    timeoutMs: 1_000,
    maxAttempts,
    onWait: () => undefined,
  };
}

const run = async (own: Analyzer, forMs = 5_000, signal?: AbortSignal) => {
  const deadline = performance.now() + forMs;
  return analyze(own, PROMPT, deadline, (record) => records.push(record), signal);
};
const refused = (code: string) => ({ error: expect.objectContaining({ code }) });
const always = (fault: Fault): Fault => ({ ...fault, times: 'always' });

describe('with keys of two accounts', () => {
  const both = () => analyzer({ keys: [ONE, TWO] });

  test.each<[string, Fault, string]>([
    ['is to be left alone for longer than the lock', { kind: 'rateLimit', retryAfterSeconds: 61 }, 'cooling'],
    ['has no quota left', { kind: 'insufficientQuota' }, 'exhausted'],
    ['does not know its key any more', { kind: 'revokedKey' }, 'refused'],
  ])('one that %s is met once, and all is decided with the other', async (_what, fault, state) => {
    llm.script([always({ ...fault, group: 'one' })]);
    const own = await both();
    for (let task = 0; task < 12; task += 1) {
      expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
    }
    const failed = records.filter(({ verdict }) => 'error' in verdict);
    expect(failed).toHaveLength(1);
    expect(own.keys.states()).toMatchObject([{ state }, { state: 'usable' }]);
  });

  test('both are used', async () => {
    const own = await both();
    llm.settings({});
    const before = llm.calls().length;
    for (let task = 0; task < 20; task += 1) await run(own);
    const groups = llm
      .calls()
      .slice(before)
      .map(({ group }) => group);
    expect(new Set(groups)).toEqual(new Set(['one', 'two']));
  });
});

test('a key that was rotated after a refusal costs no attempt', async () => {
  const own = await analyzer({ maxAttempts: 1 });
  llm.settings({ revokedKeys: [ONE] });
  writeFileSync(join(directory, 'llm-0'), TWO);
  expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
  expect(records.map(({ number }) => number)).toEqual([1, 2]);
});

describe('the only account', () => {
  test('is left alone for as long as it asks, by the tasks after it, too', async () => {
    llm.script([always({ kind: 'rateLimit', retryAfterSeconds: 61 })]);
    const own = await analyzer();
    expect((await run(own)).verdict).toEqual(refused('RATE_LIMITED'));
    // No call was made for this one: it waits in the engine, and none is fetched meanwhile.
    expect((await run(own)).verdict).toEqual(refused('NO_QUOTA'));
    expect(records).toHaveLength(1);
    expect(own.pacer.allowance()).toBe(0);
  });

  test('is called again after a short wait, when the lock leaves time for that', async () => {
    llm.script([{ kind: 'rateLimit', retryAfterSeconds: 1 }]);
    const own = await analyzer();
    const start = performance.now();
    expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
    expect(performance.now() - start).toBeGreaterThan(999);
  });
});

test('the limits that come with a 429 pace the calls after it', async () => {
  const own = await analyzer({ maxAttempts: 1 });
  llm.settings({ groups: { one: { rpm: 1 } } });
  try {
    expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
    const other = await analyzer({ maxAttempts: 1 });
    expect((await run(other)).verdict).toEqual(refused('RATE_LIMITED'));
    expect(await other.pacer.acquire('one', 100, 0)).toBeDefined();
    expect(await other.pacer.acquire('one', 100, 0)).toBeUndefined();
  } finally {
    llm.settings({ groups: {} });
  }
});

test('a call for which the quota leaves no time is not made, and says so', async () => {
  const own = await analyzer({ quotas: [{ group: 'one', requestsPerMinute: 1 }] });
  expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
  expect((await run(own)).verdict).toEqual(refused('NO_QUOTA'));
  expect(records).toHaveLength(1);
});

test('what a call met says more than that the quota left none after it', async () => {
  llm.script([always({ kind: 'serverError' })]);
  const own = await analyzer({ quotas: [{ group: 'one', requestsPerMinute: 1 }] });
  expect((await run(own)).verdict).toEqual(refused('SERVER_ERROR'));
});

test.each<[string, Change, number]>([
  ['a call', {}, 1],
  ['a wait for the quota', { quotas: [{ group: 'one', requestsPerMinute: 30 }] }, 1],
])('%s ends when the task is gone', async (_what, change, calls) => {
  const own = await analyzer(change);
  if (change.quotas) await run(own);
  else llm.script([{ kind: 'hang' }]);
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 100);
  const start = performance.now();
  expect((await run(own, 10_000, cancel.signal)).verdict).toEqual(refused('CANCELLED'));
  expect(performance.now() - start).toBeLessThan(900);
  expect(records).toHaveLength(calls);
});

describe('a model takes what its name says', () => {
  test.each([
    ['gpt-4o-mini', undefined],
    ['gpt-4.1-mini', undefined],
    ['gpt-6-luna', undefined],
    ['gpt-6-luna', 'low'],
    ['gpt-5-mini', undefined],
    ['gpt-5-mini', 'minimal'],
    ['o4-mini', 'high'],
  ] as const)('%s with the effort %s', async (model, reasoningEffort) => {
    for (const answerFormat of ['OneWord', 'Structured'] as const) {
      const call = callParameters({
        model,
        profile: 'Auto',
        reasoningEffort,
        answerFormat,
        temperature: 0.3,
        logprobs: true,
      });
      const own = await analyzer({ model: { model, answerFormat, call } });
      expect((await run(own)).verdict).toMatchObject({
        decision: 'ALLOWED',
        ...('logprobs' in call && { probability: expect.closeTo(0.99, 6) }),
        ...(answerFormat === 'Structured' && { reasoning: expect.any(String) }),
      });
    }
  });
});

test('a label’s probability comes with it, and is unknown where the API reports none', async () => {
  const call = { max_tokens: 10, logprobs: true, top_logprobs: 5 } as const;
  const own = await analyzer({ model: { call } });
  llm.script([{ kind: 'unsure', probability: 0.6 }]);
  expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED', probability: expect.closeTo(0.6, 6) });
  llm.settings({ logprobs: false });
  expect((await run(own)).verdict).toEqual({ decision: 'ALLOWED' });
});

describe('the cost of a call that brought no completion', () => {
  test.each<[string, Fault, string]>([
    ['was cut', { kind: 'cut' }, 'CONNECTION'],
    ['cannot be read', { kind: 'malformedJson' }, 'MALFORMED_RESPONSE'],
    ['did not come in time', { kind: 'hang' }, 'TIMEOUT'],
  ])('is not known where the answer %s', async (_what, fault, code) => {
    llm.script([always(fault)]);
    const { costUSD, verdict } = await run({ ...(await analyzer({ maxAttempts: 1 })), timeoutMs: 100 });
    expect(verdict).toEqual(refused(code));
    expect(costUSD).toBeUndefined();
  });

  test('is nothing where the API failed or was not reached', async () => {
    llm.script([always({ kind: 'serverError' })]);
    expect((await run(await analyzer({ maxAttempts: 1 }))).costUSD).toBe(0);
    const nobody = await analyzer({ maxAttempts: 1, model: { baseURL: 'http://127.0.0.1:65535/v1' } });
    expect(await run(nobody)).toMatchObject({ costUSD: 0, verdict: refused('CONNECTION') });
  });
});
