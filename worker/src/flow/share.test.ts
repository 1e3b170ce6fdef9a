import { expect, test } from '@jest/globals';
import { type Hold, holdMs, type LastPoll, lastPoll, nextAsk } from './share.ts';

test.each<[string, LastPoll, number, number, number, number]>([
  ['the first poll shares with those on the other nodes', 'first', 200, 2, 100, 1],
  ['a node with a backlog may have all, a batch at a time', 'full', 200, 2, 200, 12],
  ['a few permits are no batch', 'full', 10, 1, 10, 1],
  ['a node with some tasks has its share', 'some', 10, 3, 4, 1],
  ['an idle node among others leaves most to them', 'none', 200, 2, 25, 1],
  ['but asks for at least one', 'none', 1, 3, 1, 1],
  ['a node that is alone asks for all', 'none', 200, 1, 200, 1],
])('%s', (_what, last, total, nodes, most, atLeast) => {
  expect(nextAsk(last, total, nodes)).toEqual({ most, batch: expect.objectContaining({ atLeast }) });
});

test.each<[number, number, LastPoll]>([
  [5, 5, 'full'],
  [5, 2, 'some'],
  [5, 0, 'none'],
])('asked for %d and given %d is %s', (asked, brought, last) => {
  expect(lastPoll(asked, brought)).toBe(last);
});

test.each<[string, Partial<Hold>, number]>([
  ['on a node of its own a poll is held for long: it wakes at once', {}, 10_000],
  ['with fewer permits than nodes a turn is short', { limit: 1 }, 1_000],
  ['behind a balancer it ends within a second', { direct: false }, 500],
  ['at another time than others', { direct: false, random: 0.99 }, 896],
  ['and never later than the pool says', { direct: false, longPollMs: 300 }, 300],
])('%s', (_what, change, ms) => {
  const hold: Hold = { direct: true, nodes: 2, limit: 10, longPollMs: 10_000, random: 0, ...change };
  expect(holdMs(hold)).toBe(ms);
});
