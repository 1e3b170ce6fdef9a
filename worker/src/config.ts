/**
 * The worker's configuration: read once from the environment, all problems
 * reported together, frozen. Nothing else reads `process.env`. Secrets are kept
 * apart and cannot be printed by accident.
 */
import { isTimeZone } from '@farerules/crds/day';
import { WORKER_ID_PREFIX, type WorkerEnv, workerEnvSchema } from '@farerules/crds/workerEnv';
import { type Price, priceOf } from './llm/price.ts';

type SecretName = 'OPENAI_API_KEY' | 'CAMUNDA_USERNAME' | 'CAMUNDA_PASSWORD' | 'CLIENT_ID' | 'CLIENT_SECRET';

export interface Config extends Readonly<Omit<WorkerEnv, SecretName>> {
  /** Unique among all workers of the engine: the engine tells workers apart by it. */
  readonly workerId: string;
  readonly secrets: Secrets;
}

/** Secrets that came as variables; those from files are read by `credentials.ts`. */
export class Secrets {
  readonly #values: Partial<Record<SecretName, string>>;

  constructor(values: Partial<Record<SecretName, string>>) {
    this.#values = values;
  }

  get(name: SecretName): string | undefined {
    return this.#values[name];
  }

  /** Every value that must not be printed. Names of users and clients are ordinary words as often as not. */
  all(): string[] {
    const { OPENAI_API_KEY, CAMUNDA_PASSWORD, CLIENT_SECRET } = this.#values;
    return [OPENAI_API_KEY, CAMUNDA_PASSWORD, CLIENT_SECRET].filter((value) => value !== undefined);
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(Object.keys(this.#values).map((name) => [name, '[redacted]']));
  }
}

type LogFormat = WorkerEnv['LOG_FORMAT'];

/** Where it cannot be used, `logFormat` says how to say so: as it asks for, if it does. */
export type LoadedConfig =
  | { ok: true; config: Config }
  | { ok: false; problems: string[]; logFormat: LogFormat };

/**
 * An empty variable counts as one that is not set: that is how shells and manifests leave values out.
 * @param needsModel false for a command that asks no model and therefore needs no key.
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  host: { hostname: string; pid: number },
  { needsModel } = { needsModel: true },
): LoadedConfig {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = workerEnvSchema.safeParse(set);
  const logFormat: LogFormat = set.LOG_FORMAT === 'ecs' ? 'ecs' : 'json';
  if (!parsed.success) {
    return {
      ok: false,
      logFormat,
      problems: parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`),
    };
  }
  const env = parsed.data;
  const problems = contradictions(env, needsModel);
  if (problems.length > 0) return { ok: false, problems, logFormat };
  const { OPENAI_API_KEY, CAMUNDA_USERNAME, CAMUNDA_PASSWORD, CLIENT_ID, CLIENT_SECRET, ...plain } = env;
  const secrets = Object.entries({
    OPENAI_API_KEY,
    CAMUNDA_USERNAME,
    CAMUNDA_PASSWORD,
    CLIENT_ID,
    CLIENT_SECRET,
  });
  return {
    ok: true,
    config: Object.freeze({
      ...plain,
      workerId: `${WORKER_ID_PREFIX}${env.POD_NAME ?? `${host.hostname}-${host.pid}`}`,
      secrets: new Secrets(Object.fromEntries(secrets.filter(([, value]) => value !== undefined))),
    }),
  };
}

/** Rules that span several variables. */
function contradictions(env: WorkerEnv, needsModel: boolean): string[] {
  const problems: string[] = [];
  if (needsModel && !env.OPENAI_API_KEY && !(env.CREDENTIALS_DIR && env.LLM_KEYS?.length)) {
    problems.push('OPENAI_API_KEY: set it, or CREDENTIALS_DIR and LLM_KEYS for keys in files');
  }
  if (env.LLM_TIMEOUT_MS >= env.LOCK_DURATION_MS) {
    problems.push('LLM_TIMEOUT_MS: must be shorter than LOCK_DURATION_MS');
  }
  if ((env.CAMUNDA_USERNAME === undefined) !== (env.CAMUNDA_PASSWORD === undefined)) {
    problems.push('CAMUNDA_USERNAME and CAMUNDA_PASSWORD: set both or none');
  }
  problems.push(...tokenProblems(env));
  const prices = [env.LLM_PRICE_INPUT_PER_MILLION_USD, env.LLM_PRICE_OUTPUT_PER_MILLION_USD];
  if (prices.filter((price) => price !== undefined).length === 1) {
    problems.push('LLM_PRICE_INPUT_PER_MILLION_USD and LLM_PRICE_OUTPUT_PER_MILLION_USD: set both or none');
  }
  const budget = env.LLM_BUDGET_PER_HOUR_USD ?? env.LLM_BUDGET_PER_DAY_USD;
  if (budget !== undefined && !priceOf(env.LLM_MODEL, statedPrice(env))) {
    problems.push(
      'LLM_BUDGET_PER_HOUR_USD, LLM_BUDGET_PER_DAY_USD: need the price of the model, LLM_PRICE_…',
    );
  }
  if (!isTimeZone(env.LLM_BUDGET_TIME_ZONE)) {
    problems.push('LLM_BUDGET_TIME_ZONE: must be a time zone such as UTC or Europe/Berlin');
  }
  if (env.CAMUNDA_URL.some(hasUser)) {
    problems.push('CAMUNDA_URL: must not contain a user; use CAMUNDA_USERNAME and CAMUNDA_PASSWORD');
  }
  if (hasUser(env.OPENAI_BASE_URL)) {
    problems.push('OPENAI_BASE_URL: must not contain a user; use OPENAI_API_KEY');
  }
  if (env.HTTPS_PROXY && hasUser(env.HTTPS_PROXY)) {
    problems.push('HTTPS_PROXY: must not contain a user');
  }
  for (const file of ['LLM_CA_FILE', 'CAMUNDA_CA_FILE'] as const) {
    if (env[file] && !env.CREDENTIALS_DIR) {
      problems.push(`${file}: is a file in CREDENTIALS_DIR, which is not set`);
    }
  }
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT && hasUser(env.OTEL_EXPORTER_OTLP_ENDPOINT)) {
    problems.push('OTEL_EXPORTER_OTLP_ENDPOINT: must not contain a user; use OTEL_EXPORTER_OTLP_HEADERS');
  }
  if (env.CACHE_REDIS_URL && hasUser(env.CACHE_REDIS_URL)) {
    problems.push('CACHE_REDIS_URL: must not contain a user; put redis-password into CREDENTIALS_DIR');
  }
  return problems;
}

/** What is wrong with how tokens for the engine are to be had. */
function tokenProblems(env: WorkerEnv): string[] {
  const problems: string[] = [];
  const { CAMUNDA_TOKEN_URL: url, CLIENT_ID: id, CLIENT_SECRET: secret } = env;
  if ((id === undefined) !== (secret === undefined))
    problems.push('CLIENT_ID and CLIENT_SECRET: set both or none');
  if (url === undefined) {
    if (id !== undefined) problems.push('CLIENT_ID: is for CAMUNDA_TOKEN_URL, which is not set');
    return problems;
  }
  if (id === undefined && !env.CREDENTIALS_DIR) {
    problems.push(
      'CAMUNDA_TOKEN_URL: needs CLIENT_ID and CLIENT_SECRET, or CREDENTIALS_DIR with them in files',
    );
  }
  if (env.CAMUNDA_USERNAME !== undefined) {
    problems.push('CAMUNDA_TOKEN_URL and CAMUNDA_USERNAME exclude each other: leave one out');
  }
  if (hasUser(url))
    problems.push('CAMUNDA_TOKEN_URL: must not contain a user; use CLIENT_ID and CLIENT_SECRET');
  return problems;
}

/** The price that is configured, if any: see llm/price.ts for those that are known. */
export function statedPrice(
  env: Pick<WorkerEnv, 'LLM_PRICE_INPUT_PER_MILLION_USD' | 'LLM_PRICE_OUTPUT_PER_MILLION_USD'>,
): Price | undefined {
  const inputPerMillionUSD = env.LLM_PRICE_INPUT_PER_MILLION_USD;
  const outputPerMillionUSD = env.LLM_PRICE_OUTPUT_PER_MILLION_USD;
  return inputPerMillionUSD === undefined || outputPerMillionUSD === undefined
    ? undefined
    : { inputPerMillionUSD, outputPerMillionUSD };
}

function hasUser(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
