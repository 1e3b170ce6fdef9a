/**
 * How many tasks the next poll of a node asks for. Pure. Permits in a poll that
 * waits are not there for the polls on other nodes, so a node where nothing
 * happens gets few and a node with a backlog all that are free.
 */
import type { Batch } from '../permits.ts';

/** What the last poll brought: all that it asked for, fewer, or nothing; `first` before there was one. */
export type LastPoll = 'first' | 'full' | 'some' | 'none';

export interface Ask {
  most: number;
  batch: Batch;
}

/** Part of all permits that polls on idle nodes keep, all together. */
const IDLE_PART = 4;
/** Where there is a backlog a fetch is worth a short wait for this part of all permits. */
const BATCH_PART = 16;
const BATCH_WAIT_MS = 50;
const AT_ONCE: Batch = { atLeast: 1, withinMs: 0 };

export function nextAsk(last: LastPoll, total: number, nodes: number): Ask {
  switch (last) {
    case 'full':
      return {
        most: total,
        batch: { atLeast: Math.max(1, Math.floor(total / BATCH_PART)), withinMs: BATCH_WAIT_MS },
      };
    case 'none':
      return { most: Math.max(1, nodes > 1 ? Math.floor(total / IDLE_PART / nodes) : total), batch: AT_ONCE };
    default:
      return { most: Math.ceil(total / Math.max(1, nodes)), batch: AT_ONCE };
  }
}

export function lastPoll(asked: number, brought: number): LastPoll {
  if (brought === 0) return 'none';
  return brought < asked ? 'some' : 'full';
}

/** With fewer permits than nodes the polls take turns; then a turn must be short. */
const TURN_MS = 1_000;
/** Behind a balancer tasks made on other nodes do not wake a poll, but every poll looks for them when it begins. */
const BALANCED_MS = { least: 500, most: 900 };

export interface Hold {
  /** Whether a task that this node makes wakes the poll. */
  direct: boolean;
  nodes: number;
  /** Tasks that may be held at once as of now. */
  limit: number;
  longPollMs: number;
  /** From 0 (inclusive) to 1 (exclusive). */
  random: number;
}

/** How long the engine holds a poll open, in milliseconds. */
export function holdMs({ direct, nodes, limit, longPollMs, random }: Hold): number {
  const { least, most } = BALANCED_MS;
  if (!direct) return Math.min(longPollMs, Math.round(least + random * (most - least)));
  return limit < nodes ? Math.min(longPollMs, TURN_MS) : longPollMs;
}
