/** How long a run takes, so that nobody waits without knowing for what; pure. */
import { crowdTrials, evenly, type Settings } from './settings.ts';

/** Seconds, as measured on two cores. */
const OURS = { start: 20, trial: 30 };
const KEDA = { start: 35, trial: 85 };
const READY = { start: 20, ours: 25, keda: 60 };
const CROWD = { start: 40, pool: 0.2, trial: 2.5 };
const KEDA_CROWD = 1_800;
const FAILING = { start: 90, trial: 1.2 };
const COUNT = { start: 5, task: 0.0004 };

export interface PartEstimate {
  part: string;
  seconds: number;
}

export function estimate(settings: Settings): PartEstimate[] {
  const { trials, kedaTrials, rounds, lanes, kedaLanes } = settings;
  const turns = (all: number, side: typeof OURS, sideLanes: number) =>
    sum(
      evenly(all, rounds)
        .filter((trialsOfRound) => trialsOfRound > 0)
        // One more: the first trial of each lane only shows that all is set up.
        .map((trialsOfRound) => side.start + side.trial * (1 + Math.ceil(trialsOfRound / sideLanes))),
    );
  return [
    { part: 'reaction', seconds: turns(trials, OURS, lanes) + turns(kedaTrials, KEDA, kedaLanes) },
    { part: 'pods ready', seconds: readySeconds(settings) },
    { part: 'scale', seconds: crowdSeconds(settings) },
    {
      part: 'failing pools',
      seconds: settings.failing > 0 ? FAILING.start + 2 * FAILING.trial * settings.failing : 0,
    },
    {
      part: 'cost of asking',
      seconds: sum(settings.openTasks.map((open) => COUNT.start + COUNT.task * open)),
    },
  ];
}

function readySeconds({ readyTrials, kedaTrials }: Settings): number {
  if (readyTrials === 0) return 0;
  const keda = kedaTrials > 0 ? READY.start + 2 * READY.keda * readyTrials : 0;
  return READY.start + READY.ours * readyTrials + keda;
}

function crowdSeconds(settings: Settings): number {
  const crowds = settings.engines.flatMap((engines) =>
    settings.pools.map(
      (pools) =>
        CROWD.start +
        settings.idleSeconds +
        CROWD.pool * pools +
        CROWD.trial * crowdTrials(settings, pools, engines),
    ),
  );
  return sum(crowds) + (settings.kedaAtScale ? KEDA_CROWD : 0);
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** One line: the whole, and each part that there is. */
export function estimateLine(parts: readonly PartEstimate[]): string {
  const minutes = (seconds: number) => Math.ceil(seconds / 60);
  const all = parts.filter(({ seconds }) => seconds > 0);
  const each = all.map(({ part, seconds }) => `${part} ${minutes(seconds)}`).join(', ');
  return `About ${minutes(sum(all.map(({ seconds }) => seconds)))} minutes on two cores: ${each}`;
}
