/**
 * The worker's configuration: read once from the environment, all problems
 * reported together, frozen. Nothing else reads `process.env`. Secrets are kept
 * apart and cannot be printed by accident.
 */
import { isTimeZone } from '@farerules/crds/day';
import { WORKER_ID_PREFIX, type WorkerEnv, workerEnvSchema } from '@farerules/crds/workerEnv';
import { type Price, priceOf } from './llm/price.ts';

type SecretName = 'OPENAI_API_KEY' | 'CAMUNDA_USERNAME' | 'CAMUNDA_PASSWORD';

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

  /** Every value that must not be printed. The name of the engine's user is an ordinary word as often as not. */
  all(): string[] {
    const { OPENAI_API_KEY, CAMUNDA_PASSWORD } = this.#values;
    return [OPENAI_API_KEY, CAMUNDA_PASSWORD].filter((value) => value !== undefined);
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(Object.keys(this.#values).map((name) => [name, '[redacted]']));
  }
}

export type LoadedConfig = { ok: true; config: Config } | { ok: false; problems: string[] };

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
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`),
    };
  }
  const env = parsed.data;
  const problems = contradictions(env, needsModel);
  if (problems.length > 0) return { ok: false, problems };
  const { OPENAI_API_KEY, CAMUNDA_USERNAME, CAMUNDA_PASSWORD, ...plain } = env;
  const secrets = Object.entries({ OPENAI_API_KEY, CAMUNDA_USERNAME, CAMUNDA_PASSWORD });
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
  if (env.LLM_CA_FILE && !env.CREDENTIALS_DIR) {
    problems.push('LLM_CA_FILE: is a file in CREDENTIALS_DIR, which is not set');
  }
  if (env.CACHE_REDIS_URL && hasUser(env.CACHE_REDIS_URL)) {
    problems.push('CACHE_REDIS_URL: must not contain a user; put redis-password into CREDENTIALS_DIR');
  }
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
