/** Figures of the throughput; pure. */
import { type Figure, figure, type WorkerPeer } from '../../figures.ts';
import { spread } from '../../statistics.ts';
import type { Rate } from './rate.ts';

/** The rates of each side, one a round; null: ours. */
export type Measured = Map<WorkerPeer | null, Rate[]>;

const GOAL = '≥ 0.9× engine-limit, ≥ 1.2× js-tuned, ≥ 4× js-default, ≥ 100× python';

export function throughputFigures(measured: Measured, conditions: string): Figure[] {
  const own = measured.get(null) ?? [];
  const limit = measured.get('engine-limit') ?? [];
  const figures = [...measured].map(([peer, rates]) =>
    of('throughput_per_s', '1/s', peer, rates, 'perSecond'),
  );
  // Each round by itself: what slows the machine in one round slows both.
  const shares = own.flatMap(({ perSecond }, round) => {
    const other = limit[round];
    return other ? [perSecond / other.perSecond] : [];
  });
  if (shares.length > 0) {
    const { median, min, max } = spread(shares);
    figures.push(
      figure(
        'throughput_vs_engine_limit',
        median,
        'ratio',
        `median of ${shares.length} rounds, each beside the same round's engine-limit, ${range(min, max)}, ${conditions}`,
        { goal: '≥ 0.9' },
      ),
    );
  }
  for (const peer of [null, 'js-tuned', 'js-default'] as const) {
    const rates = measured.get(peer);
    if (!rates) continue;
    figures.push(of('cpu_ms_per_task', 'ms', peer, rates, 'cpuMs'));
    // Ours is measured with fewer tasks at once, by a turn of its own.
    if (peer) figures.push(of('peak_rss_mb', 'MB', peer, rates, 'peakMB'));
  }
  return figures;

  function of(
    name: string,
    unit: string,
    peer: WorkerPeer | null,
    rates: readonly Rate[],
    what: 'perSecond' | 'cpuMs' | 'peakMB',
  ): Figure {
    const { median, min, max, count } = spread(rates.map((rate) => rate[what]));
    const tasks = rates.reduce((sum, rate) => sum + rate.tasks, 0);
    const words = `median of ${count} rounds, ${range(min, max)}, ${tasks} tasks, ${conditions}`;
    return figure(name, median, unit, words, peer ? { peer } : goalOf(name));
  }
}

function goalOf(name: string): { goal: string } {
  return { goal: name === 'cpu_ms_per_task' ? '≤ js-tuned' : GOAL };
}

const range = (min: number, max: number) => `${min.toPrecision(3)}–${max.toPrecision(3)}`;
