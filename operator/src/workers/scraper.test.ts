/** The whole way from real HTTP servers to the figures of a pool. */
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sleep, waitFor } from '../../../test/support/wait.ts';
import { createMetrics, type Metrics } from '../../../worker/src/telemetry/metrics.ts';
import type { Pod } from '../pool/objects.ts';
import type { Pace } from './schedule.ts';
import { type ScrapeTarget, WorkerScraper } from './scraper.ts';
import { WorkerServers } from './workerServers.ts';

const KEY = 'airline/refunds';
const EVERY_MS = 20;

const pod = (name: string, podIP: string, more: Partial<Pod['metadata']> = {}, ready = true): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...more },
  status: {
    phase: 'Running',
    podIP,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});
const target = (pods: Pod[], more: Partial<ScrapeTarget> = {}): ScrapeTarget => ({
  uid: 'uid-1',
  pods,
  busy: true,
  spending: undefined,
  timeZone: 'UTC',
  ...more,
});
const serve =
  ({ registry }: Metrics): RequestListener =>
  async (_, response) => {
    response.end(await registry.metrics());
  };

describe('the workers of a pool', () => {
  const servers = new WorkerServers();
  let port: number;
  let metrics: Metrics;
  let news: string[];
  let paces: Pace[];
  let scraper: WorkerScraper;

  beforeEach(async () => {
    metrics = createMetrics();
    port = await servers.listen('127.0.0.1', serve(metrics));
    news = [];
    paces = [];
    scraper = new WorkerScraper((key) => news.push(key), {
      port,
      delay: (pace) => {
        paces.push(pace);
        return EVERY_MS;
      },
    });
  });
  afterEach(async () => {
    scraper.stop();
    await servers.close();
  });
  const rounds = (count: number) => waitFor('rounds', () => paces.length > count, { everyMs: 5 });
  const stats = () => scraper.stats(KEY);

  it('are added up, whatever one of them does', async () => {
    const other = createMetrics();
    await servers.listen('127.0.0.2', serve(other), port);
    await servers.listen('127.0.0.3', (_, response) => response.end('<html>'), port);
    const pods = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map((ip, index) =>
      pod(`w-${index}`, ip),
    );
    scraper.track(KEY, target(pods));
    metrics.tasksInFlight.set(3);
    await waitFor('both', () => Object.keys(stats().inFlightByPod ?? {}).length === 2, { everyMs: 5 });
    expect(stats().inFlightByPod).toEqual({ 'w-0': 3, 'w-1': 0 });
    metrics.taskDuration.observe(1);
    other.taskDuration.observe(3);
    await waitFor('a mean', () => stats().serviceSeconds === 2, { everyMs: 5 });
  });

  it('are asked only when they are ready or finish what they hold', async () => {
    const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    scraper.track(
      KEY,
      target([
        pod('starting', '127.0.0.1', {}, false),
        pod('leaving', '127.0.0.1', leaving, false),
        { ...pod('over', '127.0.0.1'), status: { phase: 'Succeeded', podIP: '127.0.0.1' } },
      ]),
    );
    await rounds(2);
    expect(stats().inFlightByPod).toEqual({ leaving: 0 });
  });

  it('are left alone when there are none, and asked when they come', async () => {
    scraper.track(KEY, target([]));
    await sleep(3 * EVERY_MS);
    expect(paces).toEqual([]);
    scraper.track(KEY, target([pod('w-0', '127.0.0.1')]));
    await rounds(1);
    expect(stats().inFlightByPod).toEqual({ 'w-0': 0 });
  });

  it('are asked in time also when the pool is looked at all the time', async () => {
    const tracked = target([pod('w-0', '127.0.0.1')]);
    await waitFor(
      'an answer',
      () => {
        scraper.track(KEY, tracked);
        return stats().inFlightByPod;
      },
      { everyMs: EVERY_MS / 4, timeoutMs: 2_000 },
    );
  });

  it('are news when something changed, and not while nothing does', async () => {
    scraper.track(KEY, target([pod('w-0', '127.0.0.1')]));
    await rounds(2);
    const first = news.length;
    await rounds(paces.length + 3);
    expect(news.length).toBe(first);
    metrics.charged.inc(0.5);
    await waitFor('news', () => news.length > first, { everyMs: 5 });
    expect(news.at(-1)).toBe(KEY);
    expect(stats().spentUSD?.hour).toBeCloseTo(0.5, 6);
    const told = news.length;
    await rounds(paces.length + 3);
    expect(news.length).toBe(told);
  });

  it('go on from what the status says was spent, and keep it while the status says so again', async () => {
    metrics.charged.inc(3.25);
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
    const day = `${hour.slice(0, 10)}T00:00:00.000Z`;
    const countedAt = new Date().toISOString();
    const spending = { hour, hourUSD: 1, day, dayUSD: 2, countedUSD: 3, countedAt };
    const tracked = target([pod('w-0', '127.0.0.1')], { spending });
    scraper.track(KEY, tracked);
    expect(stats().spending).toEqual(spending);
    await waitFor('the rest', () => stats().spending?.countedUSD === 3.25, { everyMs: 5 });
    scraper.track(KEY, tracked);
    expect(stats().spending).toMatchObject({ hourUSD: 1.25, dayUSD: 2.25 });
  });

  it('of an earlier pool of the same name are forgotten', async () => {
    metrics.charged.inc(1);
    scraper.track(KEY, target([pod('w-0', '127.0.0.1')]));
    await waitFor('money', () => stats().spending, { everyMs: 5 });
    scraper.track(KEY, target([], { uid: 'uid-2' }));
    expect(stats()).toEqual({});
  });

  it('are asked less and less when none answers, and as before when one does', async () => {
    scraper.track(KEY, target([pod('w-0', '127.0.0.9')]));
    await rounds(3);
    expect(paces.slice(0, 4).map(({ failures }) => failures)).toEqual([0, 1, 2, 3]);
    scraper.track(KEY, target([pod('w-0', '127.0.0.1')]));
    await waitFor('an answer', () => paces.at(-1)?.failures === 0, { everyMs: 5 });
    expect(paces[0]?.first).toBe(true);
    expect(paces.at(-1)).toEqual({ busy: true, failures: 0, first: false });
  });

  it('are not asked any more after the pool has gone', async () => {
    scraper.track(KEY, target([pod('w-0', '127.0.0.1')]));
    await rounds(2);
    scraper.forget(KEY);
    await sleep(2 * EVERY_MS);
    const planned = paces.length;
    await sleep(4 * EVERY_MS);
    expect(paces.length).toBe(planned);
    expect(stats()).toEqual({});
  });

  describe('that take a while to answer', () => {
    let asked: number;
    beforeEach(async () => {
      asked = 0;
      const slowly: RequestListener = async (_, response) => {
        asked += 1;
        await sleep(EVERY_MS);
        response.end(await metrics.registry.metrics());
      };
      await servers.listen('127.0.0.2', slowly, port);
      metrics.charged.inc(1);
      scraper.track(KEY, target([pod('w-0', '127.0.0.2')]));
      await waitFor('the question', () => asked === 1, { everyMs: 1 });
    });

    it('are not asked any more when the pool goes meanwhile', async () => {
      scraper.forget(KEY);
      await sleep(5 * EVERY_MS);
      expect(asked).toBe(1);
      expect(news).toEqual([]);
    });

    it('still count with what they say when they go meanwhile', async () => {
      scraper.track(KEY, target([]));
      await waitFor('the money', () => stats().spentUSD?.day === 1, { everyMs: 5, timeoutMs: 2_000 });
      await waitFor('the pod to be forgotten', () => stats().spending?.countedUSD === 0, { everyMs: 5 });
      expect(asked).toBe(1);
    });
  });
});
