/** The operator's configuration, parsed once. Nothing else reads the environment. */
import { z } from 'zod';
import { REFUND_PROCESS } from './exporter/refundProcess.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int();
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

export const configSchema = z.object({
  WORKER_IMAGE: z.string().min(1).describe('Worker image of the pools that name none.'),
  POD_NAMESPACE: z.string().min(1).describe('Namespace that the operator runs in and keeps its Lease in.'),
  POD_NAME: z
    .string()
    .min(1)
    .optional()
    .describe('Own pod, which the leader labels for the metrics Service. Left out: no label.'),
  WATCH_NAMESPACES: list
    .prefault('')
    .describe('Namespaces whose pools are served, separated by commas. Empty: all.'),
  LEASE_NAME: z.string().min(1).default('fareruleworkerpool-operator').describe('Lease of the leader.'),
  METRICS_PORT: port.default(9090).describe('Port of /metrics, /healthz and /readyz.'),
  METRICS_API_SERVICE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Service in POD_NAMESPACE that leads to METRICS_API_PORT. Left out: external.metrics.k8s.io is not served, and no APIService looked at.',
    ),
  METRICS_API_SERVICE_PORT: port.default(443).describe('Port of that Service.'),
  METRICS_API_PORT: port.default(6443).describe('TLS port on which external.metrics.k8s.io is served.'),
  METRICS_API_CERTIFICATE_SECONDS: z.coerce
    .number()
    .int()
    .min(30)
    .default(90 * 86_400)
    .describe('How long a certificate of that port is valid. It is renewed after two thirds of it.'),
  METRICS_API_CERT_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Directory with tls.crt, tls.key and ca.crt for METRICS_API_SERVICE.POD_NAMESPACE.svc, followed when they change. Left out: certificates are made here.',
    ),
  METRICS_API_OWNER: z
    .string()
    .min(1)
    .optional()
    .describe('ClusterRole that owns the APIService, so that it goes when the operator is uninstalled.'),
  EXPORTER_ENABLED: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe('Whether metrics of engines and refunds are made from the history of the engines.'),
  EXPORTER_OWNER: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Role in POD_NAMESPACE that owns the totals of the exporter, so that they go when the operator is uninstalled.',
    ),
  EXPORTER_INTERVAL_SECONDS: seconds.min(1).default(10).describe('How often the history is read.'),
  EXPORTER_OVERLAP_SECONDS: seconds
    .min(2)
    .default(120)
    .describe(
      'How late an event may appear in the history and still be counted: by how much the clocks of the engine ' +
        'nodes differ, and the longest transaction.',
    ),
  EXPORTER_LOOK_BACK_SECONDS: seconds
    .min(0)
    .default(0)
    .describe(
      'How much of the past is counted for an engine and a process that are seen for the first time.',
    ),
  EXPORTER_PROCESSES: list
    .prefault(REFUND_PROCESS)
    .describe('Process definition keys that are exported for pools that name none, separated by commas.'),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Least severe level that is logged.'),
  LOG_FORMAT: z
    .enum(['json', 'ecs'])
    .default('json')
    .describe('Form of the log lines: flat JSON, or Elastic Common Schema.'),
});

export type Config = Readonly<z.output<typeof configSchema>>;

/**
 * Parses the environment.
 * @throws Error that lists all problems together.
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const result = configSchema.safeParse(env);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`configuration: ${problems.join('; ')}`);
}
