/** What healthy pools feel of failing ones; pure. */
import { type Figure, figure } from '../figures.ts';
import { RIGHT, TASKS } from '../reaction/target.ts';
import type { Trial } from '../reaction/trial.ts';
import { spread } from '../statistics.ts';
import { FAILING, KINDS, POOLS } from './kinds.ts';

export interface FailingMeasured {
  clean: Trial[];
  failing: Trial[];
}

export function failingFigures({ clean, failing }: FailingMeasured, machine: string): Figure[] {
  const of = (trials: Trial[]) => spread(trials.map(({ seconds }) => seconds));
  const without = of(clean);
  const among = of(failing);
  const kinds = KINDS.map(({ title }) => title).join(', ');
  const setting =
    `${TASKS} tasks of one healthy pool at a time to spec.replicas ${RIGHT} from 0, of ${POOLS} pools over ` +
    `${2 * KINDS.length} count responders (stand-ins with the real engine's latency), one operator process, ` +
    `in turns without and with ${FAILING} pools failing (${kinds})`;
  const told = ({ count, min, max }: typeof among) => `n=${count}, ${min.toFixed(2)}–${max.toFixed(2)} s`;
  const own = (spreadOf: typeof among) => `${told(spreadOf)}; ${setting}; ${machine}`;
  const name = `failing_${FAILING}_of_${POOLS}`;
  return [
    figure(
      `${name}_reaction_p99_ratio`,
      among.p99 / without.p99,
      '',
      `p99 with (${told(among)}) to p99 without (${told(without)}); ${setting}; ${machine}`,
      { goal: '≤ 1.1' },
    ),
    figure(`${name}_reaction_p50_s`, among.median, 's', own(among)),
    figure(`${name}_reaction_p99_s`, among.p99, 's', own(among)),
    figure(`clean_${POOLS}_reaction_p50_s`, without.median, 's', own(without)),
    figure(`clean_${POOLS}_reaction_p99_s`, without.p99, 's', own(without)),
  ];
}
