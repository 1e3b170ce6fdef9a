/** The saved queries over lines as the worker writes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Document, ingest, search } from '../../../test/support/elasticQuery.ts';
import { verify } from '../commands/verifyAudit.ts';
import type { Outcome } from '../outcome.ts';
import { Audit } from './audit.ts';
import { ecsLine, ecsRecord } from './ecs.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples/elasticsearch');
const example = (name: string) => JSON.parse(readFileSync(join(EXAMPLES, name), 'utf8'));
const pipeline = example('pipeline.json');

/** Three tasks that were completed, one that was not, a call, and a decision. */
async function records(): Promise<string[]> {
  const lines: string[] = [];
  const audit = new Audit({
    log: { record: (line) => void lines.push(line), error: (event) => void lines.push(event) },
    secrets: () => [],
    fields: { pool: 'refunds', worker: 'w' },
    model: 'm',
    threshold: 0.75,
    file: undefined,
  });
  const ids = (n: number) => ({ taskId: `t-${n}`, processInstanceId: `p-${n}`, traceId: 'f'.repeat(32) });
  const outcome = (costUSD?: number): Outcome => ({
    decision: 'ALLOWED',
    source: 'llm',
    bookingId: 'DEMO-1',
    ...(costUSD !== undefined && { costUSD }),
  });
  audit.call(
    ids(1),
    { system: '', user: 'Ticket Class: Economy' },
    {
      number: 1,
      durationMs: 900,
      verdict: { decision: 'ALLOWED' },
      costUSD: 0.5,
    },
  );
  const trace = { calls: 1, probability: 0.875 };
  audit.decided(ids(1), { ...outcome(0.25), trace }, 1_000);
  audit.settled(ids(1), outcome(0.25), 'completed', 1_000);
  audit.settled(ids(2), outcome(0.5), 'completed', 2_000);
  // Its cost is not known: it counts in the average of the times alone.
  audit.settled(ids(3), outcome(), 'completed', 4_500);
  audit.settled(ids(4), outcome(8), 'lock_lost', 60_000);
  return lines;
}

const FORMATS: [string, string, (record: string) => Document, number][] = [
  ['json', 'llm-task-completed.json', (line) => ingest(JSON.parse(line) as Document, pipeline), 1],
  ['ecs', 'llm-task-completed.ecs.json', (line) => JSON.parse(ecsRecord(line)) as Document, 1_000_000],
];

test.each(FORMATS)('what completed tasks took and cost: %s', async (_format, file, document, unit) => {
  const documents = (await records()).map(document);
  expect(search(documents, example(file), Date.now())).toEqual({
    hits: 3,
    aggregations: { avg_duration: 2_500 * unit, total_cost: 0.75 },
  });
  expect(search(documents, example(file), Date.now() + 3_700_000)).toMatchObject({
    hits: 0,
    aggregations: { avg_duration: null },
  });
});

/** Paths that the index template maps as double; everything else gets its type from the first value that comes. */
function doubles(properties: Record<string, Mapping>, below = ''): string[] {
  return Object.entries(properties).flatMap(([name, { type, properties: inner }]) =>
    inner ? doubles(inner, `${below}${name}.`) : type === 'double' ? [`${below}${name}`] : [],
  );
}
interface Mapping {
  type?: string;
  properties?: Record<string, Mapping>;
}
/** Paths of the numbers in a document that are not whole. */
const fractions = (document: object, below = ''): string[] =>
  Object.entries(document).flatMap(([name, value]) => {
    if (typeof value === 'number') return Number.isInteger(value) ? [] : [`${below}${name}`];
    return typeof value === 'object' && value !== null ? fractions(value, `${below}${name}.`) : [];
  });

test.each(FORMATS)(
  'what is summed keeps its fractions, whatever came first: %s',
  async (_format, file, document) => {
    const mapped = doubles(example('index-template.json').template.mappings.properties);
    const aggregations: Record<string, { field: string }>[] = Object.values(example(file).aggs);
    const summed = aggregations.flatMap(({ sum }) => sum?.field ?? []);
    expect(summed).toHaveLength(1);
    expect(mapped).toEqual(expect.arrayContaining(summed));
    const inLines = new Set((await records()).flatMap((line) => fractions(document(line))));
    expect(inLines.size).toBeGreaterThan(3);
    expect(mapped).toEqual(expect.arrayContaining([...inLines]));
  },
);

test('a record in Elastic’s form is still the record: the log of a pod can be verified', async () => {
  const lines = (await records()).map(ecsRecord);
  expect(verify([{ name: 'log', lines }])).toMatchObject({ records: 6, chains: 1, faults: [] });
  const changed = lines.map((line) => line.replaceAll('lock_lost', 'completed'));
  expect(verify([{ name: 'log', lines: changed }]).faults).not.toEqual([]);
});

test('a record in Elastic’s form says what it is about once: texts of the ticket are in the record alone', async () => {
  const [call = ''] = (await records()).map(ecsRecord);
  const { 'event.original': original, ...fields } = JSON.parse(call);
  expect(original).toContain('Ticket Class: Economy');
  expect(JSON.stringify(fields)).not.toContain('Ticket Class');
  expect(fields).toMatchObject({
    'log.level': 'audit',
    'event.action': 'llm_call',
    'trace.id': 'f'.repeat(32),
    'service.node.name': 'w',
    labels: { pool: 'refunds', process_instance: 'p-1', task_id: 't-1' },
    farerules: { attempt: 1, cost: 0.5 },
  });
});

test('an ordinary line has its ids and its code where Elastic looks for them', () => {
  const line = ecsLine({
    timestamp: '2026-11-25T21:00:00.000Z',
    level: 'warn',
    event: 'task_not_completed',
    task_id: 't',
    trace_id: 'a'.repeat(32),
    error_code: 'TIMEOUT',
  });
  expect(line).toMatchObject({
    'trace.id': 'a'.repeat(32),
    'error.code': 'TIMEOUT',
    labels: { task_id: 't' },
  });
});
