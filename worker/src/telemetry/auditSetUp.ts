/** Puts the audit records' parts together, as the configuration says. */
import { join } from 'node:path';
import { WORKER_ID_PREFIX } from '@farerules/crds/workerEnv';
import type { Config } from '../config.ts';
import { Audit } from './audit.ts';
import { AuditFile } from './auditFile.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export async function setUpAudit(
  config: Config,
  { secrets, metrics, log }: { secrets: () => readonly string[]; metrics: Metrics; log: Log },
): Promise<Audit> {
  const pod = config.workerId.slice(WORKER_ID_PREFIX.length);
  const path = config.AUDIT_DIR && join(config.AUDIT_DIR, `${pod}.jsonl`);
  const file = path
    ? new AuditFile({
        path,
        onState: (working, code) =>
          working ? log.info('audit_file_written', { path }) : log.error('audit_file_failed', { path, code }),
        onLost: (lines) => metrics.auditLost.inc(lines),
      })
    : undefined;
  const audit = new Audit({
    log,
    secrets,
    fields: { pool: config.POOL, worker: config.workerId },
    model: config.LLM_MODEL,
    threshold: config.DECISIONS_MIN_PROBABILITY,
    file,
  });
  await audit.open();
  return audit;
}
