/** OpenTelemetry's own packages against a receiver of what they send. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OtlpReceiver } from '../../../../test/otlp/receiver.ts';
import { type TraceIds, traceIdsOf } from './ids.ts';
import { type OtlpOptions, openOtlp } from './otlp.ts';
import type { SpanFacts } from './spans.ts';

let receiver: OtlpReceiver;
let states: boolean[];
beforeEach(async () => {
  receiver = await OtlpReceiver.start();
  states = [];
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.endpoint;
  process.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment.environment.name=test,service.name=mine';
});
afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  delete process.env.OTEL_RESOURCE_ATTRIBUTES;
  await receiver.stop();
});

const open = (change: Partial<OtlpOptions> = {}) =>
  openOtlp({
    sampler: 'parentbased_always_on',
    ratio: 1,
    resource: { 'service.name': 'fareruleworkerpool-worker', 'farerules.pool': 'p' },
    onState: (delivered) => states.push(delivered),
    ...change,
  });
const facts = (name: string, more: Partial<SpanFacts> = {}): SpanFacts => ({
  name,
  kind: 'internal',
  start: 1_700_000_000_000.25,
  end: 1_700_000_000_100.5,
  attributes: { a: 1 },
  ...more,
});

test('the spans of several tries come together below the refund, with their own times', async () => {
  const ids = traceIdsOf('4711');
  const sink = open();
  sink.children(ids, [facts('first', { error: 'TIMEOUT', children: [facts('call', { kind: 'client' })] })]);
  sink.children(ids, [facts('second')]);
  sink.root(ids, facts('refund'));
  await sink.close();
  const named = (name: string) => receiver.of(ids.traceId).find((span) => span.name === name);
  expect(receiver.spans).toHaveLength(4);
  expect(named('refund')).toMatchObject({ spanId: ids.rootId, parentSpanId: '' });
  expect(named('first')).toMatchObject({
    parentSpanId: ids.rootId,
    kind: 1,
    start: 1_700_000_000_000.25,
    end: 1_700_000_000_100.5,
    failed: true,
    attributes: { a: 1, 'error.type': 'TIMEOUT' },
  });
  expect(named('second')).toMatchObject({ parentSpanId: ids.rootId, failed: false });
  expect(named('call')).toMatchObject({ parentSpanId: named('first')?.spanId, kind: 3 });
  expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(4);
});

test('what the variables say of the resource goes before what we say', async () => {
  const sink = open();
  sink.root(traceIdsOf('1'), facts('refund'));
  await sink.close();
  expect(receiver.spans[0]?.resource).toMatchObject({
    'service.name': 'mine',
    'deployment.environment.name': 'test',
    'farerules.pool': 'p',
  });
});

test('a refund that began in a trace is below the span that it began in', async () => {
  const ids = traceIdsOf('4711', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  const sink = open();
  sink.root(ids, facts('refund'));
  sink.children(ids, [facts('decide')]);
  await sink.close();
  expect(receiver.of('a'.repeat(32)).map(({ spanId, parentSpanId }) => [spanId, parentSpanId])).toEqual([
    [ids.rootId, 'b'.repeat(16)],
    [expect.any(String), ids.rootId],
  ]);
});

test.each<[string, number, TraceIds, boolean]>([
  ['parentbased_always_on', 1, traceIdsOf('1'), true],
  ['parentbased_always_on', 1, traceIdsOf('1', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`), false],
  ['always_on', 1, traceIdsOf('1', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`), true],
  ['parentbased_always_off', 1, traceIdsOf('1', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`), true],
  ['parentbased_always_off', 1, traceIdsOf('1'), false],
  ['always_off', 1, traceIdsOf('1'), false],
  ['traceidratio', 0, traceIdsOf('1'), false],
])('the sampler %s with %d decides as it says', async (sampler, ratio, ids, kept) => {
  const sink = open({ sampler, ratio });
  expect(sink.wants(ids)).toBe(kept);
  await sink.close();
});

test('a ratio keeps that part of the refunds', async () => {
  const sink = open({ sampler: 'parentbased_traceidratio', ratio: 0.25 });
  const kept = Array.from({ length: 2_000 }, (_, n) => traceIdsOf(`instance ${n}`)).filter((ids) =>
    sink.wants(ids),
  );
  expect(kept.length).toBeGreaterThan(400);
  expect(kept.length).toBeLessThan(600);
  await sink.close();
});

test('a ratio keeps that part of the refunds of any minute, although an engine’s ids are made of the time', async () => {
  const sink = open({ sampler: 'parentbased_traceidratio', ratio: 0.1 });
  // Version 1: 100 ns in its first digits, one machine in its last ones.
  const idAt = (ms: number) => `${(ms * 10_000).toString(16).padStart(8, '0')}-9a7e-11f0-8b1e-0242ac110002`;
  const kept = Array.from({ length: 600 }, (_, n) => idAt(n * 100)).filter((id) =>
    sink.wants(traceIdsOf(id)),
  );
  expect(kept.length).toBeGreaterThan(30);
  expect(kept.length).toBeLessThan(90);
  await sink.close();
});

test('what is kept of a refund by its ratio is sent, under the id of the process', async () => {
  const sink = open({ sampler: 'parentbased_traceidratio', ratio: 0.1 });
  const instance = (n: number) => `${n.toString(16).padStart(8, '0')}-9a7e-11f0-8b1e-0242ac110002`;
  const kept = Array.from({ length: 100 }, (_, n) => traceIdsOf(instance(n))).filter((ids) =>
    sink.wants(ids),
  );
  for (const ids of kept) sink.root(ids, facts('refund'));
  await sink.close();
  expect(kept.length).toBeGreaterThan(0);
  expect(receiver.spans.map(({ traceId }) => traceId)).toEqual(kept.map(({ traceId }) => traceId));
});

test('that nothing is taken any more is told, and so is that it is taken again', async () => {
  receiver.fault = 400;
  const failing = open();
  failing.root(traceIdsOf('1'), facts('refund'));
  await failing.close().catch(() => undefined);
  receiver.fault = undefined;
  const working = open();
  working.root(traceIdsOf('2'), facts('refund'));
  await working.close();
  expect(states).toEqual([false, true]);
});
