import { describe, expect, it, test } from '@jest/globals';
import { parseSamples } from './prometheusText.ts';

const WANTED = new Set(['calls', 'seconds_bucket']);
const parse = (text: string) => parseSamples(text, WANTED);

describe('the Prometheus text format', () => {
  test.each([
    ['a name and a value', 'calls 3', {}, 3],
    ['labels', 'calls{code="TIMEOUT",model="m"} 3', { code: 'TIMEOUT', model: 'm' }, 3],
    ['an empty block of labels', 'calls{} 3', {}, 3],
    ['a comma after the last label', 'calls{code="A",} 3', { code: 'A' }, 3],
    ['blanks around labels', 'calls{ code = "A" , model = "m" } 3', { code: 'A', model: 'm' }, 3],
    ['escapes', String.raw`calls{code="a\"b\\c\nd"} 3`, { code: 'a"b\\c\nd' }, 3],
    ['braces and commas in a label', 'calls{code="},{"} 3', { code: '},{' }, 3],
    ['an infinite bucket', 'seconds_bucket{le="+Inf"} 3', { le: '+Inf' }, 3],
    ['a time stamp', 'calls 3 1767225600000', {}, 3],
    ['an exemplar', 'calls{code="A"} 3 # {trace="x"} 0.5 1767225600.1', { code: 'A' }, 3],
    ['an exponent', 'calls 1.5e-3', {}, 0.0015],
    ['infinity', 'calls +Inf', {}, Number.POSITIVE_INFINITY],
    ['a carriage return', 'calls 3\r', {}, 3],
  ])('has %s', (_, line, labels, value) => {
    expect(parse(line)).toEqual([
      { name: line.startsWith('calls') ? 'calls' : 'seconds_bucket', labels, value },
    ]);
  });

  it('has values that are no numbers', () => {
    expect(parse('calls NaN')).toEqual([{ name: 'calls', labels: {}, value: Number.NaN }]);
  });

  test.each([
    ['a comment', '# HELP calls Calls.'],
    ['no value', 'calls'],
    ['an empty value', 'calls{code="A"} '],
    ['a word for a value', 'calls three'],
    ['a hexadecimal', 'calls 0x10'],
    ['a label without quotes', 'calls{code=A} 3'],
    ['a block that is not closed', 'calls{code="A" 3'],
    ['a label that is not closed', 'calls{code="A} 3'],
    ['labels without a comma', 'calls{code="A"model="m"} 3'],
    ['text after the time stamp', 'calls 3 1767225600000 4'],
    ['another metric', 'calls_total 3'],
    ['HTML', '<html><body>calls 3</body></html>'],
  ])('is read as nothing, not as zero, for %s', (_, line) => {
    expect(parse(line)).toEqual([]);
  });

  it('is read on after a line that cannot be read', () => {
    expect(parse('calls{\ncalls 1\n\u0000\ncalls 2').map(({ value }) => value)).toEqual([1, 2]);
  });

  it('takes no time for a long line that is almost right', () => {
    const start = performance.now();
    expect(parse(`calls{code="${'\\'.repeat(200_001)}`)).toEqual([]);
    expect(parse(`calls ${' '.repeat(200_000)}x x x`)).toEqual([]);
    expect(parse(`calls{${'a="b",'.repeat(30_000)}`)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
