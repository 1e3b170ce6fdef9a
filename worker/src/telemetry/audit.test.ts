import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { verify, verifyAudit } from '../commands/verifyAudit.ts';
import type { Settlement } from '../engine/settle.ts';
import type { Outcome } from '../outcome.ts';
import { Audit } from './audit.ts';
import { AuditFile } from './auditFile.ts';

const SECRET = 'sk-very-secret';
const ids = { taskId: 't-1', processInstanceId: 'p-1' };
const outcome: Outcome = {
  decision: 'MANUAL',
  source: 'llm',
  bookingId: 'DEMO-1',
  held: { code: 'LOW_PROBABILITY', message: 'not sure', label: 'ALLOWED' },
  costUSD: 0.0000234,
  trace: {
    inputHmac: 'f'.repeat(64),
    calls: 1,
    modelReturned: 'gpt-4o-mini-2024-07-18',
    requestId: 'req_1',
    rawLabel: 'ALLOWED',
    probability: 0.61,
    inputTokens: 148,
    outputTokens: 2,
  },
};
const prompt = { system: '', user: `Refund Reason: "my key is ${SECRET}"` };
const call = {
  number: 1,
  durationMs: 1_500.4,
  verdict: { decision: 'ALLOWED' },
  costUSD: 0.0000234,
} as const;

let directory: string;
let lines: string[];
let errors: string[];
const log = {
  record: (line: string) => void lines.push(line),
  error: (event: string) => void errors.push(event),
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  lines = [];
  errors = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = () => join(directory, 'sub', 'pod.jsonl');
const inLog = () => verify([{ name: 'log', lines }]);
const inFile = () => verify([{ name: 'file', lines: fileLines() }]);
const fileLines = () => readFileSync(path(), 'utf8').trimEnd().split('\n');
const newFile = (onState: (working: boolean, code?: string) => void = () => undefined) =>
  new AuditFile({ path: path(), onState, onLost: () => undefined });
async function newAudit(file?: AuditFile, secrets: () => string[] = () => [SECRET]) {
  const fields = { pool: 'p', worker: 'w' };
  const audit = new Audit({
    log,
    secrets,
    fields,
    model: 'gpt-4o-mini',
    threshold: 0.9,
    file,
  });
  await audit.open();
  return audit;
}

test('a decision is recorded with all that led to it, under the names of the document', async () => {
  (await newAudit()).decided(ids, outcome, 1_600.6);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-/),
    level: 'audit',
    event: 'llm_task_decided',
    pool: 'p',
    worker: 'w',
    process_instance_id: 'p-1',
    task_id: 't-1',
    booking_id: 'DEMO-1',
    decision: 'MANUAL',
    source: 'llm',
    held_code: 'LOW_PROBABILITY',
    held_label: 'ALLOWED',
    attempt: 1,
    input_hmac: 'f'.repeat(64),
    model: 'gpt-4o-mini',
    model_returned: 'gpt-4o-mini-2024-07-18',
    request_id: 'req_1',
    raw_label: 'ALLOWED',
    probability: 0.61,
    threshold: 0.9,
    prompt_version: '3',
    policy_version: '1',
    rules_version: '2',
    input_tokens: 148,
    output_tokens: 2,
    duration_ms: 1601,
    cost_usd: 0.0000234,
    chain: expect.any(String),
    seq: 1,
    prev: '0'.repeat(64),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test.each<[Settlement, string]>([
  ['completed', 'llm_task_completed'],
  ['abandoned', 'llm_task_not_completed'],
])('what became of it, here %s, is a short record', async (settlement, event) => {
  (await newAudit()).settled(ids, outcome, settlement, 1_700.2);
  const record = JSON.parse(lines[0] ?? '');
  expect(record).toMatchObject({
    event,
    process_instance_id: 'p-1',
    booking_id: 'DEMO-1',
    decision: 'MANUAL',
    duration_ms: 1700,
    cost_usd: 0.0000234,
  });
  expect(record.settlement).toBe(settlement === 'completed' ? undefined : settlement);
  expect(lines[0]?.length).toBeLessThan(600);
});

test('a secret in a ticket is not printed, and the record still proves itself', async () => {
  const audit = await newAudit();
  audit.call(ids, prompt, call);
  audit.decided(ids, outcome, 1);
  expect(lines.join()).not.toContain(SECRET);
  expect(lines[0]).toContain('[redacted]');
  expect(inLog()).toMatchObject({ records: 2, chains: 1, faults: [] });
});

test('a secret of digits spoils neither the numbers nor the record', async () => {
  (await newAudit(undefined, () => ['148148', '0.0000234'])).decided(
    ids,
    { ...outcome, trace: { calls: 1, inputTokens: 148_148 } },
    1,
  );
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ input_tokens: 148_148, cost_usd: 0.0000234 });
});

