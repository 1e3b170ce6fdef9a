/** A working container of buildah that is removed again. */
import { run } from '../support/process.ts';

export async function withContainer(
  image: string,
  work: (container: string) => Promise<void>,
): Promise<void> {
  const container = (await run('buildah', ['from', image])).trim();
  try {
    await work(container);
  } finally {
    await run('buildah', ['rm', container]);
  }
}
