/** How much `make bench-worker` measures, from the environment; pure. */
import { fromVariables } from '../variables.ts';

export interface Settings {
  /** Turns of each side of the throughput; the sides take turns. 0 leaves the part out. */
  rounds: number;
  /** Tasks that wait when a side begins. */
  backlog: number;
  /** Seconds over which the official client with its defaults is measured, each round. */
  jsSeconds: number;
  /** Seconds over which the Python client is measured, once. 0 leaves it out. */
  pythonSeconds: number;
  /** Refunds at low load, for each side: wake and added latency. 0 leaves the part out. */
  starts: number;
  /** Seconds for each quota run, after a start of its own. 0 leaves the part out. */
  quotaSeconds: number;
  /** Tickets of the cache's distribution, for each side. 0 leaves the part out. */
  tickets: number;
}

const DEFAULTS: Settings = {
  rounds: 3,
  backlog: 2_000,
  jsSeconds: 15,
  pythonSeconds: 60,
  starts: 100,
  quotaSeconds: 35,
  tickets: 1_000,
};

const VARIABLES = {
  BENCH_ROUNDS: 'rounds',
  BENCH_BACKLOG: 'backlog',
  BENCH_JS_SECONDS: 'jsSeconds',
  BENCH_PYTHON_SECONDS: 'pythonSeconds',
  BENCH_STARTS: 'starts',
  BENCH_QUOTA_SECONDS: 'quotaSeconds',
  BENCH_TICKETS: 'tickets',
} as const satisfies Record<string, keyof Settings>;

/** @throws Error that names the variable that cannot be used */
export const settingsFrom = (env: Record<string, string | undefined>): Settings =>
  fromVariables(env, DEFAULTS, VARIABLES);
