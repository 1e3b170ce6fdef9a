/** Buildah: a working container that is removed again, and what it knows of an image. */
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

/** Digest of an image's manifest, as the label `org.opencontainers.image.base.digest` has it. */
export async function imageDigest(name: string): Promise<string> {
  const format = ['--type', 'image', '--format', '{{.FromImageDigest}}'];
  return (await run('buildah', ['inspect', ...format, name])).trim();
}
