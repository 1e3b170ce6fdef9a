/**
 * The worker's configuration as environment variables, declared once: the
 * operator renders it into the Deployment, the worker parses it. The document's
 * names (CAMUNDA_URL, OPENAI_API_KEY) stay, so that the image also runs alone.
 *
 * Secrets are files: the kubelet puts those that the pool names into one
 * directory, so that a rotated key arrives without a restart. Alone, they may
 * come as variables instead.
 */
import { z } from 'zod';
import { RULES } from './spec/decisions.ts';

/** Where the credentials are in the worker's pod. */
export const CREDENTIALS_DIR = '/var/run/farerules/credentials';

/** Where the pod's directives annotation appears as a file, and where its audit volume is. */
export const DIRECTIVES_DIR = '/var/run/farerules/directives';
export const AUDIT_DIR = '/var/log/farerules';

/** File names in the credentials directory. */
export const CREDENTIAL_FILES = {
  engineUsername: 'engine-username',
  enginePassword: 'engine-password',
  engineClientId: 'engine-client-id',
  engineClientSecret: 'engine-client-secret',
  /** PEM certificates to trust for the engine and for where its tokens come from. */
  engineCA: 'engine-ca',
  redisPassword: 'redis-password',
  /** PEM certificates to trust for the LLM API. */
  llmCA: 'llm-ca',
  /** The API key with this index in `spec.llm.credentials`. */
  llmKey: (index: number): string => `llm-${index}`,
} as const;

export const METRICS_PORT = 9090;
export const WORKER_ID_PREFIX = 'llm-fare-analyzer-';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const milliseconds = z.coerce.number().int().positive();
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** A key file of the credentials directory and the quota group that its limits belong to. */
export const llmKeyRefSchema = z.strictObject({ file: z.string().min(1), quotaGroup: z.string().min(1) });
export type LlmKeyRef = z.output<typeof llmKeyRefSchema>;

/** A variable that holds JSON; `example` is what the message of a wrong one shows. */
const json = <T>(schema: z.ZodType<T>, example: string) =>
  z.string().transform((text, context): T => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: `must be JSON: ${example}` });
      return z.NEVER;
    }
  });

