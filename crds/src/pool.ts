/**
 * The FareRuleWorkerPool resource, declared once. The CRD is generated from
 * this file (`npm run generate -w crds`), the operator validates with it, and
 * the configuration reference reads its descriptions.
 *
 * Descriptions are what `kubectl explain` shows: say the unit, the default's
 * reason, and what happens when the value is wrong.
 */
import { z } from 'zod';
import { DURATION_PATTERN } from './duration.ts';
import { SPEC_RULES } from './rules.ts';

export const GROUP = 'farerules.dev';
export const VERSION = 'v1alpha1';
export const KIND = 'FareRuleWorkerPool';
export const PLURAL = 'fareruleworkerpools';
export const SHORT_NAME = 'frwp';
/** Longest pool name: names made from it (`<pool>-credentials`) and its pods' names stay valid labels. */
export const MAX_NAME_LENGTH = 40;

/**
 * Text that matches a pattern. Where it does not, the API server and the
 * operator say the same sentence, and the rules that span fields are not asked:
 * they take what they compare for well-formed.
 */
const matching = (pattern: RegExp, message: string, maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(pattern, { error: message, abort: true })
    .meta({ 'x-pattern-message': message });

const duration = (description: string) =>
  matching(new RegExp(DURATION_PATTERN), 'must be a duration such as 500ms, 30s or 1h30m', 16).describe(
    description,
  );

const name = matching(
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  'must be a Kubernetes object name: lower-case letters, digits, - and .',
  253,
);

const secretKey = matching(
  /^[-._a-zA-Z0-9]+$/,
  'must be a key of a Secret: letters, digits, -, _ and .',
  253,
);

const url = matching(
  /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
  'must be an http or https URL without user, query or fragment',
  2048,
);

const quotaGroup = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  'must be lower-case letters, digits and -',
  63,
);

const oneWord = (maxLength: number) => matching(/^\S+$/, 'must not contain white space', maxLength);

const labelMap = z.record(z.string().max(317), z.string().max(262_144));

const quantity = z
  .union([
    matching(
      /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
      'must be a quantity such as 250m, 0.5 or 512Mi',
      32,
    ),
    z.int32().min(0),
  ])
  .meta({ 'x-kubernetes-int-or-string': true });
const resourceList = z.record(z.string().max(317), quantity);

export const engineSchema = z
  .strictObject({
    urls: z
      .array(url)
      .min(1)
      .max(16)
      .describe(
        'Base URLs of the engine REST API, one per engine node or one for all, for example ' +
          'http://camunda-platform:8080/engine-rest. All must belong to the same engine cluster (one database).',
      ),
    basicAuthSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        usernameKey: secretKey.default('username').describe('Key that holds the user name.'),
        passwordKey: secretKey.default('password').describe('Key that holds the password.'),
      })
      .optional()
      .describe('Credentials for HTTP basic authentication. Leave out for an engine without authentication.'),
    topic: oneWord(255)
      .default('analyze-fare-rules')
      .describe('External-task topic that the workers of this pool serve.'),
    processDefinitionKeys: z
      .array(z.string().min(1).max(255))
      .max(64)
      .optional()
      .describe('Serve only tasks of these process definitions. Leave out for all.'),
    tenantIds: z
      .array(z.string().min(1).max(64))
      .max(64)
      .optional()
      .describe('Serve only tasks of these tenants. Leave out for all.'),
  })
  .describe('The process engine that the tasks come from.');

