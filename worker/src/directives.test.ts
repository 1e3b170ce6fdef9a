import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DirectivesFile } from './directives.ts';

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
    if (directives.current()?.podsSharingQuota === expected) return;
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
  expect(directives.current()).toBeUndefined();
});

test('a worker that nobody tells anything has no directives', async () => {
  const alone = new DirectivesFile(undefined);
  await alone.open();
  expect(alone.current()).toBeUndefined();
});

test('a change is seen, and until it can be read the last word counts', async () => {
  writeFileSync(path, '{"podsSharingQuota": 2}');
  await directives.open();
  writeFileSync(path, '{"podsShar');
  await new Promise((done) => setTimeout(done, 1_200));
  expect(directives.current()).toEqual({ podsSharingQuota: 2 });
  writeFileSync(path, '{"podsSharingQuota": 5}');
  await changed(5);
});
