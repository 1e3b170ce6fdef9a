/** Waits for a key that may be used and for the quota of its group. */
import { pause } from '../pause.ts';
import type { Pacer } from '../quota/pacer.ts';
import { LlmError } from './errors.ts';
import type { ApiKey, ApiKeys } from './keys.ts';
import { MIN_CALL_MS } from './retry.ts';

export interface Turn {
  key: ApiKey;
  permit: NonNullable<Awaited<ReturnType<Pacer['acquire']>>>;
}

/** A group that may be called again is not called by all at once. */
const SPREAD_MS = 500;

/**
 * @param characters length of the prompt
 * @param remainingMs time until nothing may last any longer, as of now
 * @returns an error where the wait would leave no time for a call; NO_QUOTA where that is not the task's fault
 */
export async function takeTurn(
  { keys, pacer }: { keys: ApiKeys; pacer: Pacer },
  characters: number,
  remainingMs: () => number,
  signal: AbortSignal,
): Promise<Turn | { error: LlmError }> {
  const room = () => remainingMs() - MIN_CALL_MS;
  let waited = false;
  for (;;) {
    if (signal.aborted) return { error: new LlmError('CANCELLED') };
    const choice = keys.next({
      queueMs: (group) => pacer.queueMs(group),
      tokensPerCall: pacer.tokensPerCall,
    });
    if (!choice) return { error: new LlmError('UNAUTHENTICATED') };
    if (room() < 0) return { error: new LlmError(waited ? 'NO_QUOTA' : 'NO_TIME') };
    if ('waitMs' in choice) {
      // What the API said to the call of another task says nothing of this one.
      if (choice.waitMs > room()) return { error: new LlmError('NO_QUOTA') };
      waited = true;
      await pause(choice.waitMs + SPREAD_MS * Math.random(), signal);
      continue;
    }
    const permit = await pacer.acquire(choice.quotaGroup, characters, room(), signal);
    if (!permit) return { error: new LlmError(signal.aborted ? 'CANCELLED' : 'NO_QUOTA') };
    if (!keys.isCooling(choice.quotaGroup)) return { key: choice, permit };
    // Meanwhile another call was told to leave the group alone.
    permit.unused();
    waited = true;
  }
}
