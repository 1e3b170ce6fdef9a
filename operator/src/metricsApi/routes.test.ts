import { describe, expect, it } from '@jest/globals';
import type { PoolBacklog } from './routes.ts';
import { metricAnswer, route } from './routes.ts';

const ROOT = '/apis/external.metrics.k8s.io/v1beta1';
const METRIC = 'camunda_external_tasks_backlog';
const known = (name: string, pending: number, inFlight: number): PoolBacklog => ({
  name,
  backlog: { known: true, pending, inFlight, at: '2026-01-01T00:00:00Z' },
});
const pools = [known('a', 7, 3), known('b', 1, 0)];
const blind: PoolBacklog = { name: 'blind', backlog: { known: false, reason: 'no engine' } };
const ask = (selector: string, seen: PoolBacklog[], metric = METRIC) =>
  metricAnswer({ metric, selector }, seen);

describe('paths', () => {
  it.each([
    ['GET', '/apis', 200],
    ['GET', '/apis/external.metrics.k8s.io', 200],
    ['GET', ROOT, 200],
    ['GET', '/openapi/v2', 404],
    ['GET', '/openapi/v3', 404],
    ['POST', ROOT, 405],
  ])('%s %s is answered for everyone with %i', (method, url, status) => {
    expect(route(method, url)).toMatchObject({ kind: 'public', answer: { status } });
  });

  it('never lists no resource: clients print errors for that', () => {
    expect(route('GET', ROOT)).toMatchObject({
      answer: { body: { resources: [{ name: METRIC, namespaced: true }] } },
    });
  });

  it('takes namespace, metric and selector of a value apart', () => {
    expect(route('GET', `${ROOT}/namespaces/ns/${METRIC}?labelSelector=farerules.dev%2Fpool%3Da`)).toEqual({
      kind: 'metric',
      namespace: 'ns',
      metric: METRIC,
      selector: 'farerules.dev/pool=a',
    });
  });
});

describe('values', () => {
  it.each([
    ['farerules.dev/pool=a', ['10']],
    ['farerules.dev/pool in (a,b)', ['10', '1']],
    ['farerules.dev/pool notin (a),farerules.dev/pool', ['1']],
    ['farerules.dev/pool!=b', ['10']],
    ['', ['10', '1']],
  ])('of "%s" are of the pools that match, waiting and in work together', (selector, values) => {
    const { body } = ask(selector, pools);
    expect((body.items as { value: string }[]).map(({ value }) => value)).toEqual(values);
  });

  it.each([
    ['the peak that is held', 900, '900'],
    ['part of a task where another signal asks', 12.3456, '12346m'],
    ['the newer count where that is more', 4, '10'],
  ])('are %s', (_, served, value) => {
    expect(ask('', [{ ...known('a', 7, 3), served }]).body.items).toMatchObject([{ value }]);
  });

  it('have the time at which the engine was asked, a peak that is held too', () => {
    const [a, b] = pools as [PoolBacklog, PoolBacklog];
    const earlier: PoolBacklog = {
      ...b,
      served: 900,
      backlog: { known: true, pending: 1, inFlight: 0, at: '2025-12-31T23:59:58Z' },
    };
    expect(ask('', [a, earlier]).body.items).toMatchObject([
      { timestamp: '2026-01-01T00:00:00Z' },
      { timestamp: '2025-12-31T23:59:58Z' },
    ]);
  });

  it('are unknown with the backlog, peak or not', () => {
    expect(ask('', [{ ...blind, served: 900 }]).status).toBe(503);
  });

  it('are refused whole while one of them is unknown', () => {
    expect(ask('', [...pools, blind]).status).toBe(503);
    expect(ask('farerules.dev/pool=a', [...pools, blind]).status).toBe(200);
  });

  it.each([
    ['no pool matches', 'farerules.dev/pool=c', METRIC, 404],
    ['the metric is another', '', 'other', 404],
    ['the selector is none', 'a=b=c', METRIC, 400],
  ])('are an error when %s', (_, selector, metric, status) => {
    expect(ask(selector, pools, metric)).toMatchObject({ status, body: { kind: 'Status', code: status } });
  });
});
