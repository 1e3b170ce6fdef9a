/** Pools that the API server must refuse, with what it must say. */
import { KIND, type PoolSpecInput } from '@farerules/crds/pool';

/** A valid spec that every case changes in one place. */
export function validSpec(): PoolSpecInput {
  return {
    engine: { urls: ['http://camunda-platform:8080/engine-rest'] },
    llm: { credentials: [{ secretRef: { name: 'openai-credentials' } }] },
  };
}

export interface BadSpec {
  title: string;
  /** Dotted path below `spec`; a number is an index. */
  field: string;
  value: unknown;
  /** What the API server's message must contain. */
  says: string;
}

const bad = (title: string, field: string, value: unknown, says: string): BadSpec => ({
  title,
  field,
  value,
  says,
});

export const BAD_SPECS: BadSpec[] = [
  bad('no engine', 'engine', undefined, 'spec.engine: Required value'),
  bad('no engine URL', 'engine.urls', [], 'spec.engine.urls in body should have at least 1 items'),
  bad('an ftp URL', 'engine.urls.0', 'ftp://camunda/engine-rest', 'must be an http or https URL'),
  bad(
    'a URL with a password',
    'engine.urls.0',
    'http://me:secret@camunda/engine-rest',
    'must be an http or https URL without user, query or fragment',
  ),
  bad(
    'a URL with a query',
    'engine.urls.0',
    'http://camunda/engine-rest?a=1',
    'must be an http or https URL without user, query or fragment',
  ),
  bad(
    '17 engine URLs',
    'engine.urls',
    Array.from({ length: 17 }, (_, i) => `http://node-${i}/engine-rest`),
    'must have at most 16 items',
  ),
  bad(
    'a password and tokens',
    'engine',
    {
      urls: ['https://engine.example/engine-rest'],
      basicAuthSecretRef: { name: 'camunda' },
      oauth2: { tokenURL: 'https://idp/token', secretRef: { name: 'client' } },
    },
    'engine.oauth2 and engine.basicAuthSecretRef exclude each other',
  ),
  bad(
    'tokens without a client',
    'engine.oauth2',
    { tokenURL: 'https://idp/token' },
    'spec.engine.oauth2.secretRef: Required value',
  ),
  bad(
    'tokens from an address with a query',
    'engine.oauth2',
    { tokenURL: 'https://idp/token?a=1', secretRef: { name: 'client' } },
    'must be an http or https URL without user, query or fragment',
  ),
  bad(
    'scopes with a quotation mark',
    'engine.oauth2',
    { tokenURL: 'https://idp/token', secretRef: { name: 'client' }, scope: 'a "b"' },
    'must be scopes separated by single spaces',
  ),
  bad(
    'certificates without a Secret',
    'engine.caSecretRef',
    {},
    'spec.engine.caSecretRef.name: Required value',
  ),
  bad(
    'another form of log lines',
    'worker.logFormat',
    'Text',
    'spec.worker.logFormat: Unsupported value: "Text"',
  ),
  bad('traces to nowhere', 'worker.tracing', {}, 'spec.worker.tracing.endpoint: Required value'),
  bad(
    'more traces than refunds',
    'worker.tracing',
    { endpoint: 'http://otel:4318', sampleRatio: 2 },
    'spec.worker.tracing.sampleRatio in body should be less than or equal to 1',
  ),
  bad('an empty topic', 'engine.topic', '', 'spec.engine.topic in body should be at least 1 chars long'),
  bad('a topic with a space', 'engine.topic', 'fare rules', 'must not contain white space'),
  bad(
    'basic auth without a Secret',
    'engine.basicAuthSecretRef',
    {},
    'spec.engine.basicAuthSecretRef.name: Required value',
  ),
  bad(
    'a Secret name in capitals',
    'engine.basicAuthSecretRef',
    { name: 'Camunda' },
    'must be a Kubernetes object name',
  ),
  bad('no credentials', 'llm.credentials', undefined, 'spec.llm.credentials: Required value'),
  bad(
    'an empty list of credentials',
    'llm.credentials',
    [],
    'spec.llm.credentials in body should have at least 1 items',
  ),
  bad(
    'a Secret key with a slash',
    'llm.credentials.0.secretRef.key',
    'keys/api',
    'must be a key of a Secret',
  ),
  bad(
    'a quota group in capitals',
    'llm.credentials.0.quotaGroup',
    'Team A',
    'must be lower-case letters, digits and -',
  ),
  bad('a temperature above 2', 'llm.temperature', 2.5, 'should be less than or equal to 2'),
  bad('no token for the answer', 'llm.maxTokens', 0, 'should be greater than or equal to 1'),
  bad('a time-out without a unit', 'llm.timeout', '8', 'must be a duration such as 500ms, 30s or 1h30m'),
  bad('a negative time-out', 'llm.timeout', '-8s', 'must be a duration such as 500ms, 30s or 1h30m'),
  bad(
    'a price for input alone',
    'llm.price',
    { inputPerMillionUSD: 0.15 },
    'spec.llm.price.outputPerMillionUSD: Required value',
  ),
  bad(
    'a negative price',
    'llm.price',
    { inputPerMillionUSD: -1, outputPerMillionUSD: 0 },
    'should be greater than or equal to 0',
  ),
  bad('concurrency 0', 'worker.concurrency', 0, 'should be greater than or equal to 1'),
  bad(
    'a lock as long as the LLM time-out',
    'worker.lockDuration',
    '8s',
    'worker.lockDuration must be longer than llm.timeout',
  ),
  bad(
    'an LLM time-out longer than the lock',
    'llm.timeout',
    '31s',
    'worker.lockDuration must be longer than llm.timeout',
  ),
  bad('a lock below a second', 'worker.lockDuration', '900ms', 'worker.lockDuration must be at least 1s'),
  bad(
    'a long poll of an hour',
    'worker.longPollTimeout',
    '1h',
    'worker.longPollTimeout must be between 100ms and 30m',
  ),
  bad(
    'a long poll of 10 ms',
    'worker.longPollTimeout',
    '10ms',
    'worker.longPollTimeout must be between 100ms and 30m',
  ),
  bad(
    'an unknown pull policy',
    'worker.imagePullPolicy',
    'Sometimes',
    'supported values: "Always", "IfNotPresent", "Never"',
  ),
  bad(
    'a quantity with a wrong unit',
    'worker.resources',
    { requests: { memory: '512MB' } },
    'spec.worker.resources.requests.memory in body should match',
  ),
  bad(
    'a negative quantity',
    'worker.resources',
    { requests: { cpu: -1 } },
    'should be greater than or equal to 0',
  ),
  bad(
    'a pod field that is not for pools',
    'worker.podSpec',
    { hostNetwork: true },
    'unknown field "spec.worker.podSpec.hostNetwork"',
  ),
  bad('a misspelt field', 'worker.concurency', 5, 'unknown field "spec.worker.concurency"'),
  bad(
    'a password in the Redis URL',
    'cache',
    { redisURL: 'redis://:secret@redis:6379/0' },
    'must be a redis:// or rediss:// URL without user or password',
  ),
  bad(
    'fewest pods above most pods',
    'scaling',
    { minReplicas: 5, maxReplicas: 4 },
    'scaling.maxReplicas must be at least scaling.minReplicas',
  ),
  bad(
    'fewest pods above the default of most pods',
    'scaling.minReplicas',
    21,
    'scaling.maxReplicas must be at least scaling.minReplicas',
  ),
  bad('no pod at all without idle', 'scaling.minReplicas', 0, 'scaling.idle and scaling.minReplicas 0'),
  bad('idle with pods that stay', 'scaling', { idle: {} }, 'scaling.idle and scaling.minReplicas 0'),
  bad('fewer than no pods', 'scaling.minReplicas', -1, 'should be greater than or equal to 0'),
  bad(
    'a negative target',
    'scaling.tasksPerReplica',
    -50,
    'spec.scaling.tasksPerReplica in body should be greater than or equal to 1',
  ),
  bad(
    'a fractional target',
    'scaling.tasksPerReplica',
    1.5,
    'spec.scaling.tasksPerReplica in body must be of type',
  ),
  bad('a target of nothing', 'scaling.tasksPerReplica', 0, 'should be greater than or equal to 1'),
  bad('a wait below a second', 'scaling.maxWait', '500ms', 'scaling.maxWait must be at least 1s'),
  bad(
    'a fallback above the most pods',
    'scaling.fallback',
    { replicas: 21 },
    'scaling.fallback.replicas must be between scaling.minReplicas and scaling.maxReplicas',
  ),
  bad(
    'a fallback without a number',
    'scaling.fallback',
    {},
    'spec.scaling.fallback.replicas: Required value',
  ),
  bad('an unknown pause', 'scaling.pause', 'Sometimes', 'supported values: "All", "ScaleIn", "ScaleOut"'),
  bad(
    'a quota of a group that no key has',
    'llm.quotas',
    [{ group: 'other', requestsPerMinute: 500 }],
    'llm.quotas must name quota groups of llm.credentials, each once',
  ),
  bad(
    'two quotas of one group',
    'llm.quotas',
    [{ requestsPerMinute: 500 }, { tokensPerMinute: 500 }],
    'llm.quotas must name quota groups of llm.credentials, each once',
  ),
  bad('a budget without an amount', 'llm.budget', {}, 'llm.budget needs perHourUSD or perDayUSD'),
  bad(
    'a budget for a model whose price nobody knows',
    'llm',
    { ...validSpec().llm, model: 'house-model', budget: { perDayUSD: 1 } },
    'llm.budget needs llm.price',
  ),
  bad(
    'a budget for a model whose name only begins like one of the list',
    'llm',
    { ...validSpec().llm, model: 'gpt-4o-mini-tuned', budget: { perDayUSD: 1 } },
    'llm.budget needs llm.price',
  ),
  bad('a budget of nothing', 'llm.budget', { perDayUSD: 0 }, 'llm.budget must be more than nothing'),
  bad(
    'a budget of half a cent',
    'llm.budget',
    { perDayUSD: 0.005 },
    'should be greater than or equal to 0.01',
  ),
  bad(
    'a time zone with a space',
    'llm.budget',
    { perDayUSD: 1, timeZone: 'Central European' },
    'must be a time zone such as UTC or Europe/Berlin',
  ),
  bad('an unknown profile', 'llm.profile', 'Fast', 'supported values: "Auto", "MaxTokens"'),
  bad(
    'a proxy with a password',
    'llm.proxyURL',
    'http://me:secret@proxy:3128',
    'must be an http or https URL without user, query or fragment',
  ),
  bad('a CPU target above 100 %', 'scaling.cpuUtilization', 150, 'should be less than or equal to 100'),
  bad('replicas as text', 'scaling.maxReplicas', '20', 'must be of type integer'),
  bad(
    'a stabilisation of two hours',
    'scaling.scaleDownStabilization',
    '2h',
    'scaling.scaleDownStabilization must be at most 1h',
  ),
];

