/**
 * STAND-IN back office: plays the agents, managers and payment operators of
 * the airline, so that every refund of a demo comes to an end. It follows the
 * plan that the load was made with and claims each task as one of the users
 * that the demo's engine has.
 */
import { long, type UserTask, type Variables } from '../engine/client.ts';
import { sleep } from '../support/wait.ts';
import type { EngineCalls } from './engineCalls.ts';
import type { PlannedRequest } from './load.ts';

export interface BackOffice {
  /** User tasks completed so far, by task. */
  readonly completed: Record<string, number>;
  stop(): Promise<void>;
}

interface Answer {
  userId: string;
  variables: Variables;
}

/** What the back office answers, or undefined for a review that it lets run out of time. Pure. */
export function answerFor(taskDefinitionKey: string, request: PlannedRequest): Answer | undefined {
  switch (taskDefinitionKey) {
    case 'task_manual_review':
      return request.reviewTooLate ? undefined : { userId: 'agent', variables: review(request) };
    case 'task_manager_escalation':
      return { userId: 'manager', variables: review(request) };
    case 'task_resolve_payment':
      return { userId: 'operator', variables: { operatorDecision: 'RETRY' } };
    default:
      throw new Error(`the back office does not know the task ${taskDefinitionKey}`);
  }
}

/** Approved reviews of a request without a price need one: the penalty depends on it. */
function review({ approve, variables }: PlannedRequest): Variables {
  if (!approve || variables.ticketPriceMinor !== undefined) return { approved: approve };
  return { approved: true, reviewedPriceMinor: long(20_000), reviewedCurrency: 'EUR' };
}

/**
 * Works on the open tasks of a run until stopped.
 * @param requestOf the planned request of a process instance of this run
 */
export function startBackOffice(
  engine: EngineCalls,
  prefix: string,
  requestOf: (processInstanceId: string) => PlannedRequest | undefined,
): BackOffice {
  const completed: Record<string, number> = {};
  let stopping = false;
  const work = async (task: UserTask): Promise<void> => {
    const request = requestOf(task.processInstanceId);
    const answer = request && answerFor(task.taskDefinitionKey, request);
    if (!answer) return;
    await engine.claimAndComplete(task.id, answer.userId, answer.variables);
    completed[task.taskDefinitionKey] = (completed[task.taskDefinitionKey] ?? 0) + 1;
  };
  const loop = async (): Promise<void> => {
    while (!stopping) {
      const tasks = await engine.openUserTasks(prefix).catch(() => []);
      for (const task of tasks) {
        if (stopping) return;
        // A task that could not be completed is still open, and is tried again.
        await work(task).catch(() => undefined);
      }
      await sleep(1_000);
    }
  };
  const done = loop();
  return {
    completed,
    stop() {
      stopping = true;
      return done;
    },
  };
}
