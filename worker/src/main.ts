/**
 * The worker process: reads its configuration, puts the parts together, works until it is told to stop. With an
 * argument it runs that command instead and ends.
 */
import { hostname } from 'node:os';
import { CREDENTIAL_FILES, drainSeconds } from '@farerules/crds/workerEnv';
import { runCommand } from './commands/run.ts';
import { type Config, loadConfig } from './config.ts';
import { Credentials } from './credentials.ts';
import { openRedis, setUpDecisions } from './decisions.ts';
import { DirectivesFile } from './directives.ts';
import { createEngineAuth, engineFiles } from './engine/auth.ts';
import { RightsWatch } from './engine/rights.ts';
import { engineNodes, setUpEngine } from './engine/setUp.ts';
import { setUpFlow } from './flow/setUp.ts';
import { handleTask } from './handleTask.ts';
import { ApiKeys } from './llm/keys.ts';
import { createAnalyzer } from './llm/setUp.ts';
import { providerName } from './outcome.ts';
import { setUpAudit } from './telemetry/auditSetUp.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { startTelemetryServer } from './telemetry/server.ts';
import { setUpTracing } from './telemetry/tracing/setUp.ts';
import { Worker } from './worker.ts';

/** Kept free at the end of the grace period, for ending the process. */
const EXIT_MARGIN_MS = 2_000;

const host = { hostname: hostname(), pid: process.pid };
const [command, ...args] = process.argv.slice(2);
const loaded = loadConfig(process.env, host, { needsModel: command === undefined });
if (loaded.ok && command !== undefined) {
  process.exitCode = await runCommand(command, args, loaded.config);
} else if (loaded.ok) {
  await main(loaded.config);
} else {
  const log = createLog({ level: 'error', format: loaded.logFormat, fields: {}, secrets: () => [] });
  log.error('configuration_invalid', { problems: loaded.problems });
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const keyFiles = (config.LLM_KEYS ?? []).map(({ file }) => file);
  const engineFile = engineFiles(config);
  const certificates = config.LLM_CA_FILE ? [config.LLM_CA_FILE] : [];
  const credentials = new Credentials(
    config.CREDENTIALS_DIR,
    [...keyFiles, ...engineFile.all, CREDENTIAL_FILES.redisPassword, ...certificates],
    [...certificates, ...engineFile.known],
  );
  const auth = createEngineAuth(config, credentials);
  const secrets = () => [...config.secrets.all(), ...credentials.all(), ...auth.secrets()];
  const fields = { pool: config.POOL, worker: config.workerId };
  const log = createLog({ level: config.LOG_LEVEL, format: config.LOG_FORMAT, fields, secrets });
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
  const stopping = () => worker.stopping;
  const engine = setUpEngine(config, engineNodes(config, auth, credentials), {
    giveUp: giveUp.signal,
    stopping,
    metrics,
  });
  const directives = new DirectivesFile(config.DIRECTIVES_FILE);
  await directives.open((told) => log.info('directives_changed', { ...told }));
  const redis = openRedis(config, credentials, log);
  const analyzer = createAnalyzer(config, { credentials, keys, directives, redis, metrics });
  const flow = setUpFlow(config.WORKER_CONCURRENCY, analyzer.pacer, metrics);
  const decisions = setUpDecisions(config, { analyzer, credentials, directives, redis, metrics });
  const audit = await setUpAudit(config, { secrets, metrics, log });
  const tracing = await setUpTracing(config, { nodes: engine.nodes, log });
  const handler = {
    decider: decisions.decider,
    audit,
    auditVariable: config.AUDIT_PROCESS_VARIABLES,
    ...engine,
    provider: providerName(config.LLM_MODEL, config.LLM_PROVIDER_NAME),
    stopping,
    tracing,
    onCall: flow.onCall,
    metrics,
    log,
  };
  const worker: Worker = new Worker({
    ...engine,
    permits: flow.permits,
    longPollMs: config.LONG_POLL_MS,
    handle: (task) => handleTask(handler, task),
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

  const rights = new RightsWatch({
    nodes: engine.nodes,
    known: () => config.CAMUNDA_TOKEN_URL !== undefined || auth.header() !== undefined,
    processDefinitionKeys: config.CAMUNDA_PROCESS_DEFINITION_KEYS,
    log,
  });
  rights.start();
  await worker.run();
  rights.close();
  clearTimeout(giveUpTimer);
  credentials.close();
  directives.close();
  await decisions.close();
  redis?.close();
  await audit.close();
  await tracing?.close();
  engine.nodes.close();
  auth.close();
  await server.close();
  log.info('stopped', { abandoned: giveUp.signal.aborted });
  process.exit(giveUp.signal.aborted ? 1 : 0);
}
