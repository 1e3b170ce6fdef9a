import { expect, test } from '@jest/globals';
import { orphansOf } from './orphans.ts';

const lock = '2026-11-25T10:00:30.000+0000';
const task = { id: 'a', retries: null, lockExpirationTime: lock };
const nothing = () => false;

test.each<[string, Parameters<typeof orphansOf>, string[]]>([
  ['a task that is locked and that nobody knows is an orphan', [[task], [task], nothing], ['a']],
  ['a task that is worked on is none', [[task], [task], (id) => id === 'a'], []],
  ['a task that has just been fetched may be on its way', [[], [task], nothing], []],
  [
    'so may one that has been fetched again',
    [[{ ...task, lockExpirationTime: 'earlier' }], [task], nothing],
    [],
  ],
  ['a task that has ended meanwhile is none', [[task], [], nothing], []],
  ['a task that failed before may wait for its retry', [[task], [{ ...task, retries: 2 }], nothing], []],
])('%s', (_what, [before, after, knows], orphans) => {
  expect(orphansOf(before, after, knows)).toEqual(orphans);
});
