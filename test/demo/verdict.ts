/** Whether a run was what the demo promises. Pure. */
import { decidedCount, type Outcome, type Sample } from './samples.ts';

export interface Evidence {
  outcomes: readonly Outcome[];
  samples: readonly Sample[];
  incidents: number;
  /** With the stand-in the decisions are known beforehand; a real model may see a ticket differently. */
  standInLlm: boolean;
}

/** The broken promises, one sentence each; none when the run was good. */
export function verdict({ outcomes, samples, incidents, standInLlm }: Evidence): string[] {
  const problems: string[] = [];
  const undecided = outcomes.filter(({ decision }) => decision === undefined);
  if (undecided.length > 0) problems.push(`${count(undecided)} never decided: ${names(undecided)}`);
  const open = outcomes.filter(({ path }) => path === undefined);
  if (open.length > 0) problems.push(`${count(open)} not brought to an end: ${names(open)}`);
  const wrong = outcomes.filter(({ decision, expected }) => decision !== undefined && decision !== expected);
  if (standInLlm && wrong.length > 0) {
    const [first] = wrong;
    problems.push(
      `${count(wrong)} decided otherwise than the ticket table says, ` +
        `first "${first?.ticketName}": ${first?.decision} instead of ${first?.expected}`,
    );
  }
  if (incidents > 0) problems.push(`the engine has ${incidents} incident(s)`);
  return [...problems, ...scalingProblems(samples)];
}

function scalingProblems(samples: readonly Sample[]): string[] {
  const scales = samples.flatMap(({ scale }) => (scale ? [scale] : []));
  const last = scales.at(-1);
  if (!last) return ['the replicas could not be read at any time'];
  const { minReplicas } = last;
  const problems: string[] = [];
  const most = Math.max(...scales.map(({ ready }) => ready));
  if (most <= minReplicas) problems.push(`ready replicas never rose above the minimum of ${minReplicas}`);
  if (last.desired !== minReplicas || last.replicas !== minReplicas) {
    problems.push(
      `replicas did not come back to the minimum of ${minReplicas}: ${last.desired} desired, ${last.replicas} there`,
    );
  }
  return problems;
}

/** The line that a demo ends with. */
export function closingLine(outcomes: readonly Outcome[], seconds: number): string {
  const decided = outcomes.filter(({ decision }) => decision !== undefined).length;
  const ended = outcomes.filter(({ path }) => path !== undefined).length;
  return `demo: ${outcomes.length} started, ${decided} decided, ${ended} ended, ${seconds.toFixed(0)} s`;
}

/** Decisions a minute over the last `seconds` of the samples; undefined before there are two to compare. */
export function decisionsPerMinute(samples: readonly Sample[], seconds = 15): number | undefined {
  const last = samples.at(-1);
  const first = samples.find(({ t, decisions }) => decisions && last && t >= last.t - seconds);
  if (!last?.decisions || !first?.decisions || first === last) return undefined;
  return ((decidedCount(last.decisions) - decidedCount(first.decisions)) * 60) / (last.t - first.t);
}

const count = (requests: readonly Outcome[]): string =>
  requests.length === 1 ? '1 request was' : `${requests.length} requests were`;
const names = (requests: readonly Outcome[]): string =>
  requests
    .slice(0, 3)
    .map(({ bookingId }) => bookingId)
    .join(', ') + (requests.length > 3 ? ', …' : '');
