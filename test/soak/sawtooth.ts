/**
 * The load of the soak: what the backlog is at which second; pure.
 *
 * A tooth is a short burst from rest, a jump, moves of 10 % within and beyond the autoscaler's tolerance, a
 * burst to the most pods that is over before the autoscaler looks, a slow fall and a rest.
 *
 * The rest is what keeps the judgement simple (see steps.ts). At its end the scale-down window has let go of all
 * that was higher, and a minute has passed since: no load of this curve is a reason for either writer to turn
 * the other's step round within a minute. A tooth that rose again at once would be one.
 */

export const TASKS_PER_REPLICA = 5;
export const MAX_REPLICAS = 10;
export const WINDOW_SECONDS = 60;
/** The autoscaler's. */
export const SYNC_SECONDS = 15;
const UNDONE_SECONDS = 60;

/** Three pods. */
const REST = 15;
const BURST_FROM_REST = 25;
/** Each a whole number of pods: the tolerance is measured against pods, not against the tasks before. */
const PLATEAUS = [35, 30, 40];
/** No burst may last as long as the time between two syncs. */
const BURST_SECONDS = 5;

export interface Moment {
  /** Seconds since the start. */
  at: number;
  tasks: number;
  /** Change the pods' template now, too. */
  rollout: boolean;
  /** In words. */
  what: string;
}

export interface Curve {
  /** The backlog before the first moment. */
  rest: number;
  moments: Moment[];
  /** Seconds. */
  length: number;
}

/** One tooth with a rollout, as short as it can be: about four minutes. */
export function oneTooth(): Curve {
  const { moments, bottom } = tooth({ start: 0, plateau: PLATEAUS[0] ?? REST, fall: 30, rolloutAt: 83 });
  return { rest: REST, moments, length: bottom + WINDOW_SECONDS + 2 * SYNC_SECONDS };
}

/** Teeth until the time is over, at least one. The last is not cut off. */
export function sawtooth(minutes: number): Curve {
  const moments: Moment[] = [];
  let start = 0;
  for (let index = 0; index === 0 || start < minutes * 60; index += 1) {
    const plateau = PLATEAUS[index % PLATEAUS.length] ?? REST;
    const made = tooth({ start, plateau, fall: 90, rolloutAt: ROLLOUTS[index % ROLLOUTS.length] });
    moments.push(...made.moments);
    // A few seconds more each time, so that the bursts meet the autoscaler's round at another place.
    const shift = (index * 4) % SYNC_SECONDS;
    start = made.bottom + WINDOW_SECONDS + SYNC_SECONDS + UNDONE_SECONDS + 5 + shift;
  }
  return { rest: REST, moments, length: start };
}

/** None, at the top after a burst, none, and just before the jump: seconds of a tooth. */
const ROLLOUTS = [undefined, 83, undefined, 22];

interface Tooth {
  start: number;
  plateau: number;
  /** Seconds that the fall takes. */
  fall: number;
  rolloutAt: number | undefined;
}

function tooth({ start, plateau, fall, rolloutAt }: Tooth): { moments: Moment[]; bottom: number } {
  const less = Math.ceil(plateau * 0.9);
  const more = Math.floor(plateau * 1.1);
  const shape: [at: number, tasks: number, what: string][] = [
    [0, BURST_FROM_REST, 'burst from rest'],
    [BURST_SECONDS, REST, 'burst is over'],
    [25, plateau, 'jump'],
    [35, less, '10 % less, within the tolerance'],
    [45, more, '10 % more, within the tolerance'],
    [55, more + 1, 'more than 10 % more'],
    [65, plateau, 'plateau'],
    [75, MAX_REPLICAS * TASKS_PER_REPLICA, 'burst to the most pods'],
    [75 + BURST_SECONDS, plateau, 'burst is over'],
    [90, less, '10 % less'],
    [100, more, '10 % more'],
    [110, plateau, 'plateau'],
  ];
  const from = 120;
  for (let passed = 0; passed <= fall; passed += 10) {
    const tasks = Math.round(plateau + ((REST - plateau) * (passed + 10)) / (fall + 10));
    shape.push([from + passed, tasks, 'fall']);
  }
  const bottom = from + fall;
  shape.push(
    [bottom + 5, REST + 1, 'a task more at rest'],
    [bottom + 10, REST - 1, 'a task less at rest'],
    [bottom + 15, REST, 'rest'],
  );
  const moments = shape.map(([at, tasks, what]) => ({ at: start + at, tasks, rollout: false, what }));
  if (rolloutAt !== undefined) {
    const before = moments.findLastIndex(({ at }) => at <= start + rolloutAt);
    const tasks = moments[before]?.tasks ?? REST;
    moments.splice(before + 1, 0, { at: start + rolloutAt, tasks, rollout: true, what: 'rollout' });
  }
  return { moments, bottom: start + bottom + 10 };
}
