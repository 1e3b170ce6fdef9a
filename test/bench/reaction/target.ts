/** What a reaction is measured on: one Deployment that one side scales by the backlog of one topic. */

/** Tasks that become active at once, and what they ask for. */
export const TASKS = 1_000;
export const TASKS_PER_REPLICA = 50;
export const RIGHT = TASKS / TASKS_PER_REPLICA;

export type Start = 0 | 1;
export const STARTS: Start[] = [1, 0];

/** The slowest clock between a backlog and replicas that neither side can hurry. */
export const HPA_SYNC_MS = 15_000;

/** What is not measured, and would be most of the time: for the conditions of a figure. */
export const WAY_DOWN = 'the way down, not measured, shortened (idle.after 1s, cooldownPeriod 1, no window)';

export interface Target {
  /** Of the Deployment. */
  name: string;
  topic: string;
  /** Replicas at rest. */
  from: Start;
  /** The slowest clock of the side, over which the trial's moment is spread evenly. */
  periodMs: number;
}
