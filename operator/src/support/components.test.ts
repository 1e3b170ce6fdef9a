import { expect, it } from '@jest/globals';
import { components } from './components.ts';

const parted = (...items: string[]) => components(items, (item) => item.split('')).map((part) => part.join());

it.each<[string, string[], string[]]>([
  ['nothing', [], []],
  ['what shares no key', ['a', 'b'], ['a', 'b']],
  ['what shares one', ['a', 'x', 'ab'], ['a,ab', 'x']],
  ['what a later one puts together, at the place of the first', ['a', 'x', 'b', 'ab'], ['a,b,ab', 'x']],
  ['a long chain', ['ab', 'ef', 'cd', 'x', 'de', 'bc'], ['ab,ef,cd,de,bc', 'x']],
])('puts together %s', (_, items, expected) => {
  expect(parted(...items)).toEqual(expected);
});

it('leaves alone what has no key', () => {
  expect(components([1, 2], () => [])).toEqual([[1], [2]]);
});
