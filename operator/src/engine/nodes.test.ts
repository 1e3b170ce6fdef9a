import { describe, expect, it } from '@jest/globals';
import { Nodes } from './nodes.ts';

const nodes = (...urls: string[]) => new Nodes(urls, () => 0);

describe('nodes', () => {
  it('are tried in order, two a call', () => {
    expect(nodes('a', 'b', 'c').candidates()).toEqual(['a', 'b']);
  });

  it('are skipped from their first failure until a call was answered', () => {
    const some = nodes('a', 'b', 'c');
    some.failed('a', 0);
    expect(some.candidates()).toEqual(['b', 'c']);
    some.succeeded('a');
    expect(some.candidates()).toEqual(['a', 'b']);
  });

  it('are tried by one call once their back-off is over, which doubles', () => {
    const some = nodes('a', 'b');
    some.failed('a', 0);
    expect(some.takeDue(999)).toEqual([]);
    expect(some.takeDue(1_000)).toEqual(['a']);
    expect(some.takeDue(2_999)).toEqual([]);
    expect(some.takeDue(3_000)).toEqual(['a']);
    expect(some.takeDue(6_999)).toEqual([]);
    expect(some.takeDue(7_000)).toEqual(['a']);
  });

  it('have failed once when calls that ran side by side failed together', () => {
    const some = nodes('a', 'b');
    for (let call = 0; call < 4; call += 1) some.failed('a', 0);
    expect(some.takeDue(1_000)).toEqual(['a']);
  });

  it('are tried one a call in turn while all of them fail', () => {
    const some = nodes('a', 'b', 'c');
    for (const [time, url] of ['a', 'b', 'c'].entries()) some.failed(url, time);
    expect(some.candidates()).toEqual(['a']);
    some.failed('a', 10);
    expect(some.candidates()).toEqual(['b']);
    some.failed('b', 11);
    expect(some.candidates()).toEqual(['c']);
  });

  it('are visited now and then where another one does the work', () => {
    const some = nodes('a', 'b', 'c');
    expect(some.takeUnvisited(0)).toEqual(['b', 'c']);
    expect(some.takeUnvisited(59_999)).toEqual([]);
    some.failed('a', 60_000);
    expect(some.takeUnvisited(60_000)).toEqual(['c']);
  });

  it('are silent once they were asked and did not answer, and for ten minutes not where they did before', () => {
    const some = nodes('a', 'b', 'never-asked');
    some.succeeded('a', 0);
    some.failed('a', 1);
    some.failed('b', 1);
    expect(some.silent(600_000)).toEqual(['b']);
    expect(some.silent(600_001)).toEqual(['a', 'b']);
    some.succeeded('b', 600_001);
    expect(some.silent(600_001)).toEqual(['a']);
  });

  it('are no less silent for an answer that may be a refusal', () => {
    const some = nodes('a');
    some.failed('a', 0);
    some.succeeded('a');
    expect(some.silent(1)).toEqual(['a']);
    some.failed('a', 1);
    expect(some.silent(2)).toEqual(['a']);
    some.succeeded('a', 3);
    expect(some.silent(3)).toEqual([]);
  });
});
