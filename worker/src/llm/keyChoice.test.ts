import { expect, test } from '@jest/globals';
import { chooseGroup, type GroupState } from './keyChoice.ts';

const group = (quotaGroup: string, change: Partial<GroupState> = {}): GroupState => ({
  quotaGroup,
  usable: true,
  coolingMs: 0,
  queueMs: 0,
  remaining: undefined,
  ...change,
});

/** How often each group is chosen in a hundred times. */
function shares(groups: GroupState[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < 100; turn += 1) {
    const choice = chooseGroup(groups, turn / 100);
    const name = choice && 'group' in choice ? choice.group.quotaGroup : JSON.stringify(choice);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test.each<[string, GroupState[], Record<string, number>]>([
  ['to two of which nothing is known alike', [group('a'), group('b')], { a: 50, b: 50 }],
  ['by what remains', [group('a', { remaining: 300 }), group('b', { remaining: 100 })], { a: 75, b: 25 }],
  [
    'seldom to one that is empty',
    [group('a', { remaining: 0 }), group('b', { remaining: 99 })],
    { a: 1, b: 99 },
  ],
  ['to one that has not answered yet', [group('a', { remaining: 50 }), group('b')], { a: 50, b: 50 }],
  ['not to one that is refused', [group('a', { usable: false }), group('b')], { b: 100 }],
  [
    'to all when all are refused',
    [group('a', { usable: false }), group('b', { usable: false })],
    { a: 50, b: 50 },
  ],
  ['not to one that is to be left alone', [group('a', { coolingMs: 61_000 }), group('b')], { b: 100 }],
  [
    'to none when all are to be left alone',
    [group('a', { coolingMs: 61_000 }), group('b', { coolingMs: 5_000 })],
    { '{"waitMs":5000}': 100 },
  ],
  [
    'to none when the only usable one is to be left alone',
    [group('a', { coolingMs: 7_000 }), group('b', { usable: false })],
    { '{"waitMs":7000}': 100 },
  ],
  [
    'to the one with the shorter queue',
    [group('a', { queueMs: 900 }), group('b', { queueMs: 700 })],
    { b: 100 },
  ],
  [
    'to both when the queues are about as long',
    [group('a', { queueMs: 790 }), group('b', { queueMs: 700 })],
    { a: 50, b: 50 },
  ],
])('calls go %s', (_what, groups, expected) => {
  expect(shares(groups)).toEqual(expected);
});

test('without a key there is no choice', () => {
  expect(chooseGroup([], 0)).toBeUndefined();
});
