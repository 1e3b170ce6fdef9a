import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Beginning, type ChainedRecord, chained, placeOf } from '../telemetry/auditChain.ts';
import { verify, verifyAudit } from './verifyAudit.ts';

const WORKER = { worker: 'pod-a' };

/** What a process writes that found `before` in its file. */
function written(chain: string, count: number, before?: ChainedRecord, fields: object = WORKER) {
  const beginning: Beginning = { chain, after: before && placeOf(before) };
  const records: ChainedRecord[] = [];
  while (records.length < count) records.push(chained({ ...fields }, records.at(-1), beginning));
  return records;
}
const verified = (...files: ChainedRecord[][]) =>
  verify(
    files.map((records, index) => ({
      name: `file ${index + 1}`,
      lines: records.map((record) => JSON.stringify(record)),
    })),
  );

const first = written('a', 5);
const second = written('b', 3, first.at(-1));
const third = written('c', 3, second.at(-1));
const none = { faults: [], missing: [] };

describe('is no fault:', () => {
  test.each<[string, ChainedRecord[][]]>([
    ['restarts', [[...first, ...second, ...third]]],
    ['files one after the other, with a chain that goes on in the next', [first.slice(0, 2), first.slice(2)]],
    [
      'an end that was never written, because the process was killed',
      [first.slice(0, 3), written('b', 2, first[2])],
    ],
    [
      'records in a log that a killed process did not get into its file',
      [[...first, ...written('b', 2, first[2])]],
    ],
    ['lines that a full disk made the process write again', [[...first.slice(0, 3), ...first]]],
    ['a log and a file of the same records', [first, first]],
    ['several pods in one log', [[...first, ...written('x', 2, undefined, { worker: 'pod-b' })]]],
  ])('%s', (_what, files) => {
    expect(verified(...files)).toMatchObject(none);
  });
});

test.each<[string, ChainedRecord[], RegExp]>([
  [
    'a log whose beginning was rotated away',
    first.slice(2),
    /^file 1 line 1: record 3 of a is the first here/,
  ],
  ['a file that begins with a later process', second, /record 1 of b follows records of an earlier process/],
])('%s is said, and is no fault', (_what, records, words) => {
  expect(verified(records)).toMatchObject({ faults: [], missing: [expect.stringMatching(words)] });
});

test.each<[string, ChainedRecord[], RegExp]>([
  ['records', [...first.slice(0, 2), ...first.slice(3)], /record 4 of a follows number 2/],
  ['the end of a process', [...first.slice(0, 3), ...second], /follows number 5 of a, which ends with 3/],
  ['all of a process', [...first, ...third], /record 1 of c follows b, which is missing/],
])('%s taken out is a fault', (_what, records, words) => {
  expect(verified(records).faults).toEqual([expect.stringMatching(words)]);
});

test('a copy of a record that was changed is a fault', () => {
  const changed = { ...first[1], decision: 'ALLOWED' } as ChainedRecord;
  expect(verified([...first, changed]).faults).toEqual([expect.stringMatching(/record 2 of a was changed/)]);
});

test('the command fails for a missing beginning only where it is asked to', () => {
  const directory = mkdtempSync(join(tmpdir(), 'verify-'));
  const [old, young] = [join(directory, 'pod.log.1'), join(directory, 'pod.log')];
  const write = (file: string, records: ChainedRecord[]) =>
    writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
  write(old, first.slice(0, 2));
  write(young, first.slice(2));
  const said: string[] = [];
  try {
    expect(verifyAudit([young], (line) => said.push(line))).toBe(0);
    expect(said[0]).toMatch(/pod\.log line 1: record 3 of a is the first here/);
    expect(said[1]).toBe('3 records in 1 chains: unbroken');
    expect(verifyAudit(['--from-start', young], () => undefined)).toBe(1);
    expect(verifyAudit(['--from-start', old, young], () => undefined)).toBe(0);
    expect(verifyAudit([young, old], () => undefined)).toBe(1);
    expect(verifyAudit(['--fromstart', young], () => undefined)).toBe(2);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
