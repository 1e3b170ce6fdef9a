import { expect, test } from '@jest/globals';
import { createMetrics } from '../telemetry/metrics.ts';
import { DecisionMemory } from './decisionMemory.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const HOUR = 3_600_000;
const memory = ({ reuse = true, entries = 10 } = {}) => {
  const metrics = createMetrics();
  const options = { entries, ttlMs: HOUR, reuse, redis: undefined, metrics };
  return { memory: new DecisionMemory(options), metrics };
};
const ALLOWED = { decision: 'ALLOWED', probability: 0.98 } as const;

test('a ticket with the same question gets the decision, another does not', async () => {
  const { memory: known, metrics } = memory();
  await known.keep('t-1', 'q-1', ALLOWED, NOW + 24 * HOUR, NOW);
  expect(await known.find('t-2', 'q-1', NOW + 1)).toMatchObject({ layer: 'memory', known: ALLOWED });
  expect(await known.find('t-2', 'q-2', NOW + 1)).toBeUndefined();
  const text = await metrics.registry.metrics();
  expect(text).toContain('llm_worker_cache_requests_total{result="hit",layer="memory"} 1');
  expect(text).toContain('llm_worker_cache_requests_total{result="miss",layer="all"} 1');
});

test('a task that comes again has its own decision, also where none is reused', async () => {
  const { memory: known } = memory({ reuse: false });
  await known.keep('t-1', 'q-1', ALLOWED, NOW + 24 * HOUR, NOW);
  expect(await known.find('t-1', 'q-1', NOW + HOUR)).toMatchObject({ layer: 'record', known: ALLOWED });
  expect(await known.find('t-2', 'q-1', NOW + 1)).toBeUndefined();
});

test('a task whose variables were changed is asked about again', async () => {
  const { memory: known } = memory({ reuse: false });
  await known.keep('t-1', 'q-1', ALLOWED, NOW + 24 * HOUR, NOW);
  expect(await known.find('t-1', 'q-2', NOW + 1)).toBeUndefined();
});

test.each([
  ['after its time, which is up to a tenth shorter than stated', HOUR, NOW + 24 * HOUR],
  ['after the boundary of a rule, which is sooner', 60_000, NOW + 60_000],
])('nothing is reused %s', async (_what, ageMs, boundary) => {
  const { memory: known } = memory();
  await known.keep('t-1', 'q-1', ALLOWED, boundary, NOW);
  expect(await known.find('t-2', 'q-1', NOW + ageMs * 0.89)).toBeDefined();
  expect(await known.find('t-2', 'q-1', NOW + ageMs)).toBeUndefined();
});

test('what is not to be kept any longer is not kept', async () => {
  const { memory: known } = memory();
  await known.keep('t-1', 'q-1', ALLOWED, NOW, NOW);
  expect(await known.find('t-2', 'q-1', NOW)).toBeUndefined();
});

test('no more is kept than stated', async () => {
  const { memory: known } = memory({ entries: 4, reuse: false });
  for (let index = 0; index < 10; index += 1) await known.keep(`t-${index}`, 'q', ALLOWED, NOW + HOUR, NOW);
  const found = await Promise.all(
    Array.from({ length: 10 }, (_, index) => known.find(`t-${index}`, 'q', NOW)),
  );
  expect(found.filter(Boolean)).toHaveLength(4);
  const { memory: none } = memory({ entries: 0 });
  await none.keep('t-1', 'q', ALLOWED, NOW + HOUR, NOW);
  expect(await none.find('t-1', 'q', NOW)).toBeUndefined();
});