export const workerEnvSchema = z.object({
  CAMUNDA_URL: list
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .prefault('http://localhost:8080/engine-rest')
    .describe('Base URLs of the engine REST API, separated by commas.'),
  CAMUNDA_TOPIC: z.string().min(1).default('analyze-fare-rules').describe('External-task topic.'),
  CAMUNDA_PROCESS_DEFINITION_KEYS: list
    .optional()
    .describe('Only tasks of these process definitions, separated by commas.'),
  CAMUNDA_TENANT_IDS: list.optional().describe('Only tasks of these tenants, separated by commas.'),
  CAMUNDA_USERNAME: z
    .string()
    .min(1)
    .optional()
    .describe('Basic-auth user where no credentials directory is used.'),
  CAMUNDA_PASSWORD: z
    .string()
    .min(1)
    .optional()
    .describe('Basic-auth password where no credentials directory is used.'),
  CAMUNDA_TOKEN_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where bearer tokens for the engine come from (OAuth2 client credentials). Left out: none are used.',
    ),
  CLIENT_ID: z.string().min(1).optional().describe('OAuth2 client where no credentials directory is used.'),
  CLIENT_SECRET: z.string().min(1).optional().describe('Its secret where no credentials directory is used.'),
  CAMUNDA_TOKEN_SCOPE: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces.'),
  CAMUNDA_TOKEN_AUDIENCE: z.string().min(1).optional().describe('Audience to ask for.'),
  CAMUNDA_CLIENT_AUTHENTICATION: z
    .enum(['Basic', 'Body'])
    .default('Basic')
    .describe('How the client shows its secret: in the Authorization header, or in the body of the request.'),
  CAMUNDA_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of the credentials directory with certificates (PEM) to trust for the engine and CAMUNDA_TOKEN_URL.',
    ),
  CREDENTIALS_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Directory of mounted credentials; read again when it changes.'),
  POD_NAME: z
    .string()
    .min(1)
    .optional()
    .describe('Name that the worker id ends with. Left out: the host name.'),
  POOL: z.string().min(1).default('standalone').describe('Pool that this worker belongs to, for logs.'),
  WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Tasks worked on at the same time.'),
  LOCK_DURATION_MS: milliseconds.default(30_000).describe('Lock on a fetched task, in milliseconds.'),
  LONG_POLL_MS: milliseconds
    .max(1_800_000)
    .default(10_000)
    .describe('Time-out of a long poll, in milliseconds.'),
  OPENAI_API_KEY: z.string().min(1).optional().describe('API key where no credentials directory is used.'),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.openai.com/v1')
    .describe('Base URL of the LLM API.'),
  LLM_KEYS: json(z.array(llmKeyRefSchema), '[{"file": "llm-0", "quotaGroup": "default"}]')
    .optional()
    .describe('Key files of the credentials directory with their quota groups, as JSON.'),
  LLM_MODEL: z.string().min(1).default('gpt-4o-mini').describe('Model name.'),
  LLM_PROVIDER_NAME: z.string().min(1).optional().describe('What the variable llmProvider says.'),
  LLM_PROFILE: z
    .enum(['Auto', 'MaxTokens', 'MaxCompletionTokens', 'Reasoning'])
    .default('Auto')
    .describe('Which parameters the model takes.'),
  LLM_REASONING_EFFORT: z
    .enum(['none', 'minimal', 'low', 'medium', 'high'])
    .optional()
    .describe('Reasoning of models that can.'),
  LLM_ANSWER_FORMAT: z
    .enum(['OneWord', 'Structured'])
    .default('OneWord')
    .describe('One word, or a JSON object that the API holds to a schema.'),
  LLM_MAX_TOKENS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Most tokens of an answer. Left out: by the answer format and the model.'),
  LLM_QUOTAS: json(
    z.array(
      z.strictObject({
        group: z.string().min(1),
        requestsPerMinute: z.int().min(1).optional(),
        tokensPerMinute: z.int().min(1).optional(),
      }),
    ),
    '[{"group": "default", "requestsPerMinute": 500, "tokensPerMinute": 200000}]',
  )
    .optional()
    .describe('Limits of the quota groups, for all workers of the pool together, as JSON.'),
  LLM_QUOTA_SHARERS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'Workers that may share the limits, as long as nobody tells how many do. Left out: this one alone.',
    ),
  LLM_BUDGET_PER_HOUR_USD: z.coerce
    .number()
    .positive()
    .optional()
    .describe('US dollars an hour, then MANUAL.'),
  LLM_BUDGET_PER_DAY_USD: z.coerce.number().positive().optional().describe('US dollars a day, then MANUAL.'),
  LLM_BUDGET_TIME_ZONE: z.string().min(1).default('UTC').describe('Time zone in which the day begins.'),
  LLM_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File of the credentials directory with certificates (PEM) to trust for the LLM API.'),
  HTTPS_PROXY: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Proxy for the LLM API. NO_PROXY lists hosts that are asked directly.'),
  NO_PROXY: list.optional().describe('Host names, domains (.example.com) and addresses asked without proxy.'),
  LLM_TEMPERATURE: z.coerce.number().min(0).max(2).default(0.3).describe('Sampling temperature.'),
  LLM_TIMEOUT_MS: milliseconds.default(8_000).describe('Longest wait for one call, in milliseconds.'),
  LLM_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(10).default(3).describe('Most calls for one task.'),
  LLM_INCLUDE_BOOKING_ID: flag.default(false).describe('Send the booking id to the model.'),
  LLM_PRICE_INPUT_PER_MILLION_USD: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('US dollars per million input tokens.'),
  LLM_PRICE_OUTPUT_PER_MILLION_USD: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('US dollars per million output tokens.'),
  CACHE_REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis for decisions of identical tickets.'),
  CACHE_TTL_MS: milliseconds
    .default(3_600_000)
    .describe('How long a decision may be reused, in milliseconds.'),
  CACHE_DECISIONS: flag.optional().describe('Reuse decisions. Left out: true where CACHE_REDIS_URL is set.'),
  CACHE_ENTRIES: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_000)
    .describe('Decisions that the worker remembers by itself.'),
  CAMUNDA_NODES: z
    .enum(['Auto', 'Direct', 'Balanced'])
    .default('Auto')
    .describe(
      'Whether an address of CAMUNDA_URL is one engine node (Direct) or stands for several (Balanced).',
    ),
  DECISIONS_MODE: z
    .enum(['Enforce', 'Shadow'])
    .default('Enforce')
    .describe('Shadow: decisions are recorded and every task goes to MANUAL.'),
  DECISIONS_RULES: list
    .pipe(z.array(z.enum(RULES)))
    .optional()
    .describe('Rules that decide before the model, separated by commas.'),
  DECISIONS_MAX_AUTO_REFUND: json(
    z.record(z.string().regex(/^[A-Z]{3}$/), z.int().min(0)),
    '{"EUR": 50000, "USD": 60000}',
  )
    .optional()
    .describe('Highest price by currency, in its minor unit, that is decided without a person, as JSON.'),
  DECISIONS_MIN_PROBABILITY: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Least probability of the label; below it MANUAL.'),
  DECISIONS_WHEN_PROBABILITY_UNKNOWN: z
    .enum(['Manual', 'Accept'])
    .default('Manual')
    .describe('What to do with an answer without log probabilities.'),
  DECISIONS_CONFIRM_ALLOWED: z
    .enum(['Never', 'WithoutReason', 'WithoutText'])
    .default('Never')
    .describe(
      "An ALLOWED has to hold without the customer's reason (or any free text), too; otherwise MANUAL.",
    ),
  DECISIONS_REVIEW_PERCENT: z.coerce
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('Percent of ALLOWED decisions that go to MANUAL for a person to check.'),
  ON_FAILURE: z
    .enum(['Manual', 'Retry'])
    .default('Manual')
    .describe('What becomes of a task that the model could not decide.'),
  ON_FAILURE_RETRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('How often such a task is given back to the engine.'),
  ON_FAILURE_RETRY_TIMEOUT_MS: milliseconds
    .default(300_000)
    .describe('How long it then waits, in milliseconds.'),
  ON_FAILURE_FINALLY: z
    .enum(['Manual', 'Incident'])
    .default('Manual')
    .describe('What becomes of it after the last try.'),
  AUDIT_PROCESS_VARIABLES: flag
    .default(false)
    .describe('Also store the record of the decision as the process variable llmAudit.'),
  AUDIT_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Directory for a file of audit records, named after the pod.'),
  DIRECTIVES_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File with what the operator tells this pod (see directives.ts); read again when it changes.'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(METRICS_PORT)
    .describe('Port of /metrics, /healthz and /readyz.'),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Least severe level that is logged.'),
  LOG_FORMAT: z
    .enum(['json', 'ecs'])
    .default('json')
    .describe('Form of the log lines: flat JSON, or Elastic Common Schema.'),
  OTEL_TRACES_EXPORTER: z
    .enum(['none', 'otlp'])
    .default('none')
    .describe(
      'Where traces go: nowhere, or to OTEL_EXPORTER_OTLP_ENDPOINT. The other variables with OTEL_EXPORTER_OTLP_, ' +
        'OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES work as everywhere.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base URL of a collector that takes OTLP over HTTP. Left out: http://localhost:4318.'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe('Which traces are kept, by the name that OpenTelemetry has for it.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The part of the traces that samplers with a ratio keep.'),
});

export type WorkerEnv = z.output<typeof workerEnvSchema>;
/** The variables as text, which is what a Deployment carries. */
export type WorkerEnvText = Partial<Record<keyof WorkerEnv, string>>;

/**
 * How long a stopping worker may take: its long poll ends by itself (an aborted
 * one would still lock tasks), then what it holds is finished within the lock.
 * The operator sets the pod's grace period from it. Seconds.
 */
export function drainSeconds(lockDurationMs: number, longPollMs: number): number {
  return Math.ceil((lockDurationMs + longPollMs) / 1_000) + 5;
}
