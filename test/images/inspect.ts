/** What is in an image. */
import { run } from '../support/process.ts';

export interface ImageConfig {
  created: string;
  config: { User?: string; Entrypoint?: string[]; Labels?: Record<string, string>; WorkingDir?: string };
  /** Digests of the layers' contents, the base's first. */
  rootfs: { diff_ids: string[] };
}

/** Of an image that buildah has. */
export async function imageConfig(name: string): Promise<ImageConfig> {
  return JSON.parse(await run('buildah', ['inspect', '--type', 'image', name])).OCIv1;
}

/** Of an image in an OCI archive, which may be too large to unpack for it. */
export async function archivedConfig(archive: string): Promise<ImageConfig> {
  const read = async (path: string) => JSON.parse(await run('tar', ['-xOf', archive, path]));
  const blob = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  const { manifests } = await read('index.json');
  const { config } = await read(blob(manifests[0].digest));
  return read(blob(config.digest));
}

/** Mounts an image's files for as long as `work` runs. Needs root. */
export async function withFiles<T>(name: string, work: (root: string) => Promise<T>): Promise<T> {
  const container = (await run('buildah', ['from', '--pull-never', name])).trim();
  try {
    return await work((await run('buildah', ['mount', container])).trim());
  } finally {
    await run('buildah', ['rm', container]);
  }
}

/**
 * Runs a command on an image's files as a pod of the level `restricted` would: not as root, with nothing that can be
 * written, without a network; not even what a container engine mounts (/proc, /dev) is there.
 */
export function runRestricted(root: string, command: string[]): Promise<string> {
  const script =
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot --userspec=65532:65532 "$0" "$@"';
  return run('unshare', ['--mount', '--net', '--fork', '--kill-child', 'sh', '-c', script, root, ...command]);
}
