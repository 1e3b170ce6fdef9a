import { expect, test } from '@jest/globals';
import { parseReturnArguments } from './arguments.ts';

test('without arguments everything is returned', () => {
  expect(parseReturnArguments([])).toEqual({
    dryRun: false,
    since: undefined,
    limit: Number.POSITIVE_INFINITY,
    userTask: 'task_manual_review',
  });
});

test('all arguments are read', () => {
  const args = ['--dry-run', '--since=2026-11-25T08:00:00Z', '--limit=5', '--user-task=review'];
  expect(parseReturnArguments(args)).toEqual({
    dryRun: true,
    since: new Date('2026-11-25T08:00:00Z'),
    limit: 5,
    userTask: 'review',
  });
});

test.each<[string, string[], RegExp]>([
  ['a time that is none', ['--since=yesterday'], /^--since must be a time/],
  ['a limit of nothing', ['--limit=0'], /^--limit must be/],
  ['a limit that is no number', ['--limit=all'], /^--limit must be/],
  ['an argument that nobody knows', ['--dryrun'], /dryrun/],
  ['a word', ['now'], /now/],
])('%s is refused', (_what, args, message) => {
  expect(() => parseReturnArguments(args)).toThrow(message);
});
