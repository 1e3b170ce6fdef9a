/** Real refunds as traces: what arrives at a collector, and that it is about the refund and nothing of its ticket. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerEnvText } from '@farerules/crds/workerEnv';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { traceIdsOf } from '../../worker/src/telemetry/tracing/ids.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { OtlpReceiver, type ReceivedSpan } from '../otlp/receiver.ts';
import { type Document, ingest, search } from '../support/elasticQuery.ts';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { type MarkedRefund, startMarked } from './accounting.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';
import { freePort, startWorker, type WorkerProcess } from './workerHarness.ts';

/** Engine and worker are on one machine: their clocks are one, but the engine's dates have no fractions of these. */
const MS = 2;

let refunds: RefundProcess;
let llm: StandIn;
let collector: OtlpReceiver;
let worker: WorkerProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn({ latencyMs: { min: 200, max: 250 } });
  collector = await OtlpReceiver.start();
  worker = await startWorker(env());
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await collector?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 30_000);

const env = (change: WorkerEnvText = {}): WorkerEnvText => ({
  CAMUNDA_TOPIC: refunds.topic,
  OPENAI_BASE_URL: llm.baseURL,
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  POOL: 'traced',
  ...change,
});

/** The spans of a refund, once its own has come. */
async function traceOf(id: string, traceId = traceIdsOf(id).traceId): Promise<ReceivedSpan[]> {
  await waitFor('the trace', () => collector.of(traceId).some(({ name }) => name === 'refund'), {
    timeoutMs: 15_000,
  });
  return collector.of(traceId);
}
const one = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} spans ${name}`);
  return found[0];
};
async function times(id: string): Promise<{ start: number; end: number }> {
  const { data } = await refunds.engine.http.get(`/history/process-instance/${id}`);
  return { start: Date.parse(data.startTime), end: Date.parse(data.endTime) };
}

test('a refund is one trace from the start of its process to its end', async () => {
  const { id } = await startMarked(refunds);
  await refunds.engine.waitUntilEnded(id);
  const spans = await traceOf(id);
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'chat gpt-4o-mini',
    'complete',
    'decide',
    'refund',
    'waiting',
  ]);
  const [root, waiting, decide, call, complete] = [
    one(spans, 'refund'),
    one(spans, 'waiting'),
    one(spans, 'decide'),
    one(spans, 'chat gpt-4o-mini'),
    one(spans, 'complete'),
  ];
  expect([root.traceId, root.spanId, root.parentSpanId]).toEqual([
    id.replaceAll('-', ''),
    traceIdsOf(id).rootId,
    '',
  ]);
  for (const span of [waiting, decide, complete]) expect(span.parentSpanId).toBe(root.spanId);
  expect(call.parentSpanId).toBe(decide.spanId);
  const { start, end } = await times(id);
  expect(Math.abs(root.start - start)).toBeLessThanOrEqual(MS);
  expect(root.end).toBeGreaterThanOrEqual(end - MS);
  const order = [root.start, waiting.start, waiting.end, decide.start, call.start, call.end, decide.end];
  expect([...order, complete.start, complete.end]).toEqual(
    [...order, complete.start, complete.end].sort((a, b) => a - b),
  );
  expect(call.end - call.start).toBeGreaterThanOrEqual(200);
  expect(root.attributes).toMatchObject({
    'farerules.process_instance.ended': true,
    'farerules.decision': 'ALLOWED',
  });
}, 60_000);

test('a call to the model has the conventions’ attributes, and nothing anywhere has the ticket or a secret', async () => {
  const { id, bookingId, mark } = await startMarked(refunds);
  const call = one(await traceOf(id), 'chat gpt-4o-mini');
  expect(call).toMatchObject({
    kind: 3,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.request.max_tokens': 10,
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(llm.baseURL).port),
    },
    resource: {
      'service.name': 'fareruleworkerpool-worker',
      'service.instance.id': worker.id,
      'farerules.pool': 'traced',
    },
  });
  for (const text of [bookingId, mark, 'Business', 'sk-of-the-tests'])
    expect(collector.sent).not.toContain(text);
}, 60_000);

test('the tries of two workers at one refund join, and what failed says so', async () => {
  const mark = `mark-${Date.now()}`;
  await worker.stop();
  const failing = await startWorker(
    env({
      ON_FAILURE: 'Retry',
      ON_FAILURE_RETRY_TIMEOUT_MS: '300',
      // More than it can use up until it is told to stop.
      ON_FAILURE_RETRIES: '100',
      LLM_MAX_ATTEMPTS: '1',
      OPENAI_BASE_URL: `${llm.baseURL}/no`,
    }),
  );
  let refund: MarkedRefund;
  try {
    refund = await startMarked(refunds, { mark });
    await waitFor(
      'a failure',
      async () => (await failing.metric('llm_worker_task_settlements_total', 'failed')) > 0,
    );
  } finally {
    await failing.stop();
  }
  worker = await startWorker(env());
  await refunds.engine.waitUntilEnded(refund.id, 30_000);
  const spans = await traceOf(refund.id);
  const root = one(spans, 'refund');
  const tries = spans.filter(({ name }) => name === 'decide');
  expect(tries.length).toBeGreaterThanOrEqual(2);
  for (const { parentSpanId } of tries) expect(parentSpanId).toBe(root.spanId);
  expect(new Set(tries.map(({ resource }) => resource['service.instance.id'])).size).toBe(2);
  expect(tries[0]).toMatchObject({ failed: true, attributes: { 'error.type': 'MODEL_NOT_FOUND' } });
  expect(spans.some(({ name }) => name === 'fail')).toBe(true);
}, 90_000);

test('a refund that began in a trace is part of it, and a line of the log says which', async () => {
  const [traceId, spanId] = ['c'.repeat(32), 'd'.repeat(16)];
  const id = await refunds.start({ traceparent: `00-${traceId}-${spanId}-01` });
  await waitFor('the decision', () =>
    worker.lines('llm_task_completed').some((line) => line.trace_id === traceId),
  );
  const spans = await traceOf(id, traceId);
  expect(one(spans, 'refund').parentSpanId).toBe(spanId);
  expect(collector.of(traceIdsOf(id).traceId)).toEqual([]);
}, 60_000);

test('a collector that is away costs no refund, and is said once', async () => {
  collector.fault = 400;
  try {
    for (let n = 0; n < 2; n += 1) {
      const { id } = await startMarked(refunds);
      await refunds.engine.waitUntilEnded(id);
      const refused = collector.refused;
      await waitFor('a refusal', () => collector.refused > refused, { timeoutMs: 15_000 });
    }
    await waitFor('a line of it', () => worker.lines('traces_not_delivered').length > 0);
    expect(worker.lines('traces_not_delivered')).toHaveLength(1);
  } finally {
    collector.fault = undefined;
  }
}, 60_000);

test('the saved queries find the lines of real workers, in both formats', async () => {
  const example = (name: string) =>
    JSON.parse(readFileSync(join(ROOT, 'examples/elasticsearch', name), 'utf8'));
  const METRICS_PORT = String(await freePort());
  const elastic = await startWorker(env({ LOG_FORMAT: 'ecs', OTEL_TRACES_EXPORTER: 'none', METRICS_PORT }));
  try {
    await worker.stop();
    const { id } = await startMarked(refunds);
    await refunds.engine.waitUntilEnded(id, 30_000);
    await waitFor('the line', () => elastic.output().includes('"event.action":"llm_task_completed"'));
  } finally {
    await elastic.stop();
  }
  const lines = (of: WorkerProcess) =>
    of
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Document);
  for (const line of lines(elastic)) {
    expect(Object.keys(line).slice(0, 4)).toEqual(['@timestamp', 'log.level', 'message', 'ecs.version']);
  }
  const ecs = search(lines(elastic), example('llm-task-completed.ecs.json'), Date.now());
  expect(ecs.hits).toBe(1);
  expect(ecs.aggregations.avg_duration).toBeGreaterThan(200_000_000);
  expect(ecs.aggregations.total_cost).toBeGreaterThan(0);
  const completed = worker.lines('llm_task_completed').length;
  const flat = lines(worker).map((line) => ingest(line, example('pipeline.json')));
  const json = search(flat, example('llm-task-completed.json'), Date.now());
  expect(json.hits).toBe(completed);
  expect(json.aggregations.avg_duration).toBeGreaterThan(200);
  expect(json.aggregations.total_cost).toBeGreaterThan(0);
}, 60_000);
