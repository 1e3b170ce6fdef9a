/**
 * Images without a registry: stand-ins for the Dockerfiles' base images (Debian
 * by debootstrap, Node from its npm package), the repository's own Dockerfiles
 * built on them by buildah, and two images of one static binary each. All are kept
 * in the cache by content, and imported into containerd once.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildahBuild } from '../images/buildahBuild.ts';
import { imageFacts } from '../images/facts.ts';
import { type ImagePart, RECIPES } from '../images/recipes.ts';
import { CACHE, contentHash, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { BASE_VERSION, IMAGES } from './baseImage.ts';
import type { Binaries } from './binaries.ts';
import { withContainer } from './buildah.ts';
import { ctr, PAUSE_IMAGE } from './containerd.ts';
import { COREDNS_IMAGE } from './dns.ts';
import { RUNTIME_BASE_VERSION, standInBases } from './runtimeBase.ts';

export const OPERATOR_IMAGE = RECIPES.operator.image;
export const WORKER_IMAGE = RECIPES.worker.image;

export interface ImageArchive {
  /** Name that the node knows the image by. */
  name: string;
  /** OCI archive in the cache; its name ends with a hash of what it was made from. */
  archive: string;
}

/** The operator's and the worker's image, built where they are not in the cache. */
export async function buildOwnImages(): Promise<ImageArchive[]> {
  return [
    await dockerfileImage(OPERATOR_IMAGE, 'operator', ['crds', 'operator']),
    await dockerfileImage(WORKER_IMAGE, 'worker', ['crds', 'worker']),
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

/** What the images are built with: another builder may make another image of the same Dockerfile. */
export const BUILDER = ['buildahBuild', 'facts', 'recipes'].map((name) => `test/images/${name}.ts`);

/**
 * An image of one of the Dockerfiles on the stand-ins for Node's image and distroless.
 * @param folders paths in the repository that its content depends on, beside the recipe and the lockfile
 */
export async function dockerfileImage(
  name: string,
  part: ImagePart,
  folders: string[],
): Promise<ImageArchive> {
  const recipe = [RECIPES[part].dockerfile, ...BUILDER];
  const sources = [...recipe, 'package.json', 'package-lock.json', ...folders].map((path) =>
    join(ROOT, path),
  );
  const archive = archivePath(name, contentHash(sources, BASE_VERSION, RUNTIME_BASE_VERSION));
  if (!existsSync(archive)) {
    const bases = await standInBases();
    await buildahBuild(part, name, await imageFacts(), bases);
    await push(name, archive);
  }
  return { name, archive };
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
