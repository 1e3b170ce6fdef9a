/** Tests that go on where the one before ended. */
import { test } from '@jest/globals';

/** One step of a story: of those that fail, the first is the one to look at. */
export type Step = (name: string, work: () => Promise<unknown>, timeoutMs: number) => void;

export function storyOf(): Step {
  let broken = false;
  return (name, work, timeoutMs) =>
    test(
      name,
      async () => {
        if (broken) throw new Error('a step before this one failed');
        broken = true;
        await work();
        broken = false;
      },
      timeoutMs,
    );
}
