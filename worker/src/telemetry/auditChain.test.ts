import { expect, test } from '@jest/globals';
import { type ChainedRecord, chained, fault, placeOf, recordIn } from './auditChain.ts';

const BEGINNING = { chain: 'a', after: undefined };
const records: ChainedRecord[] = [];
for (const decision of ['ALLOWED', 'MANUAL', 'ALLOWED', 'WITH_PENALTY']) {
  records.push(chained({ event: 'llm_task_completed', decision }, records.at(-1), BEGINNING));
}
/** Faults by record number, in the order given. */
const faults = (list: readonly ChainedRecord[]) =>
  list.flatMap((record, index) => {
    const found = fault(record, list[index - 1]);
    return found ? [`${record.seq} ${found}`] : [];
  });

test('a chain as it was written has no fault, in whatever order its fields are', () => {
  const reread = records.map((record) =>
    recordIn(JSON.stringify(Object.fromEntries(Object.entries(record).reverse()))),
  );
  expect(faults(reread as ChainedRecord[])).toEqual([]);
  expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test.each<[string, (list: ChainedRecord[]) => ChainedRecord[], RegExp]>([
  ['changed', (list) => list.map((r) => (r.seq === 2 ? { ...r, decision: 'ALLOWED' } : r)), /^2 was changed/],
  ['taken out', (list) => list.filter(({ seq }) => seq !== 2), /^3 follows number 1/],
  ['moved', ([a, b, c, d]) => [a, c, b, d] as ChainedRecord[], /^3 follows number 1/],
  [
    'put in',
    ([a, b, c, d]) => [a, chained({ decision: 'ALLOWED' }, a, BEGINNING), b, c, d] as ChainedRecord[],
    /^2 follows number 2/,
  ],
  [
    'written anew',
    ([a, , c, d]) => [a, chained({ decision: 'ALLOWED' }, a, BEGINNING), c, d] as ChainedRecord[],
    /^3 does not continue/,
  ],
])('a record that was %s shows', (_what, tamper, expected) => {
  expect(faults(tamper(records))[0]).toMatch(expected);
});

test('a chain may begin with any number, but not with another first one', () => {
  expect(faults(records.slice(1))).toEqual([]);
  const before = { ...(records[0] as ChainedRecord), seq: 0 };
  expect(fault(chained({}, before, BEGINNING), undefined)).toBe('is not the first of its chain');
});

test('the first record of a process names the last one that it found, and it alone does', () => {
  const after = placeOf(records.at(-1) as ChainedRecord);
  const first = chained({}, undefined, { chain: 'b', after });
  expect(first).toMatchObject({ chain: 'b', seq: 1, prev: '0'.repeat(64), after });
  expect(chained({}, first, { chain: 'b', after })).not.toHaveProperty('after');
});

test.each([
  '',
  'not json',
  '{"event":"started"}',
  'null',
  '[1]',
  '{"chain":"a","seq":"1","prev":"","hash":""}',
])('the line %j is no record', (line) => {
  expect(recordIn(line)).toBeUndefined();
});
