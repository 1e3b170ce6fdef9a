import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Credentials } from '../credentials.ts';
import { type ApiKey, ApiKeys } from './keys.ts';

const MINUTE = 60_000;
const NOTHING = { requests: {}, tokens: {} };
let directory: string;
let now: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
  now = 1_000_000;
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (index: number, key: string) => writeFileSync(join(directory, `llm-${index}`), key);

/** Keys `a`, `b`, … in files, each in the quota group that stands there. */
async function open(...groups: string[]): Promise<ApiKeys> {
  const refs = groups.map((quotaGroup, index) => ({ file: `llm-${index}`, quotaGroup }));
  for (const index of groups.keys()) write(index, 'abcdef'.charAt(index));
  const credentials = new Credentials(
    directory,
    refs.map(({ file }) => file),
  );
  await credentials.reload();
  return new ApiKeys(credentials, refs, undefined, () => now);
}

const ask = (keys: ApiKeys, queues: Record<string, number> = {}) =>
  keys.next({ queueMs: (group) => queues[group] ?? 0, tokensPerCall: 150 });

/** The key that is handed out next; a test that gets none fails. */
function take(keys: ApiKeys): ApiKey {
  const next = ask(keys);
  if (!next || 'waitMs' in next) throw new Error(`no key: ${JSON.stringify(next)}`);
  return next;
}
const taken = (keys: ApiKeys, times = 60) =>
  [...new Set(Array.from({ length: times }, () => take(keys).key))].sort().join('');
const key = (name: string, quotaGroup = 'g'): ApiKey => ({ key: name, quotaGroup });

test('keys of one group take turns', async () => {
  const keys = await open('g', 'g', 'g');
  expect([take(keys).key, take(keys).key, take(keys).key, take(keys).key]).toEqual(['a', 'b', 'c', 'a']);
});

test('all groups are used, those with more left more often', async () => {
  const keys = await open('one', 'two');
  expect(taken(keys)).toBe('ab');
  const left = (remaining: number) => ({
    requests: { perMinute: 1_000, remaining, resetMs: MINUTE },
    tokens: {},
  });
  keys.observed('one', left(999));
  keys.observed('two', left(0));
  const second = Array.from({ length: 200 }, () => take(keys).key).filter((name) => name === 'b');
  expect(second.length).toBeLessThan(10);
});

test('a group whose quota has a queue is passed over', async () => {
  const keys = await open('one', 'two');
  for (let turn = 0; turn < 20; turn += 1) {
    expect(ask(keys, { one: 5_000, two: 1_000 })).toMatchObject({ key: 'b' });
  }
});

describe('a key that the API refused', () => {
  test('is passed over while there is another', async () => {
    const keys = await open('g', 'g');
    expect(await keys.refused(key('a'))).toBe(true);
    expect(taken(keys)).toBe('b');
    expect(await keys.refused(key('b'))).toBe(false);
  });

  test('is tried again, by one call, after a minute', async () => {
    const keys = await open('g', 'g');
    await keys.refused(key('a'));
    now += MINUTE;
    expect([take(keys).key, take(keys).key, take(keys).key].filter((name) => name === 'a')).toHaveLength(1);
    keys.accepted(key('a'));
    expect([take(keys).key, take(keys).key].sort()).toEqual(['a', 'b']);
  });

  test('is used all the same where there is no other: the refusal may be over', async () => {
    const keys = await open('g');
    await keys.refused(key('a'));
    expect(take(keys).key).toBe('a');
    expect(keys.openGroups()).toEqual(['g']);
  });

  test('is looked for anew in the files, and a rotated one has a clean record', async () => {
    const keys = await open('g');
    write(0, 'new');
    expect(await keys.refused(key('a'))).toBe(true);
    expect(take(keys).key).toBe('new');
    expect(keys.states()).toEqual([{ index: 0, quotaGroup: 'g', state: 'usable' }]);
  });
});

describe('an account without quota', () => {
  test('takes all keys of its group out', async () => {
    const keys = await open('one', 'one', 'two');
    expect(keys.exhausted(key('a', 'one'))).toBe(true);
    expect(taken(keys)).toBe('c');
    expect(keys.openGroups()).toEqual(['two']);
    expect(keys.exhausted(key('c', 'two'))).toBe(false);
  });

  test('is tried again, by one call, after a minute, and is back when that was answered', async () => {
    const keys = await open('one', 'one', 'two');
    keys.exhausted(key('a', 'one'));
    now += MINUTE;
    const tries = Array.from({ length: 60 }, () => take(keys)).filter(
      ({ quotaGroup }) => quotaGroup === 'one',
    );
    expect(tries).toHaveLength(1);
    keys.accepted(key('b', 'one'));
    expect(taken(keys)).toBe('abc');
  });

  test('is not blamed on a key that took the place of the one that met it', async () => {
    const keys = await open('one', 'two');
    keys.exhausted(key('a', 'one'));
    write(0, 'new');
    await keys.refused(key('b', 'two'));
    expect(taken(keys)).toBe('new');
  });
});

describe('a group that the API asked to leave alone', () => {
  test('is left alone for exactly so long, also for more than a minute', async () => {
    const keys = await open('g');
    expect(keys.limited('g', 61_000)).toBe(false);
    now += 60_999;
    expect(ask(keys)).toEqual({ waitMs: 1 });
    expect(keys.openGroups()).toEqual([]);
    expect(keys.isCooling('g')).toBe(true);
    now += 1;
    expect(take(keys).key).toBe('a');
  });

  test('is not called sooner because a later answer asked for less', async () => {
    const keys = await open('g');
    keys.limited('g', 61_000);
    keys.limited('g', 1_000);
    expect(ask(keys)).toEqual({ waitMs: 61_000 });
  });

  test('leaves the others to be called', async () => {
    const keys = await open('one', 'two');
    expect(keys.limited('one', 61_000)).toBe(true);
    expect(taken(keys)).toBe('b');
  });
});

test('what is known of each key is told by its place, without the key', async () => {
  const keys = await open('one', 'one', 'two', 'three');
  await keys.refused(key('b', 'one'));
  keys.exhausted(key('c', 'two'));
  keys.limited('three', 1_000);
  keys.observed('one', NOTHING);
  expect(keys.states()).toEqual([
    { index: 0, quotaGroup: 'one', state: 'usable' },
    { index: 1, quotaGroup: 'one', state: 'refused' },
    { index: 2, quotaGroup: 'two', state: 'exhausted' },
    { index: 3, quotaGroup: 'three', state: 'cooling' },
  ]);
});

test('the key from the environment is used where no file holds one', () => {
  const keys = new ApiKeys(new Credentials(undefined, []), [], 'from-environment');
  expect(take(keys)).toMatchObject({ key: 'from-environment', quotaGroup: 'default' });
  expect(new ApiKeys(new Credentials(undefined, []), [], undefined).any).toBe(false);
});
