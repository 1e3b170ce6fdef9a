import { describe, expect, it } from '@jest/globals';
import { covers, stamped } from './drift.ts';
import { APPLIED_ANNOTATION } from './names.ts';

describe('a live object covers what was applied', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['when it has more', { a: 1, b: 2 }, { a: 1 }, true],
    ['not when a value differs', { a: 2 }, { a: 1 }, false],
    ['not when a field is missing', {}, { a: 1 }, false],
    [
      'when a list has another named item beside ours',
      [{ name: 'x' }, { name: 'y', v: 1 }],
      [{ name: 'y', v: 1 }],
      true,
    ],
    ['not when a named item differs', [{ name: 'y', v: 2 }], [{ name: 'y', v: 1 }], false],
    ['not when a plain list is longer', ['a', 'b'], ['a'], false],
    ['when a quantity is written otherwise', { cpu: '1' }, { cpu: '1000m' }, true],
    ['when a quantity has another unit', { memory: '512Mi' }, { memory: '0.5Gi' }, true],
    ['not when a quantity differs', { memory: '512M' }, { memory: '512Mi' }, false],
  ])('%s', (_, live, desired, expected) => {
    expect(covers(live, desired)).toBe(expected);
  });
});

describe('the stamp', () => {
  const stamp = (spec: Record<string, unknown>) =>
    stamped({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 's' }, spec }).metadata.annotations?.[
      APPLIED_ANNOTATION
    ];

  it('does not depend on the order of the fields', () => {
    expect(stamp({ a: 1, b: 2 })).toBe(stamp({ b: 2, a: 1 }));
  });

  it('tells that a field is no longer asked for', () => {
    expect(stamp({ a: 1 })).not.toBe(stamp({ a: 1, b: 2 }));
  });
});
