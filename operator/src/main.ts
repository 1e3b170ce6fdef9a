/** Entry point: configuration, signals, exit code. */
import { parseConfig } from './config.ts';
import { errorMessage } from './errors.ts';
import { startOperator } from './operator.ts';
import { createLogger } from './telemetry/log.ts';

const log = createLogger(process.env.LOG_LEVEL ?? 'info', process.env.LOG_FORMAT);
try {
  const operator = await startOperator(parseConfig(process.env), log);
  const stopped = new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });
  const lost = operator.ended.then((reason) => {
    // Without waiting for anything: another process may lead already.
    log.error('ended', { reason });
    process.exit(1);
  });
  const signal = await Promise.race([stopped, lost]);
  log.info('stopping', { signal });
  await operator.stop();
  process.exit(0);
} catch (error) {
  log.error('not started', { error: errorMessage(error) });
  process.exit(1);
}
