/** What became of every request, from the engine's history. */
import type { Activity, EngineCalls } from './engineCalls.ts';
import type { PlannedRequest } from './load.ts';
import type { Outcome } from './samples.ts';

/** @param requests the planned request of each process instance that was started */
export async function readOutcomes(
  engine: EngineCalls,
  requests: ReadonlyMap<string, PlannedRequest>,
  startedAt: Date,
): Promise<Outcome[]> {
  const [decisions, checks, ends] = await Promise.all([
    engine.decisions(startedAt),
    engine.activities({ activityId: 'task_check_fare_rules' }, startedAt),
    engine.activities({ activityType: 'noneEndEvent' }, startedAt),
  ]);
  const checkOf = byInstance(checks);
  const endOf = byInstance(ends);
  return [...requests].map(([instance, { bookingId, ticketName, expected }]) => {
    const decision = decisions.get(instance);
    const check = checkOf.get(instance);
    const path = endOf.get(instance)?.activityName;
    return {
      bookingId,
      ticketName,
      expected,
      ...(decision !== undefined && { decision }),
      ...(path !== undefined && { path }),
      ...(check?.endTime && times(check.startTime, check.endTime, startedAt)),
    };
  });
}

function times(begin: string, end: string, startedAt: Date): Pick<Outcome, 'decidedAt' | 'decisionSeconds'> {
  return {
    decidedAt: (Date.parse(end) - startedAt.getTime()) / 1_000,
    decisionSeconds: (Date.parse(end) - Date.parse(begin)) / 1_000,
  };
}

const byInstance = (activities: readonly Activity[]): Map<string, Activity> =>
  new Map(activities.map((activity) => [activity.processInstanceId, activity]));
