/** How much `make bench-scaling` measures, from the environment; pure. */
import { fromVariables } from './variables.ts';

export interface Settings {
  /** Reaction trials of ours, for each start (from 0, from 1). */
  trials: number;
  /** Reaction trials of KEDA, for each start and each polling interval. */
  kedaTrials: number;
  /** Pools of ours, for each start, that are measured side by side; the trials are split over them. */
  lanes: number;
  /** The same for KEDA, for each start and each polling interval. */
  kedaLanes: number;
  /** Ours and KEDA take turns this often. */
  rounds: number;
  /** Trials until pods are ready, for each side. */
  readyTrials: number;
  /** Numbers of pools. Empty: that part is left out. */
  pools: number[];
  /** Numbers of engines that each number of pools is spread over. */
  engines: number[];
  /** Reactions measured at the largest number of pools over the first number of engines. */
  poolTrials: number;
  /** Reactions of healthy pools, with and without failing ones among them. 0: that part is left out. */
  failing: number;
  /** Seconds over which rest is measured. */
  idleSeconds: number;
  /** Numbers of open tasks that the count query is timed with. */
  openTasks: number[];
  /** Whether KEDA runs the largest number of pools too. */
  kedaAtScale: boolean;
}

const DEFAULTS: Settings = {
  trials: 30,
  kedaTrials: 10,
  lanes: 3,
  kedaLanes: 3,
  rounds: 2,
  readyTrials: 3,
  pools: [10, 100, 1_000],
  engines: [1, 10],
  poolTrials: 100,
  failing: 100,
  idleSeconds: 30,
  openTasks: [100, 10_000, 100_000],
  kedaAtScale: false,
};

/** What each variable sets, for `make help` and for the error below. */
export const VARIABLES = {
  BENCH_TRIALS: 'trials',
  BENCH_KEDA_TRIALS: 'kedaTrials',
  BENCH_LANES: 'lanes',
  BENCH_KEDA_LANES: 'kedaLanes',
  BENCH_ROUNDS: 'rounds',
  BENCH_READY_TRIALS: 'readyTrials',
  BENCH_POOLS: 'pools',
  BENCH_ENGINES: 'engines',
  BENCH_POOL_TRIALS: 'poolTrials',
  BENCH_FAILING: 'failing',
  BENCH_IDLE_SECONDS: 'idleSeconds',
  BENCH_OPEN_TASKS: 'openTasks',
  BENCH_KEDA_AT_SCALE: 'kedaAtScale',
} as const satisfies Record<string, keyof Settings>;

/** @throws Error that names the variable that cannot be used */
export function settingsFrom(env: Record<string, string | undefined>): Settings {
  const settings = fromVariables(env, DEFAULTS, VARIABLES);
  const atLeastOne = (value: number) => Math.max(1, value);
  return {
    ...settings,
    rounds: atLeastOne(settings.rounds),
    lanes: atLeastOne(settings.lanes),
    kedaLanes: atLeastOne(settings.kedaLanes),
  };
}

/** Splits trials over rounds or lanes as evenly as whole numbers can: the first ones have the rest. */
export function evenly(trials: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, part) => Math.floor((trials + parts - 1 - part) / parts));
}

/** Whether KEDA is measured at all, and so has to be built. */
export const measuresKeda = ({ kedaTrials, kedaAtScale }: Settings): boolean => kedaTrials > 0 || kedaAtScale;

/** Elsewhere than where the goals are stated, so many show that nothing is odd. */
const FEWER_POOL_TRIALS = 30;

/** Reactions that are measured with so many pools over so many engines. */
export function crowdTrials(settings: Settings, pools: number, engines: number): number {
  const stated = pools === Math.max(...settings.pools) && engines === settings.engines[0];
  return Math.min(pools, stated ? settings.poolTrials : Math.min(settings.poolTrials, FEWER_POOL_TRIALS));
}
