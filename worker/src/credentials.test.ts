import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Credentials } from './credentials.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Swaps all files at once, as the kubelet does. */
function mount(version: string, files: Record<string, string>): void {
  mkdirSync(join(directory, version));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(directory, version, name), value);
  symlinkSync(version, join(directory, '..data.new'));
  renameSync(join(directory, '..data.new'), join(directory, '..data'));
}

test('files are read through the link that the kubelet swaps, and again when it has', async () => {
  mount('v1', { 'llm-0': 'old\n' });
  symlinkSync('..data/llm-0', join(directory, 'llm-0'));
  const credentials = new Credentials(directory, ['llm-0']);
  expect(await credentials.reload()).toBe(true);
  expect(credentials.get('llm-0')).toBe('old');
  expect(await credentials.reload()).toBe(false);
  mount('v2', { 'llm-0': 'new' });
  expect(await credentials.reload()).toBe(true);
  expect(credentials.get('llm-0')).toBe('new');
});

test('a file that disappears keeps its last value', async () => {
  writeFileSync(join(directory, 'llm-0'), 'key');
  const credentials = new Credentials(directory, ['llm-0']);
  await credentials.reload();
  unlinkSync(join(directory, 'llm-0'));
  await credentials.reload();
  expect(credentials.get('llm-0')).toBe('key');
});

test('what must not be printed is every value but those that everybody may read', async () => {
  writeFileSync(join(directory, 'llm-0'), 'key');
  writeFileSync(join(directory, 'llm-ca'), 'certificate');
  const credentials = new Credentials(directory, ['llm-0', 'llm-ca'], ['llm-ca']);
  await credentials.reload();
  expect(credentials.get('llm-ca')).toBe('certificate');
  expect(credentials.all()).toEqual(['key']);
});
