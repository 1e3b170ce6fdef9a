import { expect, test } from '@jest/globals';
import { unpinned } from './pins.ts';

const COMMIT = '3d3c42e5aac5ba805825da76410c181273ba90b1';

test('an action named by its commit, with the version beside it, is pinned', () => {
  expect(unpinned(`steps:\n  - uses: actions/checkout@${COMMIT} # v7.0.1\n    with: {}\n`)).toEqual([]);
});

test.each([
  ['a tag', '- uses: actions/checkout@v7'],
  ['a branch', 'uses: docker/login-action@main'],
  ['a short commit', '- uses: actions/checkout@3d3c42e # v7.0.1'],
  ['a commit of which nobody sees the version', `- uses: actions/checkout@${COMMIT}`],
  ['an image by its tag', '- uses: docker://alpine:3'],
])('%s is not', (_, line) => {
  expect(unpinned(`  ${line}`)).toEqual([line]);
});