test('a record that cannot be made is said, and stops nothing', async () => {
  const audit = await newAudit(undefined, () => {
    throw new Error('defect');
  });
  audit.call(ids, prompt, call);
  audit.decided(ids, outcome, 1);
  expect(audit.variable(ids, outcome, 1)).toBeUndefined();
  expect(errors).toEqual(['audit_failed', 'audit_failed', 'audit_failed']);
});

test('as a process variable it fits into one, whatever it says', async () => {
  const long = 'x'.repeat(10_000);
  const trace = {
    calls: 1,
    modelReturned: long,
    requestId: long,
    rawLabel: '"\n'.repeat(20),
    inputHmac: 'f'.repeat(64),
  };
  const error = { code: 'INVALID_VARIABLES', message: long };
  const text = (await newAudit()).variable(ids, { ...outcome, bookingId: 'B'.repeat(50), error, trace }, 1);
  expect(text?.length).toBeLessThan(2_000);
  expect(JSON.parse(text ?? '')).toMatchObject({
    error_code: 'INVALID_VARIABLES',
    model_returned: 'x'.repeat(128),
  });
});

describe('the file', () => {
  test('goes on after a restart with a new chain that names the old one, also after a line that was cut off', async () => {
    for (let start = 0; start < 3; start += 1) {
      const file = newFile();
      const audit = await newAudit(file);
      audit.call(ids, prompt, call);
      audit.decided(ids, outcome, 1);
      await audit.close();
      if (start === 1) {
        appendFileSync(path(), '{"timestamp":"2026');
      }
    }
    const said: string[] = [];
    expect(verifyAudit(['--from-start', path()], (line) => said.push(line))).toBe(0);
    expect(said[0]).toMatch(/6 records in 3 chains: unbroken$/);
    expect(fileLines().slice(0, 2)).toEqual(lines.slice(0, 2));
    const { chain, seq, hash } = JSON.parse(lines[1] ?? '');
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ seq: 1, after: { chain, seq, hash } });
  });

  test('may be as long as it likes: the end tells how to go on', async () => {
    for (let start = 0; start < 2; start += 1) {
      const audit = await newAudit(newFile());
      for (let count = 0; count < 800; count += 1) audit.decided(ids, outcome, 1);
      await audit.close();
    }
    expect(readFileSync(path()).length).toBeGreaterThan(1_000_000);
    expect(inFile()).toMatchObject({ records: 1_600, chains: 2, faults: [], missing: [] });
  });

  test('that was tampered with is found out, with the line', async () => {
    const file = newFile();
    const audit = await newAudit(file);
    for (let count = 0; count < 3; count += 1) audit.decided(ids, outcome, 1);
    await audit.close();
    writeFileSync(
      path(),
      readFileSync(path(), 'utf8').replace('"decision":"MANUAL"', '"decision":"ALLOWED"'),
    );
    const said: string[] = [];
    expect(verifyAudit([path()], (line) => said.push(line))).toBe(1);
    expect(said[0]).toMatch(/pod\.jsonl line 1: record 1 of .* was changed/);
  });

  test('that cannot be written loses nothing once it can be', async () => {
    writeFileSync(join(directory, 'sub'), 'a file where the directory should be');
    const states: [boolean, string | undefined][] = [];
    const file = newFile((working, code) => states.push([working, code]));
    const audit = await newAudit(file);
    audit.decided(ids, outcome, 1);
    audit.decided(ids, outcome, 1);
    while (states.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    rmSync(join(directory, 'sub'));
    mkdirSync(join(directory, 'sub'));
    await audit.close();
    expect(states).toEqual([
      [false, expect.any(String)],
      [true, undefined],
    ]);
    expect(inFile()).toMatchObject({ records: 2, faults: [] });
  });

  test('is not needed to verify: a log will do, and one without records is no proof', async () => {
    const audit = await newAudit();
    audit.decided(ids, outcome, 1);
    const logFile = join(directory, 'pod.log');
    writeFileSync(logFile, ['{"event":"started"}', ...lines, 'no json'].join('\n'));
    expect(verifyAudit([logFile], () => undefined)).toBe(0);
    writeFileSync(logFile, '{"event":"started"}\n');
    expect(verifyAudit([logFile], () => undefined)).toBe(2);
    expect(verifyAudit([join(directory, 'missing')], () => undefined)).toBe(2);
    expect(verifyAudit([], () => undefined)).toBe(2);
  });
});
