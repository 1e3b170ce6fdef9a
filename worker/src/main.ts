/** The worker process: reads its configuration, puts the parts together, works until it is told to stop. */
import { hostname } from 'node:os';
import { CREDENTIAL_FILES, drainSeconds } from '@farerules/crds/workerEnv';
import { DecisionCache } from './cache/decisionCache.ts';
import { SharedRedis } from './cache/sharedRedis.ts';
import { type Config, loadConfig } from './config.ts';
import { Credentials } from './credentials.ts';
import type { Decider } from './decide.ts';
import { DirectivesFile } from './directives.ts';
import { EngineNode } from './engine/nodes.ts';
import type { Settler } from './engine/settle.ts';
import { TICKET_VARIABLES } from './fare/ticket.ts';
import { completionMarginMs, handleTask } from './handleTask.ts';
import type { Analyzer } from './llm/analyze.ts';
import { ApiKeys } from './llm/keys.ts';
import { createAnalyzer, modelSettings } from './llm/setUp.ts';
import { providerName } from './outcome.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { startTelemetryServer } from './telemetry/server.ts';
import { Worker } from './worker.ts';

/** Kept free at the end of the grace period, for ending the process. */
const EXIT_MARGIN_MS = 2_000;

const loaded = loadConfig(process.env, { hostname: hostname(), pid: process.pid });
if (loaded.ok) {
  await main(loaded.config);
} else {
  const log = createLog({ level: 'error', fields: {}, secrets: () => [] });
  log.error('configuration_invalid', { problems: loaded.problems });
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const keyFiles = (config.LLM_KEYS ?? []).map(({ file }) => file);
  const { engineUsername, enginePassword, redisPassword } = CREDENTIAL_FILES;
  const credentials = new Credentials(config.CREDENTIALS_DIR, [
    ...keyFiles,
    engineUsername,
    enginePassword,
    redisPassword,
    ...(config.LLM_CA_FILE ? [config.LLM_CA_FILE] : []),
  ]);
  const log = createLog({
    level: config.LOG_LEVEL,
    fields: { pool: config.POOL, worker: config.workerId },
    secrets: () => [...config.secrets.all(), ...credentials.all()],
  });
  await credentials.open((changed) => log.info('credentials_changed', { files: changed }));
  const keys = new ApiKeys(credentials, config.LLM_KEYS ?? [], config.secrets.get('OPENAI_API_KEY'));
  if (!keys.any) {
    log.error('configuration_invalid', {
      problems: [`LLM_KEYS: none of ${keyFiles.join(', ')} can be read in CREDENTIALS_DIR`],
    });
    credentials.close();
    process.exitCode = 1;
    return;
  }

  const metrics = createMetrics();
  const giveUp = new AbortController();
  const nodes = config.CAMUNDA_URL.map((url) => new EngineNode(url, () => engineAuth(config, credentials)));
  const settler: Settler = {
    workerId: config.workerId,
    nodes,
    giveUp: giveUp.signal,
    onError: (operation, { code }) => metrics.engineErrors.inc({ operation, code }),
  };
  const cache = openCache(config, credentials, log);
  const redis = openRedis(config, credentials);
  const directives = new DirectivesFile(config.DIRECTIVES_FILE);
  await directives.open();
  const analyzer = createAnalyzer(config, { credentials, keys, directives, redis, metrics });
  const decider = createDecider(config, analyzer, cache, metrics);
  const handler = {
    decider,
    settler,
    provider: providerName(config.LLM_MODEL, config.LLM_PROVIDER_NAME),
    completionMarginMs: completionMarginMs(config.LOCK_DURATION_MS),
    metrics,
    log,
  };
  const worker = new Worker({
    nodes,
    subscription: {
      workerId: config.workerId,
      topic: config.CAMUNDA_TOPIC,
      lockDurationMs: config.LOCK_DURATION_MS,
      variables: TICKET_VARIABLES,
      processDefinitionKeys: config.CAMUNDA_PROCESS_DEFINITION_KEYS,
      tenantIds: config.CAMUNDA_TENANT_IDS,
    },
    concurrency: config.WORKER_CONCURRENCY,
    longPollMs: config.LONG_POLL_MS,
    handle: (task) => handleTask(handler, task),
    settler,
    onRefused: () => credentials.reload(),
    metrics,
    log,
  });
  const server = await startTelemetryServer(config.METRICS_PORT, metrics.registry, () => worker.notReady());
  log.info('started', { config, metrics_port: server.port });

  const graceMs = drainSeconds(config.LOCK_DURATION_MS, config.LONG_POLL_MS) * 1_000 - EXIT_MARGIN_MS;
  let giveUpTimer: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (giveUpTimer) return;
    log.info('stopping', { signal, in_flight: worker.inFlight });
    giveUpTimer = setTimeout(() => giveUp.abort(), graceMs);
    worker.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);

  await worker.run();
  clearTimeout(giveUpTimer);
  credentials.close();
  cache?.close();
  redis?.close();
  directives.close();
  for (const node of nodes) node.close();
  await server.close();
  log.info('stopped', { abandoned: giveUp.signal.aborted });
  process.exit(giveUp.signal.aborted ? 1 : 0);
}

function engineAuth({ secrets }: Config, credentials: Credentials) {
  const username = credentials.get(CREDENTIAL_FILES.engineUsername) ?? secrets.get('CAMUNDA_USERNAME');
  const password = credentials.get(CREDENTIAL_FILES.enginePassword) ?? secrets.get('CAMUNDA_PASSWORD');
  return username !== undefined && password !== undefined ? { username, password } : undefined;
}

function openCache(config: Config, credentials: Credentials, log: Log): DecisionCache | undefined {
  if (!config.CACHE_REDIS_URL) return undefined;
  const cache = new DecisionCache({
    url: config.CACHE_REDIS_URL,
    password: () => credentials.get(CREDENTIAL_FILES.redisPassword),
    ttlMs: config.CACHE_TTL_MS,
    onConnection: (connected) => (connected ? log.info('cache_reached') : log.warn('cache_not_reached')),
  });
  cache.open();
  return cache;
}

function openRedis(config: Config, credentials: Credentials): SharedRedis | undefined {
  if (!config.CACHE_REDIS_URL || !config.LLM_QUOTAS) return undefined;
  const redis = new SharedRedis({
    url: config.CACHE_REDIS_URL,
    password: () => credentials.get(CREDENTIAL_FILES.redisPassword),
    onConnection: () => undefined,
  });
  redis.open();
  return redis;
}

function createDecider(
  config: Config,
  analyzer: Analyzer,
  cache: DecisionCache | undefined,
  metrics: Decider['metrics'],
): Decider {
  const parameters = modelSettings(config);
  return {
    analyzer,
    cache,
    parameters,
    includeBookingId: config.LLM_INCLUDE_BOOKING_ID,
    metrics,
  };
}