export const llmSchema = z
  .strictObject({
    baseURL: url
      .default('https://api.openai.com/v1')
      .describe('Base URL of an OpenAI-compatible chat completions API.'),
    model: oneWord(128).default('gpt-4o-mini').describe('Model name as the API expects it.'),
    providerName: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe(
        'What the process variable llmProvider says. Left out: "OpenAI GPT-4o-mini" for that model, else the model name.',
      ),
    maxTokens: z
      .int32()
      .min(1)
      .max(32_768)
      .default(10)
      .describe('Most tokens an answer may have. One of three words needs no more than 10.'),
    temperature: z.number().min(0).max(2).default(0.3).describe('Sampling temperature, 0 to 2.'),
    timeout: duration('Longest wait for one LLM call. Must be shorter than worker.lockDuration.').default(
      '8s',
    ),
    maxAttempts: z
      .int32()
      .min(1)
      .max(10)
      .default(3)
      .describe(
        'Most calls for one task, the first included; all of them stay within the lock. Then the task goes to MANUAL.',
      ),
    includeBookingId: z
      .boolean()
      .default(false)
      .describe('Send the booking id to the model. Off by default: the decision does not need it.'),
    price: z
      .strictObject({
        inputPerMillionUSD: z.number().min(0).describe('US dollars per million input tokens.'),
        outputPerMillionUSD: z.number().min(0).describe('US dollars per million output tokens.'),
      })
      .optional()
      .describe(
        'Price of the model, for the cost metric. Left out: known for the common models, otherwise cost is not reported.',
      ),
    credentials: z
      .array(
        z.strictObject({
          secretRef: z
            .strictObject({
              name: name.describe("Name of a Secret in the pool's namespace."),
              key: secretKey.default('api-key').describe('Key that holds the API key.'),
            })
            .describe('Where the API key is.'),
          quotaGroup: quotaGroup
            .default('default')
            .describe('Keys of one organisation and project share its limits: give them the same group.'),
        }),
      )
      .min(1)
      .max(16)
      .describe('API keys. With several, calls are spread over them.'),
    quotas: z
      .array(
        z.strictObject({
          group: quotaGroup.default('default').describe('Quota group of the keys that share these limits.'),
          requestsPerMinute: z.int32().min(1).optional().describe('Calls a minute. Left out: no limit.'),
          tokensPerMinute: z
            .int32()
            .min(1)
            .optional()
            .describe('Tokens a minute, input and output. Left out: no limit.'),
        }),
      )
      .max(16)
      .optional()
      .describe(
        "This pool's share of each quota group's limits. No pods are added that the quota cannot feed. " +
          'Left out for a group: it is taken to have none.',
      ),
    budget: z
      .strictObject({
        perHourUSD: z.number().min(0.01).optional().describe('US dollars an hour (UTC).'),
        perDayUSD: z.number().min(0.01).optional().describe('US dollars a day (UTC).'),
        whenSpent: z
          .enum(['Hold', 'Stop'])
          .default('Hold')
          .describe(
            'Hold: no pod is added until the period is over. Stop: all workers are removed until then; tasks wait in the engine.',
          ),
      })
      .optional()
      .describe('What the calls of this pool may cost, by the price of the model. Left out: no limit.'),
  })
  .describe('The language model that decides.');

/** A pod field that is handed to the API server as it is; that one knows whether it is right. */
const podObject = (description: string) =>
  z
    .record(z.string(), z.unknown())
    .meta({ 'x-kubernetes-preserve-unknown-fields': true })
    .optional()
    .describe(description);
const podList = (description: string) =>
  z
    .array(z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true }))
    .max(64)
    .optional()
    .describe(description);
const podString = (description: string) => z.string().min(1).max(253).optional().describe(description);

/** Fields of a pod's spec that a pool may set; everything else is the operator's. */
const podSpecSchema = z.strictObject({
  nodeSelector: labelMap.optional().describe('Labels that a node must have.'),
  tolerations: podList('Taints that the pods tolerate, as in a pod.'),
  affinity: podObject('Scheduling preferences, as in a pod.'),
  topologySpreadConstraints: podList('How the pods spread over zones and nodes, as in a pod.'),
  priorityClassName: podString('Priority class of the pods.'),
  hostAliases: podList('Additional lines of /etc/hosts, as in a pod.'),
  dnsConfig: podObject('Name servers and options, as in a pod.'),
  dnsPolicy: z
    .enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'])
    .optional()
    .describe('How the pods resolve names.'),
  runtimeClassName: podString('Runtime class of the pods.'),
  schedulerName: podString('Scheduler that places the pods.'),
});

export const workerSchema = z
  .strictObject({
    image: oneWord(512)
      .optional()
      .describe('Worker image. Left out: the one the operator was installed with.'),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe('When to pull the image.'),
    imagePullSecrets: z
      .array(z.strictObject({ name: name.describe("Name of a Secret in the pool's namespace.") }))
      .max(16)
      .optional()
      .describe('Secrets for a private registry.'),
    concurrency: z
      .int32()
      .min(1)
      .max(1000)
      .default(10)
      .describe('Tasks that one pod works on at the same time. 1 is one call at a time.'),
    lockDuration: duration(
      'How long a fetched task is locked for its worker. Must be longer than llm.timeout.',
    ).default('30s'),
    longPollTimeout: duration(
      'How long the engine holds a fetch open when there is no task (at most 30m). Nothing sleeps: a new task ends it at once.',
    ).default('10s'),
    resources: z
      .strictObject({
        requests: resourceList.optional().describe('Least resources, for the scheduler.'),
        limits: resourceList.optional().describe('Most resources.'),
      })
      .default({ requests: { cpu: '500m', memory: '512Mi' } })
      .describe('Resources of the worker container.'),
    podLabels: labelMap
      .optional()
      .describe('Additional labels of the pods. Those that the operator sets win.'),
    podAnnotations: labelMap.optional().describe('Additional annotations of the pods.'),
    podSpec: podSpecSchema
      .optional()
      .describe('Pod fields to set beside those that the operator needs. No other field can be set.'),
  })
  .describe('The worker pods.');

