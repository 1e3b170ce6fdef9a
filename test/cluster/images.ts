/**
 * Images without a registry: a stand-in for the Dockerfiles' base image (Debian
 * by debootstrap, Node from its npm package), the repository's own Dockerfiles
 * built on it by buildah, and two images of one static binary each. All are kept
 * in the cache by content, and imported into containerd once.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { BASE_IMAGE, BASE_VERSION, ensureBaseImage, IMAGES } from './baseImage.ts';
import type { Binaries } from './binaries.ts';
import { withContainer } from './buildah.ts';
import { ctr, PAUSE_IMAGE } from './containerd.ts';
import { COREDNS_IMAGE } from './dns.ts';

export const OPERATOR_IMAGE = 'docker.io/fareruleworkerpool/operator:0.1.0';
export const WORKER_IMAGE = 'docker.io/fareruleworkerpool/worker:0.1.0';

export interface ImageArchive {
  /** Name that the node knows the image by. */
  name: string;
  /** OCI archive in the cache; its name ends with a hash of what it was made from. */
  archive: string;
}

/** The operator's and the worker's image, built where they are not in the cache. */
export async function buildOwnImages(): Promise<ImageArchive[]> {
  return [
    await dockerfileImage(OPERATOR_IMAGE, 'Dockerfile.operator', ['crds', 'operator']),
    await dockerfileImage(WORKER_IMAGE, 'Dockerfile.worker', ['crds', 'worker']),
  ];
}

/** What the node itself needs. */
export async function buildNodeImages({ coredns }: Binaries): Promise<ImageArchive[]> {
  return [
    await binaryImage(PAUSE_IMAGE, await pauseBinary(), '/pause'),
    await binaryImage(COREDNS_IMAGE, coredns, '/coredns'),
  ];
}

/** Imports the archives that containerd does not have yet. */
export async function importImages(images: ImageArchive[]): Promise<void> {
  const imported = importedArchives();
  const present = new Set((await ctr('images', 'list', '--quiet')).split('\n'));
  for (const { name, archive } of images) {
    if (imported[name] === archive && present.has(name)) continue;
    await ctr('images', 'import', archive);
    imported[name] = archive;
    writeFileSync(STAMPS, JSON.stringify(imported));
  }
}

/**
 * The archive that the node has an image from.
 * @throws Error when the image was not made on this machine
 */
export function archiveOf(name: string): string {
  const archive = importedArchives()[name];
  if (!archive) throw new Error(`there is no archive of ${name} on this machine`);
  return archive;
}

const STAMPS = join(CACHE, 'containerd', 'imported.json');

function importedArchives(): Record<string, string> {
  return existsSync(STAMPS) ? JSON.parse(readFileSync(STAMPS, 'utf8')) : {};
}

export const archivePath = (name: string, hash: string) =>
  join(IMAGES, `${name.replace(/^.*\//, '').replace(/:.*$/, '')}-${hash}.tar`);

async function binaryImage(name: string, binary: string, path: string): Promise<ImageArchive> {
  const archive = archivePath(name, contentHash([], binary, path));
  if (!existsSync(archive)) {
    await withContainer('scratch', async (container) => {
      await run('buildah', ['copy', '--chmod', '0755', container, binary, path]);
      await run('buildah', ['config', '--entrypoint', JSON.stringify([path]), '--user', '65532', container]);
      await run('buildah', ['commit', '--quiet', container, name]);
    });
    await push(name, archive);
  }
  return { name, archive };
}

async function dockerfileImage(name: string, dockerfile: string, folders: string[]): Promise<ImageArchive> {
  const sources = [dockerfile, 'package.json', 'package-lock.json', 'tsconfig.base.json', ...folders].map(
    (path) => join(ROOT, path),
  );
  const archive = archivePath(name, contentHash(sources, BASE_VERSION));
  if (!existsSync(archive)) {
    await ensureBaseImage();
    // Where the machine has a certificate authority of its own, npm needs it during the build.
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    const trust = authority
      ? ['--volume', '/etc/ssl/certs:/etc/ssl/certs:ro', '--build-arg', `NODE_EXTRA_CA_CERTS=${authority}`]
      : [];
    const registry = await npmConfig();
    await run('buildah', [
      'bud',
      '--quiet',
      '--isolation',
      'chroot',
      '--network',
      'host',
      '--pull-never',
      ...trust,
      ...registry,
      '--build-arg',
      `BASE_IMAGE=${BASE_IMAGE}`,
      '--tag',
      name,
      '--file',
      join(ROOT, dockerfile),
      ROOT,
    ]);
    await push(name, archive);
  }
  return { name, archive };
}

/**
 * Hands this machine's registry setting to npm in the build, which does not see the user's
 * configuration: as a mounted file, because a variable would stay in the image.
 */
async function npmConfig(): Promise<string[]> {
  const file = join(CACHE, 'npmrc');
  writeFileSync(file, `registry=${(await run('npm', ['config', 'get', 'registry'])).trim()}\n`);
  return ['--volume', `${file}:/root/.npmrc:ro`];
}

export async function push(name: string, archive: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  rmSync(`${archive}.new`, { force: true });
  await run('buildah', ['push', '--quiet', name, `oci-archive:${archive}.new:${name}`]);
  renameSync(`${archive}.new`, archive);
}

/** A pod's first process: it holds the namespaces and does nothing else. */
async function pauseBinary(): Promise<string> {
  const source = join(import.meta.dirname, 'binaries', 'pause');
  const target = join(CACHE, 'bin', `pause-${contentHash([source])}`);
  if (!existsSync(target)) {
    await run('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', target, './pause'], {
      cwd: join(import.meta.dirname, 'binaries'),
      env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    });
  }
  return target;
}
