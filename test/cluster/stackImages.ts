/**
 * Images of charts/ticket-refund without a registry. Those of the engine and of the model, which is a stand-in, are the
 * repository's own, from their Dockerfiles; PostgreSQL, Redis and Java come from Debian by debootstrap, in one base, in place of
 * the images that the chart names. What stands in for something says so in a label.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildEngine } from '../engine/build.ts';
import { buildahBuild } from '../images/buildahBuild.ts';
import { type ImageFacts, imageFacts } from '../images/facts.ts';
import { RECIPES } from '../images/recipes.ts';
import { CACHE, contentHash, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { BASE_IMAGE, ensureBaseImage, IMAGES } from './baseImage.ts';
import { imageDigest, withContainer } from './buildah.ts';
import { bundle } from './bundle.ts';
import { archivePath, BUILDER, dockerfileImage, type ImageArchive, push } from './images.ts';

export const ENGINE_IMAGE = RECIPES.engine.image;
export const POSTGRES_STAND_IN = 'localhost/postgres-stand-in:15';
export const REDIS_STAND_IN = 'localhost/redis-stand-in:7';
export const LLM_STAND_IN = 'localhost/llm-stand-in:0.1.0';

const STACK_BASE = 'localhost/stack-base:12';
const PACKAGES = ['ca-certificates', 'openjdk-17-jre-headless', 'redis-server', 'postgresql'];
/** The users' ids in the images that the chart names. */
const IDS = { postgres: 999, redis: 998 };
const VERSION = contentHash([], ...PACKAGES, JSON.stringify(IDS), '1');

const LABEL = 'farerules.dev/stand-in';

/** Engine, database, cache and model of the sample stack, built where they are not in the cache. */
export async function buildStackImages(): Promise<ImageArchive[]> {
  return [
    await engineImage(),
    await standIn(POSTGRES_STAND_IN, 'docker.io/library/postgres', async (container) => {
      // As in the image that it stands for, the server's programs are in the path.
      const programs = (await inside(container, 'sh', '-c', 'ls -d /usr/lib/postgresql/*/bin')).trim();
      await config(container, '--env', `PATH=${programs}:/usr/local/bin:/usr/bin:/bin`, '--user', '999:999');
    }),
    await standIn(REDIS_STAND_IN, 'docker.io/library/redis', (container) =>
      config(container, '--user', '999:999'),
    ),
    await llmImage(),
  ];
}

/** The engine's image, from its Dockerfile, built where it is not in the cache. */
export async function engineImage(): Promise<ImageArchive> {
  const { jar } = await buildEngine();
  const recipe = [RECIPES.engine.dockerfile, ...BUILDER].map((path) => join(ROOT, path));
  const archive = archivePath(ENGINE_IMAGE, contentHash(recipe, VERSION, dirname(jar)));
  if (!existsSync(archive)) {
    await makeEngineImage(await imageFacts());
    await push(ENGINE_IMAGE, archive);
  }
  return { name: ENGINE_IMAGE, archive };
}

/**
 * The engine's Dockerfile on Debian's Java, with the application as Maven made it on this machine. Needs Java, Maven,
 * buildah and debootstrap.
 */