export const cacheSchema = z
  .strictObject({
    redisURL: matching(
      /^rediss?:\/\/[^\s/?#@]+(\/\d+)?$/,
      'must be a redis:// or rediss:// URL without user or password',
      2048,
    ).describe('Redis that the workers share, for example redis://redis:6379/0.'),
    passwordSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        key: secretKey.default('password').describe('Key that holds the password.'),
      })
      .optional()
      .describe('Password of Redis. Leave out where there is none.'),
    ttl: duration('How long a decision may be reused for an identical ticket.').default('1h'),
  })
  .describe('Reuse of decisions for identical tickets. Left out: every task asks the model.');

export const scalingSchema = z
  .strictObject({
    minReplicas: z
      .int32()
      .min(0)
      .max(1000)
      .default(3)
      .describe('Fewest pods. 0, together with idle, for a pool that is away while there is no work.'),
    maxReplicas: z.int32().min(1).max(1000).default(20).describe('Most pods. At least minReplicas.'),
    tasksPerReplica: z
      .int32()
      .min(1)
      .max(1_000_000)
      .default(50)
      .describe('Tasks, waiting and in work together, that one pod should have. Fewer means more pods.'),
    maxWait: duration(
      'How long a task should take from its start to its decision, waiting included, at least 1s. Once the ' +
        'workers have measured how long a task takes, the number of pods follows from it; tasksPerReplica counts until then.',
    ).optional(),
    idle: z
      .strictObject({
        after: duration(
          'How long there must have been no work at all before the last pods are removed.',
        ).default('5m'),
      })
      .optional()
      .describe('Go to no pods at all when idle. With minReplicas 0 only; the next task brings them back.'),
    fallback: z
      .strictObject({
        replicas: z.int32().min(1).max(1000).describe('Pods to go to, between minReplicas and maxReplicas.'),
        after: duration('How long the backlog must have been unknown.').default('5m'),
      })
      .optional()
      .describe(
        'What to do when the engine cannot be asked for long, also from zero. Left out: the number of pods holds.',
      ),
    pause: z
      .enum(['All', 'ScaleIn', 'ScaleOut'])
      .optional()
      .describe(
        'Stop scaling: in both directions, only the removal (ScaleIn) or only the adding (ScaleOut) of pods. The ' +
          'annotations farerules.dev/paused, paused-scale-in and paused-scale-out with the value "true" do the same.',
      ),
    cpuUtilization: z
      .int32()
      .min(0)
      .max(100)
      .default(70)
      .describe(
        'CPU target in percent of the request, beside the backlog; the larger answer wins. 0 turns it off. ' +
          'Used only where the cluster serves the resource metrics API.',
      ),
    responseTime: duration('LLM response time above which more pods are asked for.').default('3s'),
    scaleDownStabilization: duration(
      'How long the backlog must have been lower before pods are removed, at most 1h.',
    ).default('300s'),
  })
  .describe('How many pods there are.');

const specObject = z.strictObject({
  engine: engineSchema,
  llm: llmSchema,
  worker: workerSchema.prefault({}),
  cache: cacheSchema.optional(),
  scaling: scalingSchema.prefault({}),
});

/** A pool's spec. Parsing fills in the defaults and applies the rules that span several fields. */
export const poolSpecSchema = specObject
  .superRefine((spec, context) => {
    for (const rule of SPEC_RULES) {
      if (!rule.holds(spec)) {
        context.addIssue({ code: 'custom', path: rule.path.split('.'), message: rule.message });
      }
    }
  })
  .describe('What the pool should be.');

export type PoolSpec = z.output<typeof specObject>;
/** A spec as a user writes it, before defaults. */
export type PoolSpecInput = z.input<typeof specObject>;

