/** The figures of a crowd; pure. */
import { type Figure, figure, type ScalingPeer } from '../figures.ts';
import { RIGHT, TASKS } from '../reaction/target.ts';
import { spread } from '../statistics.ts';
import type { Measured } from './measureCrowd.ts';

export interface CrowdConditions {
  pools: number;
  /** In words. */
  engines: string;
  /** Part of the names where there are several engines, for example `_engines_10`. */
  suffix: string;
  from: number;
  peer: ScalingPeer | null;
  machine: string;
}

/** Stated for 1,000 pools. */
const GOALS: Record<string, string> = {
  from_nothing_s: '≤ 60 s',
  reaction_p99_s: '≤ 3 s',
  rss_mb: '≤ 256 MB',
  cpu_cores: '≤ 0.5',
  idle_api_writes_per_s: '0',
};

export function scaleFigures(measured: Measured, conditions: CrowdConditions): Figure[] {
  const { pools, suffix, peer, from, engines, machine } = conditions;
  const { rest } = measured;
  const common = `${pools} pools at rest with ${from} replicas, ${engines}, ${machine}`;
  const make = (name: string, value: number | undefined, unit: string, note: string): Figure[] => {
    if (value === undefined) return [];
    const goal = GOALS[name];
    const extra = peer ? { peer } : { ...(goal && pools === 1_000 && { goal }) };
    return [figure(`pools_${pools}${suffix}_${name}`, value, unit, `${note}; ${common}`, extra)];
  };
  return [
    ...make(
      'from_nothing_s',
      measured.fromNothingSeconds,
      's',
      `kubectl apply of all until each has its HPA, kubectl itself ${measured.applySeconds.toFixed(1)} s`,
    ),
    ...reaction(measured).flatMap(([name, value, note]) => make(name, value, 's', note)),
    ...make('rss_mb', measured.rssMB, 'MB', `at the end, ${measured.peakMB.toFixed(0)} MB at most`),
    ...make('cpu_cores', rest.cpuCores, 'cores', 'at rest'),
    ...make('engine_calls_per_s', rest.callsPerSecond, '1/s', 'at rest'),
    ...make(
      'idle_api_writes_per_s',
      rest.writesPerSecond,
      '1/s',
      `Leases excluded${rest.writes.length > 0 ? `, among them ${rest.writes.join(', ')}` : ''}`,
    ),
    ...make('reconcile_p99_s', measured.reconcileP99Seconds, 's', "from the operator's histogram"),
  ];
}

function reaction({ trials }: Measured): [string, number, string][] {
  if (trials.length === 0) return [];
  const { count, min, median, p99, max } = spread(trials.map(({ seconds }) => seconds));
  const gaveUp = trials.filter((trial) => trial.gaveUp).length;
  const note =
    `${TASKS} tasks of one pool at a time to spec.replicas ${RIGHT}, n=${count}, ` +
    `${min.toFixed(2)}–${max.toFixed(2)} s${gaveUp > 0 ? `, ${gaveUp} given up and counted so` : ''}`;
  return [
    ['reaction_p50_s', median, note],
    ['reaction_p99_s', p99, note],
  ];
}
