/** How long a run takes; pure. */
import type { PartEstimate } from '../estimate.ts';
import type { Settings } from './settings.ts';

/** Tasks a second that an engine node makes and that the sides decide, as measured on two cores. */
const MADE = 170;
const DECIDED = { ours: 130, limit: 150, jsTuned: 120, jsDefault: 30 };
/** Seconds that each side needs beside its work: its start, its end. */
const TURN = 8;
/** Of ours: its open poll ends, and the tasks that it holds. */
const OUR_END = 4;
/** Three settings of the closed loop. */
const TRIED = 3 * (800 / MADE + 800 / DECIDED.limit + TURN);
const LATENCY = { start: 45, ours: 0.38, sparse: 70 };
const QUOTA = { runs: 4, start: 30, callsPerSecond: 42 };
const REUSE = { start: 15, ticket: 0.03 };

export function estimate(settings: Settings): PartEstimate[] {
  return [
    { part: 'throughput', seconds: throughputSeconds(settings) },
    {
      part: 'wake and latency',
      seconds: settings.starts > 0 ? LATENCY.start + 2 * LATENCY.ours * settings.starts + LATENCY.sparse : 0,
    },
    {
      part: 'quota',
      seconds:
        settings.quotaSeconds > 0
          ? QUOTA.runs *
            (QUOTA.start +
              settings.quotaSeconds +
              (QUOTA.callsPerSecond * (settings.quotaSeconds + 20)) / MADE)
          : 0,
    },
    {
      part: 'cache',
      seconds: settings.tickets > 0 ? 2 * (REUSE.start + REUSE.ticket * settings.tickets) : 0,
    },
  ];
}

function throughputSeconds({ rounds, backlog, jsSeconds, pythonSeconds }: Settings): number {
  if (rounds === 0) return 0;
  const whole = (perSecond: number) => backlog / MADE + backlog / perSecond + TURN;
  const round =
    whole(DECIDED.ours) +
    OUR_END +
    whole(DECIDED.limit) +
    whole(DECIDED.jsTuned) +
    (backlog / MADE + jsSeconds + TURN);
  const python = pythonSeconds > 0 ? (jsSeconds * DECIDED.jsDefault) / MADE + pythonSeconds + TURN : 0;
  const memory = whole(DECIDED.ours) / 2 + OUR_END;
  return TRIED + rounds * round + python + memory;
}
