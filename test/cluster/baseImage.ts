/**
 * A stand-in for the Dockerfiles' build image where there is no registry: Debian
 * by debootstrap, Node and npm from their npm packages. Labelled as such.
 */
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { withContainer } from './buildah.ts';

export const IMAGES = join(CACHE, 'images');
/** Changes with the recipe and with Node. */
export const BASE_VERSION = contentHash([join(import.meta.dirname, 'baseImage.ts')], process.versions.node);
/** Named by its version, so that another clone with another recipe does not replace it. */
export const BASE_IMAGE = `localhost/node-base:${BASE_VERSION}`;

/** Debian with Node at /usr/local/bin/node, in place of docker.io/library/node. */
export async function ensureBaseImage(): Promise<void> {
  const stamp = join(IMAGES, `base-${BASE_VERSION}.stamp`);
  if (existsSync(stamp) && (await present(BASE_IMAGE))) return;
  const rootfs = await debianRootfs();
  const npm = join(dirname(realpathSync((await run('which', ['npm'])).trim())), '..');
  await withContainer('scratch', async (container) => {
    await run('buildah', ['copy', container, rootfs, '/']);
    await run('buildah', ['copy', '--chmod', '0755', container, process.execPath, '/usr/local/bin/node']);
    await run('buildah', ['copy', container, join(process.execPath, '../../LICENSE'), '/usr/local/LICENSE']);
    await run('buildah', ['copy', container, npm, '/usr/local/lib/node_modules/npm']);
    await run('buildah', [
      'run',
      '--isolation',
      'chroot',
      container,
      'ln',
      '-s',
      '../lib/node_modules/npm/bin/npm-cli.js',
      '/usr/local/bin/npm',
    ]);
    await run('buildah', ['config', '--label', 'farerules.dev/stand-in=docker.io/library/node', container]);
    await run('buildah', ['commit', '--quiet', container, BASE_IMAGE]);
  });
  writeFileSync(stamp, '');
}

/** Debian's smallest tree, with the certificates of the public authorities. */
export async function debianRootfs(): Promise<string> {
  mkdirSync(IMAGES, { recursive: true });
  const rootfs = join(CACHE, 'debian-rootfs');
  if (existsSync(rootfs)) return rootfs;
  rmSync(`${rootfs}.new`, { recursive: true, force: true });
  await run('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', `${rootfs}.new`]);
  rmSync(join(`${rootfs}.new`, 'var/cache/apt'), { recursive: true, force: true });
  rmSync(join(`${rootfs}.new`, 'var/lib/apt/lists'), { recursive: true, force: true });
  renameSync(`${rootfs}.new`, rootfs);
  return rootfs;
}

/** Whether buildah has the image. */
export const present = (image: string) =>
  run('buildah', ['inspect', '--type', 'image', image]).then(
    () => true,
    () => false,
  );
