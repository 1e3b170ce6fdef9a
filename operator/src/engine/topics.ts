/** Which topics have tasks at all, so that the others need no count. */
import { errorCode } from '../errors.ts';
import type { Answered, EngineCaller } from './caller.ts';

type Topics = Answered<ReadonlySet<string>>;

/** Topics with a task that is not locked, and with one that is. A topic in neither has none for certain. */
export interface OpenTopics {
  waiting: Topics;
  locked: Topics;
}

/**
 * Whether listing topics saves calls. A count of waiting tasks and one of tasks in work make two calls a
 * question; the two lists cost two calls and save those of every question without tasks.
 * @param idle questions that had no task when they were last asked, or have not been asked
 */
export const listingPays = (idle: number): boolean => idle > 1;

/**
 * Lists topics; undefined when the engine answers with something else (an old one has no such list).
 * @throws OperatorError when the engine does not answer
 */
export async function listTopics(caller: EngineCaller): Promise<OpenTopics | undefined> {
  try {
    // In this order: a task that a worker takes in between is in both lists rather than in none.
    const waiting = await caller.topicNames({ withUnlockedTasks: 'true' });
    const locked = await caller.topicNames({ withLockedTasks: 'true' });
    return { waiting, locked };
  } catch (error) {
    if (['engine_status', 'engine_answer'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
