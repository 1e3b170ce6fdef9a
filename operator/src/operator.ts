/**
 * The process as a whole. Every replica follows the API server, so that it is
 * ready at once when it becomes the leader; only the leader polls engines,
 * asks workers, writes, and serves the backlog. A leader that loses its Lease ends the process:
 * nothing that it had under way may go on.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Config } from './config.ts';
import { LeaderElection } from './controller/leaderElection.ts';
import { dropLeaderLabel, takeLeaderLabel } from './controller/leaderLabel.ts';
import { type Reconciler, reconcile } from './controller/reconcile.ts';
import { type ApiService, Watches } from './controller/watches.ts';
import { WorkQueue } from './controller/workQueue.ts';
import { StatusWriter } from './controller/writeStatus.ts';
import { BacklogPoller } from './engine/poller.ts';
import { errorCode, errorMessage } from './errors.ts';
import { Exporter } from './exporter/exporter.ts';
import { registerExporterMetrics } from './exporter/metrics.ts';
import { KubeClient } from './kube/client.ts';
import { connect } from './kube/connection.ts';
import { EventRecorder } from './kube/events.ts';
import { MetricsApiServer } from './metricsApi/server.ts';
import { poolKey } from './pool/names.ts';
import type { ScalingMemory } from './pool/scaling/memory.ts';
import { pause } from './support/pause.ts';
import type { Logger } from './telemetry/log.ts';
import { metrics, registry, tellMetricsApi } from './telemetry/metrics.ts';
import { serveProbes } from './telemetry/probes.ts';
import { WorkerScraper } from './workers/scraper.ts';

/** Pools reconciled at the same time. */
const CONCURRENCY = 8;
/** Until the leader's label is tried again. */
const LABEL_RETRY_MS = 1_000;

export interface Operator {
  /** Ends when the operator has stopped by itself, with the reason. */
  ended: Promise<string>;
  /** Finishes what is under way, gives the Lease back and stops. */
  stop(): Promise<void>;
}

export async function startOperator(config: Config, log: Logger): Promise<Operator> {
  const connection = connect();
  const client = new KubeClient(connection);
  const identity = `${config.POD_NAME ?? 'operator'}_${randomUUID()}`;
  const ended = Promise.withResolvers<string>();
  const stopping = new AbortController();

  const queue: WorkQueue = new WorkQueue({
    work: (key) => timed(() => reconcile(reconciler, key)),
    onError: (key, error) => {
      metrics.reconciles.inc({ result: errorCode(error) });
      log.warn('reconcile failed', { pool: key, code: errorCode(error), error: errorMessage(error) });
    },
    onDepth: (waiting) => metrics.queueDepth.set(waiting),
    concurrency: CONCURRENCY,
  });
  const enqueue = (key: string) => queue.add(key);
  const enqueueAll = () => {
    for (const { metadata } of watches.pools.values()) enqueue(`${metadata.namespace}/${metadata.name}`);
  };

  const poller = new BacklogPoller(enqueue, (key) => {
    for (const { namespace, name } of watches.claims.rivals(key)) enqueue(poolKey(namespace, name));
  });
  const scraper = new WorkerScraper(enqueue);
  const onApiService = (service: ApiService) => {
    metricsApi?.onApiService(service);
    enqueueAll();
  };
  const watches: Watches = new Watches(
    client,
    config.WATCH_NAMESPACES,
    enqueue,
    // They say what a HorizontalPodAutoscaler can read, and without a metrics API there is none.
    config.METRICS_API_SERVICE === undefined ? undefined : onApiService,
  );
  const exporter = config.EXPORTER_ENABLED
    ? new Exporter(config, {
        client,
        log,
        namespace: config.POD_NAMESPACE,
        name: `${config.LEASE_NAME}-exporter`,
        ownerName: config.EXPORTER_OWNER,
      })
    : undefined;
  registerExporterMetrics(registry, () => exporter);
  const memories = new Map<string, ScalingMemory>();
  const metricsApi = await MetricsApiServer.start(config, {
    client,
    poller,
    served: (namespace, pool) => memories.get(poolKey(namespace, pool))?.served,
    log,
    watches,
    onChange: enqueueAll,
  });
  const reconciler: Reconciler = {
    client,
    watches,
    poller,
    ...(exporter && { exporter }),
    scraper,
    log,
    metricsApi: () => metricsApi?.state() ?? { state: 'off' },
    workerImage: config.WORKER_IMAGE,
    memories,
    waiting: () => queue.depth,
    statusWriter: new StatusWriter(client, new EventRecorder(client, identity, log)),
  };
  const election = new LeaderElection({
    client,
    log,
    namespace: config.POD_NAMESPACE,
    name: config.LEASE_NAME,
    identity,
    onLost: ended.resolve,
  });
  tellMetricsApi(() => (election.leading ? metricsApi?.served() : undefined));
  const probes: Server = await serveProbes(config.METRICS_PORT, {
    healthy: () => true,
    ready: () => watches.synced,
  });

  async function lead(): Promise<void> {
    if (config.POD_NAME) {
      // A container that was started anew still has the label of its former life.
      await dropLeaderLabel(client, config.POD_NAMESPACE, config.POD_NAME).catch(() => undefined);
    }
    while (!watches.synced && !stopping.signal.aborted) await pause(20, stopping.signal);
    if (!(await election.acquire())) return;
    metrics.leader.set(1);
    log.info('leading', { identity });
    exporter?.lead();
    queue.start();
    // The API server trusts this process before the Service leads to it.
    await metricsApi?.lead();
    labelling = keepTrying(() => label());
    await labelling;
  }
  /** Of the process that leads; never after another one may. */
  let labelling: Promise<void> | undefined;
  async function label(): Promise<void> {
    if (config.POD_NAME) await takeLeaderLabel(client, config.POD_NAMESPACE, config.POD_NAME);
  }
  /** A leader without its label is asked for no metrics: an API server that is busy is no reason to stay so, or to end. */
  async function keepTrying(work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        log.warn('leader not labelled', { error: errorMessage(error) });
        await pause(LABEL_RETRY_MS, stopping.signal);
      }
    }
  }
  void lead().catch((error) => ended.resolve(`cannot lead: ${errorMessage(error)}`));

  return {
    ended: ended.promise,
    async stop() {
      stopping.abort();
      await queue.stop();
      poller.stop();
      scraper.stop();
      await exporter?.stop().catch((error) => log.warn('totals not saved', { error: errorMessage(error) }));
      // Before another may lead: two would undo each other's registration.
      await metricsApi?.resign();
      const led = election.leading;
      // What is under way would take the label from the next leader.
      await labelling;
      await election.release();
      if (led && config.POD_NAME) {
        await dropLeaderLabel(client, config.POD_NAMESPACE, config.POD_NAME).catch(() => undefined);
      }
      watches.stop();
      metricsApi?.stop();
      probes.close();
      probes.closeAllConnections();
      await connection.close();
    },
  };
}

async function timed(work: () => Promise<number | undefined>): Promise<number | undefined> {
  const end = metrics.reconcileSeconds.startTimer();
  try {
    const again = await work();
    metrics.reconciles.inc({ result: 'ok' });
    return again;
  } finally {
    end();
  }
}
