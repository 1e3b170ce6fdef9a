import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DirectivesFile } from './directives.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
let directory: string;
let path: string;
let directives: DirectivesFile;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'directives-'));
  path = join(directory, 'directives');
  directives = new DirectivesFile(path);
});
afterEach(() => {
  directives.close();
  rmSync(directory, { recursive: true });
});

const changed = async (expected: number) => {
  for (const end = Date.now() + 5_000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    if (directives.podsSharingQuota === expected) return;
  }
  throw new Error('the change was not seen');
};

test.each([
  ['a file that is not there', undefined],
  ['an annotation that was not written yet', ''],
  ['something else', 'hello'],
  ['a number that is none', '{"podsSharingQuota": 0}'],
])('%s tells nothing', async (_what, text) => {
  if (text !== undefined) writeFileSync(path, text);
  await directives.open();
  expect(directives.podsSharingQuota).toBeUndefined();
  expect(directives.budgetSpentUntil(NOW)).toBeUndefined();
});

test('a worker that nobody tells anything has no directives', async () => {
  const alone = new DirectivesFile(undefined);
  await alone.open();
  expect(alone.podsSharingQuota).toBeUndefined();
});

test('the end of a spent budget counts until it has come', async () => {
  writeFileSync(path, '{"podsSharingQuota": 2, "budgetSpentUntil": "2026-11-25T13:00:00Z"}');
  await directives.open();
  expect(directives.podsSharingQuota).toBe(2);
  expect(directives.budgetSpentUntil(NOW)).toBe(NOW + 3_600_000);
  expect(directives.budgetSpentUntil(NOW + 3_600_000)).toBeUndefined();
});

test('a change is seen and told once, and until it can be read the last word counts', async () => {
  writeFileSync(path, '{"podsSharingQuota": 2}');
  const told: unknown[] = [];
  await directives.open((current) => told.push(current));
  writeFileSync(path, '{"podsShar');
  await new Promise((done) => setTimeout(done, 1_200));
  expect(directives.podsSharingQuota).toBe(2);
  writeFileSync(path, '{"podsSharingQuota": 5}');
  await changed(5);
  expect(told).toEqual([{ podsSharingQuota: 2 }, { podsSharingQuota: 5 }]);
});
