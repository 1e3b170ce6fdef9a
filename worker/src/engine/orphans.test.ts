import { expect, test } from '@jest/globals';
import { startScripted } from '../../../test/engine/scripted.ts';
import { giveBackOrphans, orphansOf } from './orphans.ts';

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
  expect(orphansOf(before, after, knows).map(({ id }) => id)).toEqual(orphans);
});

test('a task whose lock ends while others are given back is left to end', async () => {
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString().replace('Z', '+0000');
  const held = [
    { id: 'a', lockExpirationTime: inMs(20_000) },
    { id: 'over', lockExpirationTime: inMs(-10) },
    { id: 'ending', lockExpirationTime: inMs(900) },
    { id: 'b', lockExpirationTime: inMs(20_000) },
  ];
  const engine = await startScripted((request) =>
    request.startsWith('GET') ? { status: 200, body: held } : { status: 204 },
  );
  const { signal } = new AbortController();
  const { nodes } = engine;
  const about = { nodes, workerId: 'me', topic: 't', knows: nothing, transitMs: 0, signal };
  expect(await giveBackOrphans(about)).toBe(2);
  expect(engine.asked.slice(1)).toEqual(['POST /external-task/a/unlock', 'POST /external-task/b/unlock']);
  engine.close();
});
