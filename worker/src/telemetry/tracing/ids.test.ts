import { expect, test } from '@jest/globals';
import { traceIdsOf } from './ids.ts';

const INSTANCE = '5d1f2c3b-9a7e-11f0-8b1e-0242ac110002';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('a refund whose id is a UUID has that as its trace, so that whoever has the one finds the other', () => {
  const { traceId, rootId, parent } = traceIdsOf(INSTANCE);
  expect(traceId).toBe(INSTANCE.replaceAll('-', ''));
  expect(rootId).toMatch(/^[0-9a-f]{16}$/);
  expect(parent).toBeUndefined();
});

test('every try at a refund has the same ids, and another refund has others', () => {
  expect(traceIdsOf('4711')).toEqual(traceIdsOf('4711'));
  expect(traceIdsOf('4711').traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdsOf('4712').traceId).not.toBe(traceIdsOf('4711').traceId);
  expect(traceIdsOf('4712').rootId).not.toBe(traceIdsOf('4711').rootId);
});

test.each([
  ['sampled', '01', true],
  ['not sampled', '00', false],
])('a refund that began in a trace is part of that one: %s', (_what, flags, sampled) => {
  const { rootId } = traceIdsOf(INSTANCE);
  expect(traceIdsOf(INSTANCE, `00-${TRACE}-${SPAN}-${flags}`)).toEqual({
    traceId: TRACE,
    rootId,
    draw: TRACE,
    parent: { spanId: SPAN, sampled },
  });
});

test('a later version of the header may say more', () => {
  expect(traceIdsOf(INSTANCE, `01-${TRACE}-${SPAN}-01-more`).traceId).toBe(TRACE);
});

test.each([
  ['nothing', undefined],
  ['a number', 4],
  ['text', 'DEMO-1'],
  ['a version that is none', `ff-${TRACE}-${SPAN}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
])('what is no traceparent counts as none: %s', (_what, traceparent) => {
  expect(traceIdsOf(INSTANCE, traceparent)).toEqual(traceIdsOf(INSTANCE));
});