export async function makeEngineImage(facts: ImageFacts): Promise<void> {
  const { jar } = await buildEngine();
  await ensureStackBase();
  const context = mkdtempSync(join(tmpdir(), 'frwp-engine-image-'));
  try {
    cpSync(dirname(jar), join(context, 'application'), {
      recursive: true,
      filter: (path) => !path.endsWith('surefire-reports'),
    });
    const bases = { build: STACK_BASE, runtime: STACK_BASE, runtimeDigest: await imageDigest(STACK_BASE) };
    const labels = { [LABEL]: 'docker.io/library/eclipse-temurin' };
    await buildahBuild('engine', ENGINE_IMAGE, facts, bases, { context, labels });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/**
 * An image on Debian with Java, Redis and PostgreSQL.
 * @param of name of the image that it stands for, which its label says
 * @param recipe changes with what `change` does
 */
export async function standIn(
  name: string,
  of: string,
  change: (container: string) => Promise<unknown>,
  ...recipe: string[]
): Promise<ImageArchive> {
  const archive = archivePath(name, contentHash([], VERSION, name, ...recipe));
  if (existsSync(archive)) return { name, archive };
  await ensureStackBase();
  await withContainer(STACK_BASE, async (container) => {
    await change(container);
    await config(container, '--label', `${LABEL}=${of}`);
    await run('buildah', ['commit', '--quiet', container, name]);
  });
  await push(name, archive);
  return { name, archive };
}

/** The stand-in LLM, from its Dockerfile. */
export const llmImage = (): Promise<ImageArchive> =>
  dockerfileImage(LLM_STAND_IN, 'llm-stand-in', [
    '.dockerignore',
    'crds',
    'worker/package.json',
    'test/package.json',
    'test/llm',
  ]);

/** An image of one program on the base of the others, that runs as nobody. */
export async function nodeProgram(
  name: string,
  entry: string,
  workspace: string,
  labels: Record<string, string>,
): Promise<void> {
  await ensureBaseImage();
  const directory = mkdtempSync(join(tmpdir(), 'frwp-program-'));
  try {
    await bundle(entry, join(directory, 'main.mjs'), workspace);
    await withContainer(BASE_IMAGE, async (container) => {
      await run('buildah', [
        'copy',
        '--chmod',
        '0644',
        container,
        join(directory, 'main.mjs'),
        '/app/main.mjs',
      ]);
      await config(
        container,
        '--entrypoint',
        JSON.stringify(['node', '/app/main.mjs']),
        '--user',
        '65532:65532',
      );
      for (const label of Object.entries(labels)) await config(container, '--label', label.join('='));
      await run('buildah', ['commit', '--quiet', container, name]);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Debian with Java, Redis and PostgreSQL: one download and one layer for three images. */
async function ensureStackBase(): Promise<void> {
  const stamp = join(IMAGES, `stack-base-${VERSION}.stamp`);
  const there = await run('buildah', ['inspect', '--type', 'image', STACK_BASE]).catch(() => undefined);
  if (existsSync(stamp) && there !== undefined) return;
  mkdirSync(IMAGES, { recursive: true });
  const rootfs = join(CACHE, `stack-rootfs-${VERSION}`);
  if (!existsSync(rootfs)) {
    const fresh = `${rootfs}.new`;
    rmSync(fresh, { recursive: true, force: true });
    await run('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'bookworm', fresh]);
    for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'var/lib/postgresql/15']) {
      rmSync(join(fresh, path), { recursive: true, force: true });
    }
    setIds(fresh);
    renameSync(fresh, rootfs);
  }
  await withContainer('scratch', async (container) => {
    await run('buildah', ['copy', container, rootfs, '/']);
    await config(container, '--env', 'PATH=/usr/local/bin:/usr/bin:/bin');
    await run('buildah', ['commit', '--quiet', container, STACK_BASE]);
  });
  writeFileSync(stamp, '');
}

/** PostgreSQL refuses to run as a user that has no name. */
function setIds(rootfs: string): void {
  for (const file of ['passwd', 'group']) {
    const path = join(rootfs, 'etc', file);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => {
        const fields = line.split(':');
        const id = IDS[fields[0] as keyof typeof IDS];
        if (id === undefined) return line;
        fields[2] = String(id);
        if (file === 'passwd') fields[3] = String(id);
        return fields.join(':');
      });
    writeFileSync(path, lines.join('\n'));
  }
}

export const config = (container: string, ...flags: string[]) =>
  run('buildah', ['config', ...flags, container]);
export const inside = (container: string, ...command: string[]) =>
  run('buildah', ['run', '--isolation', 'chroot', container, ...command]);
