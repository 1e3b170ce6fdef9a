import { describe, expect, it } from '@jest/globals';
import { MultiIndex } from './multiIndex.ts';

describe('an index with several keys a value', () => {
  const index = () => {
    const made = new MultiIndex<number>();
    made.set('one', ['a', 'b'], 1);
    made.set('two', ['b'], 2);
    return made;
  };

  it('finds each value once under all its keys', () => {
    expect([...index().under(['a', 'b'])]).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    expect([...index().under(['c'])]).toEqual([]);
  });

  it('moves a value that is put again', () => {
    const made = index();
    made.set('one', ['c'], 3);
    expect(made.keys('one')).toEqual(['c']);
    expect([...made.under(['a', 'b'])]).toEqual([['two', 2]]);
    expect([...made.under(['c'])]).toEqual([['one', 3]]);
  });

  it('forgets a value under every key', () => {
    const made = index();
    made.delete('one');
    expect([...made.under(['a', 'b'])]).toEqual([['two', 2]]);
    expect(made.keys('one')).toEqual([]);
  });
});
