import { expect, test } from '@jest/globals';
import { startScripted } from '../../../test/engine/scripted.ts';
import { NO_AUTH } from './auth.ts';
import { EngineNode } from './nodes.ts';
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

test('nor is one given back whose lock ends while a token is waited for, and the others still are', async () => {
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString().replace('Z', '+0000');
  const held = [
    { id: 'ending', lockExpirationTime: inMs(1_250) },
    { id: 'b', lockExpirationTime: inMs(20_000) },
  ];
  const engine = await startScripted((request) =>
    request.startsWith('GET') ? { status: 200, body: held } : { status: 204 },
  );
  const late = () => new Promise<string>((resolve) => setTimeout(resolve, 300, 'Bearer t'));
  const target = { url: engine.url, address: '127.0.0.1' };
  const node = new EngineNode(target, {
    ...NO_AUTH,
    header: () => (engine.asked.length > 0 ? late() : undefined),
  });
  const { signal } = new AbortController();
  const about = { workerId: 'me', topic: 't', knows: nothing, transitMs: 0, signal };
  expect(await giveBackOrphans({ ...about, nodes: { pick: () => node } })).toBe(1);
  expect(engine.asked.slice(1)).toEqual(['POST /external-task/b/unlock']);
  node.close();
  engine.close();
});