/** Names that the API server must refuse, though they are fine for other kinds. */
export const BAD_NAMES: [name: string, says: string][] = [
  ['a'.repeat(41), 'metadata.name must have at most 40 characters'],
  ['refunds.eu', 'metadata.name must not contain a dot'],
];

export const GOOD_SPECS: [title: string, changes: [field: string, value: unknown][]][] = [
  ['the smallest spec', []],
  [
    'the longest durations',
    [
      ['worker.lockDuration', '24h'],
      ['worker.longPollTimeout', '30m'],
      ['scaling.scaleDownStabilization', '1h'],
    ],
  ],
  [
    'a pool that goes to zero, falls back and is paused',
    [['scaling', { minReplicas: 0, idle: {}, maxWait: '30s', fallback: { replicas: 2 }, pause: 'ScaleIn' }]],
  ],
  [
    'quotas and a budget',
    [
      ['llm.quotas', [{ requestsPerMinute: 500, tokensPerMinute: 200_000 }]],
      ['llm.budget', { perDayUSD: 12.5 }],
    ],
  ],
  [
    'a budget for a snapshot behind a gateway',
    [
      ['llm.model', 'gateway/openai/gpt-4o-mini-2024-07-18'],
      ['llm.budget', { perHourUSD: 1 }],
    ],
  ],
  [
    'a budget for a model of which the pool says the price',
    [
      ['llm.model', 'house-model'],
      ['llm.price', { inputPerMillionUSD: 0.2, outputPerMillionUSD: 0.4 }],
      ['llm.budget', { perHourUSD: 1 }],
    ],
  ],
  [
    'another model behind a proxy and a private CA',
    [
      ['llm.model', 'gpt-6-luna'],
      ['llm.reasoningEffort', 'low'],
      ['llm.answerFormat', 'Structured'],
      ['llm.proxyURL', 'http://proxy:3128'],
      ['llm.caSecretRef', { name: 'private-ca' }],
      ['llm.budget', { perDayUSD: 5, whenSpent: 'Manual', timeZone: 'America/Argentina/Buenos_Aires' }],
    ],
  ],
  [
    'a compound duration',
    [
      ['llm.timeout', '1.5s'],
      ['worker.lockDuration', '1m30s'],
    ],
  ],
  [
    'one engine behind HTTPS with basic authentication',
    [
      ['engine.urls', ['https://engine.example/engine-rest']],
      ['engine.basicAuthSecretRef', { name: 'camunda' }],
    ],
  ],
  [
    'an engine that wants bearer tokens, with certificates of a private CA',
    [
      ['engine.urls', ['https://engine.example/engine-rest']],
      [
        'engine.oauth2',
        {
          tokenURL: 'https://login.example/tenant/oauth2/v2.0/token',
          secretRef: { name: 'client', clientIdKey: 'id', clientSecretKey: 'secret' },
          scope: 'api://engine/.default offline',
          audience: 'https://engine.example',
          clientAuthentication: 'Body',
        },
      ],
      ['engine.caSecretRef', { name: 'private-ca' }],
    ],
  ],
  [
    'traces and log lines for Elastic',
    [
      ['worker.logFormat', 'ECS'],
      ['worker.tracing', { endpoint: 'http://otel-collector.observability:4318', sampleRatio: 0.1 }],
    ],
  ],
  [
    'several keys with quota groups',
    [
      [
        'llm.credentials',
        [{ secretRef: { name: 'a' } }, { secretRef: { name: 'b', key: 'token' }, quotaGroup: 'team-b' }],
      ],
    ],
  ],
  [
    'quantities as numbers and text',
    [['worker.resources', { requests: { cpu: 1, memory: '64Mi' }, limits: { memory: '1.5Gi' } }]],
  ],
  [
    'every pod field that a pool may set',
    [
      [
        'worker.podSpec',
        {
          nodeSelector: { 'kubernetes.io/arch': 'amd64' },
          tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
          affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
          ],
          priorityClassName: 'low',
          hostAliases: [{ ip: '10.0.0.1', hostnames: ['engine'] }],
          dnsConfig: { nameservers: ['10.0.0.2'] },
          dnsPolicy: 'None',
          runtimeClassName: 'gvisor',
          schedulerName: 'mine',
        },
      ],
    ],
  ],
  ['a cache', [['cache', { redisURL: 'rediss://redis:6379/3', passwordSecretRef: { name: 'redis' } }]]],
  ['one pod that is never scaled', [['scaling', { minReplicas: 1, maxReplicas: 1, cpuUtilization: 0 }]]],
];

/** A pool with `changes` made to a valid spec; `undefined` removes a field. */
export function pool(changes: [field: string, value: unknown][], name = 'schema-case') {
  const spec = validSpec() as Record<string, unknown>;
  for (const [field, value] of changes) set(spec, field.split('.'), value);
  return { apiVersion: 'farerules.dev/v1alpha1', kind: KIND, metadata: { name }, spec };
}

function set(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    target[key] ??= {};
    set(target[key] as Record<string, unknown>, rest, value);
  } else if (value === undefined) delete target[key];
  else target[key] = value;
}