const condition = z.object({
  type: z.string().max(316).describe('Kind of condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z.int().min(0).optional().describe("The spec's generation that this was seen for."),
  lastTransitionTime: z.iso.datetime().describe('When the status last changed.'),
  reason: z.string().min(1).max(1024).describe('One word for why.'),
  message: z.string().max(32_768).describe('One sentence for a person.'),
});

const scalingStatus = z
  .object({
    mode: z
      .enum(['Autoscaler', 'Direct', 'StandBack'])
      .describe(
        'Who writes the number of pods: the HorizontalPodAutoscaler with the operator ahead of it on the way up, ' +
          'the operator alone, or somebody else.',
      ),
    signals: z
      .array(
        z.object({
          name: z.enum(['backlog', 'maxWait', 'responseTime', 'cpu']).describe('What was measured.'),
          value: z
            .number()
            .describe(
              'Tasks for backlog, seconds for maxWait and responseTime, percent of the request for cpu.',
            ),
          target: z
            .number()
            .describe('What the value should be at most: for backlog in one pod, else for all.'),
          asksFor: z.int32().optional().describe('Pods that it asks for. Absent where it asks for none.'),
        }),
      )
      .max(8)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .describe('Each signal with what it asks for. Absent while the backlog is unknown.'),
    winner: z.string().max(63).optional().describe('The signal that asks for the most pods.'),
    limit: z
      .enum(['minReplicas', 'maxReplicas', 'quota', 'budget', 'podProblem', 'pause', 'overlap'])
      .optional()
      .describe("What cut the winner's answer. Absent when nothing did."),
    ceiling: z.int32().describe('Most pods now, by all limits together.'),
    zero: z
      .enum(['Idle', 'BudgetSpent'])
      .optional()
      .describe('Why the operator took the pool to no pods. Absent otherwise.'),
  })
  .describe('Why the pool has the size that it has, in numbers.');

const spendingStatus = z
  .object({
    hour: z.iso.datetime().describe('Start of the hour that hourUSD belongs to.'),
    hourUSD: z.number().describe('US dollars of that hour (UTC).'),
    day: z.iso.datetime().describe('Start of the day that dayUSD belongs to.'),
    dayUSD: z.number().describe('US dollars of that day (UTC).'),
    countedUSD: z
      .number()
      .describe('What the present pods had counted in all: a new operator goes on from there.'),
    countedAt: z.iso.datetime().describe('When they had counted it. It stays while nothing is spent.'),
  })
  .describe('What the LLM calls cost, by the price of the model. Absent while nothing was ever spent.');

export const poolStatusSchema = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe("The spec's generation that this status belongs to."),
    desiredReplicas: z
      .int32()
      .optional()
      .describe('Pods that the backlog asks for, within the limits. Absent while unknown.'),
    replicas: z.int32().optional().describe('Pods that exist.'),
    readyReplicas: z.int32().optional().describe('Pods that are ready.'),
    pendingTasks: z.int32().optional().describe('Tasks that wait for a worker. Absent while unknown.'),
    inFlightTasks: z.int32().optional().describe('Tasks that a worker holds. Absent while unknown.'),
    lastCountTime: z.iso.datetime().optional().describe('When the engine was last asked successfully.'),
    scalingReason: z
      .string()
      .max(1024)
      .optional()
      .describe('Why the pool has the size it has, in one sentence.'),
    scaling: scalingStatus.optional(),
    spending: spendingStatus.optional(),
    conditions: z
      .array(condition)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .optional()
      .describe('Ready, EngineReachable, CredentialsReady, WorkersAvailable, ScalingActive, ScalingLimited.'),
  })
  .describe('What was last seen.');

export type PoolStatus = z.output<typeof poolStatusSchema>;
export type PoolCondition = z.output<typeof condition>;

export interface PoolMeta {
  name: string;
  namespace: string;
  uid: string;
  generation: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

/** A pool as the API server hands it out; the spec is not yet parsed. */
export interface FareRuleWorkerPool {
  apiVersion: `${typeof GROUP}/${typeof VERSION}`;
  kind: typeof KIND;
  metadata: PoolMeta;
  spec: unknown;
  status?: PoolStatus;
}

export type ParsedSpec = { ok: true; spec: PoolSpec } | { ok: false; problems: string[] };

/** Parses a spec and reports all its problems together, each with its field. */
export function parsePoolSpec(spec: unknown): ParsedSpec {
  const result = poolSpecSchema.safeParse(spec);
  if (result.success) return { ok: true, spec: result.data };
  return {
    ok: false,
    problems: result.error.issues.map((issue) => `spec.${issue.path.join('.')}: ${issue.message}`),
  };
}
