/** The figures that reactions make; pure. */
import { type Figure, figure, type ScalingPeer } from '../figures.ts';
import { spread } from '../statistics.ts';
import type { Reaction } from './reactions.ts';
import { RIGHT, STARTS, type Start, TASKS, WAY_DOWN } from './target.ts';

const SIDES: (ScalingPeer | null)[] = [null, 'keda-default', 'keda-tuned'];
const GOALS = { p50: '≤ 0.8 s', p99: '≤ 1.5 s' };

/** Median and p99 of each side and start that was measured. */
export function reactionFigures(reactions: readonly Reaction[], machine: string): Figure[] {
  return STARTS.flatMap((from) =>
    SIDES.flatMap((peer) => {
      const of = reactions.filter((reaction) => reaction.from === from && reaction.peer === peer);
      return of.length === 0 ? [] : figuresOf(of, from, peer, machine);
    }),
  );
}

function figuresOf(
  reactions: readonly Reaction[],
  from: Start,
  peer: ScalingPeer | null,
  machine: string,
): Figure[] {
  const { count, min, median, p99, max } = spread(reactions.map(({ seconds }) => seconds));
  const gaveUp = reactions.filter((reaction) => reaction.gaveUp).length;
  const lanes = new Set(reactions.map(({ lane }) => lane)).size;
  const conditions =
    `commit of ${TASKS} tasks to spec.replicas ${RIGHT} by an independent watch, n=${count}, ` +
    `${min.toFixed(2)}–${max.toFixed(2)} s${gaveUp > 0 ? `, ${gaveUp} given up and counted so` : ''}, ` +
    `${lanes} ${lanes === 1 ? 'lane' : 'lanes side by side'} for each start, ${WAY_DOWN}, ${machine}`;
  return [
    { of: 'p50' as const, value: median },
    { of: 'p99' as const, value: p99 },
  ].map(({ of, value }) =>
    figure(
      `reaction_${from}_to_${RIGHT}_${of}_s`,
      value,
      's',
      conditions,
      peer ? { peer } : { goal: GOALS[of] },
    ),
  );
}
