import { expect, test } from '@jest/globals';
import { ECS_VERSION, toEcs } from './ecs.ts';

const AT = '2026-11-25T21:00:00.000Z';
const service = 'fareruleworkerpool-worker';

test('what the schema has a name for gets it; of the rest, numbers are to be summed and texts are labels', () => {
  const line = {
    timestamp: AT,
    level: 'audit',
    event: 'llm_task_completed',
    pool: 'refunds',
    worker: 'llm-fare-analyzer-1',
    process_instance_id: 'p',
    task_id: 't',
    trace_id: 'f'.repeat(32),
    decision: 'ALLOWED',
    duration_ms: 1_500,
    cost_usd: 0.0000234,
    settlement: undefined,
    booking_id: null,
  };
  expect(toEcs(line, { service })).toEqual({
    '@timestamp': AT,
    'log.level': 'audit',
    message: 'llm_task_completed',
    'ecs.version': ECS_VERSION,
    'service.name': service,
    'service.node.name': 'llm-fare-analyzer-1',
    'event.action': 'llm_task_completed',
    'event.duration': 1_500_000_000,
    'trace.id': 'f'.repeat(32),
    labels: { pool: 'refunds', process_instance_id: 'p', task_id: 't', decision: 'ALLOWED' },
    farerules: { cost_usd: 0.0000234 },
  });
});

test('a line begins as those of the schema’s own loggers do', () => {
  const keys = Object.keys(toEcs({ pool: 'a', event: 'started', level: 'info', timestamp: AT }, { service }));
  expect(keys.slice(0, 4)).toEqual(['@timestamp', 'log.level', 'message', 'ecs.version']);
});

test.each([
  ['the code of an error', { code: 'UNREACHABLE' }, { 'error.code': 'UNREACHABLE' }],
  ['the code of a decision', { error_code: 'TIMEOUT' }, { 'error.code': 'TIMEOUT' }],
  ['an error’s text', { error: 'no' }, { 'error.message': 'no' }],
  ['where an error came from', { stack: 'at x' }, { 'error.stack_trace': 'at x' }],
  ['an object', { config: { a: 1 } }, { labels: { config: '{"a":1}' } }],
  ['a list', { files: ['llm-0'] }, { labels: { files: '["llm-0"]' } }],
  ['yes and no', { abandoned: false }, { labels: { abandoned: 'false' } }],
])('%s', (_what, fields, expected) => {
  const {
    message,
    'ecs.version': _version,
    'service.name': _name,
    ...rest
  } = toEcs({ message: 'm', ...fields }, { service });
  expect([message, rest]).toEqual(['m', expected]);
});

test('fields can be left out', () => {
  expect(toEcs({ event: 'e', hash: 'h' }, { service, without: new Set(['hash']) })).not.toHaveProperty(
    'labels',
  );
});
