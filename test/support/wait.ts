/** Waiting on real parts: always bounded, and a time-out says what was last seen. */

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls `probe` until it returns something truthy, and returns that. A probe
 * that throws counts as "not yet"; its last error is part of the time-out's message.
 * @throws Error after `timeoutMs`.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T> | T,
  { timeoutMs = 30_000, everyMs = 100 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const result = await probe();
      if (result) return result as NonNullable<T>;
      last = result;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${String(last)}`);
    }
    await sleep(everyMs);
  }
}
