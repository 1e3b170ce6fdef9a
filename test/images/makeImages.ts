/** `make images`: the images that the charts need and no public registry has, with whatever can build them here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../cluster/baseImage.ts';
import { imageDigest } from '../cluster/buildah.ts';
import { has, installPackage } from '../cluster/packages.ts';
import { standInBases } from '../cluster/runtimeBase.ts';
import { makeEngineImage } from '../cluster/stackImages.ts';
import { buildEngine } from '../engine/build.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { say, step } from '../support/step.ts';
import { buildahBuild } from './buildahBuild.ts';
import { type Builder, chooseBuilder } from './builders.ts';
import { type Bases, buildArguments, type ImageFacts, imageFacts, namedBases } from './facts.ts';
import { IMAGE_PARTS, type ImagePart, RECIPES } from './recipes.ts';

export async function makeImages(): Promise<number> {
  const bases = IMAGE_PARTS.map(basesOf).flatMap(({ build, runtime }) => [build, runtime]);
  const { builder, why } = chooseBuilder(process.env.IMAGES_WITH, {
    docker: await succeeds('docker', ['info']),
    buildah: await succeeds('buildah', ['--version']),
    bases: await allPresent(new Set(bases)),
  });
  say(`images with ${builder}: ${why}`);
  const facts = await imageFacts();
  await PREPARE[builder]?.(new Set(bases));
  for (const part of IMAGE_PARTS) {
    await step(
      RECIPES[part].image,
      () => BUILD[builder](part, facts),
      (size) => size,
    );
  }
  if (builder === 'local')
    say('Built on stand-ins for the base images, for this machine: do not publish them.');
  return 0;
}

/** What a builder needs before it builds. */
const PREPARE: Partial<Record<Builder, (bases: ReadonlySet<string>) => Promise<void>>> = {
  async buildah(bases) {
    await installBuildah();
    await step('base images', async () => {
      for (const base of bases) await run('buildah', ['pull', '--quiet', base]);
    });
  },
  async local() {
    await installBuildah();
    await installPackage('debootstrap', () => existsSync('/usr/sbin/debootstrap'));
    await installPackage('openjdk-17-jdk-headless', () => has('java'));
    await installPackage('maven', () => has('mvn'));
    await step('stand-in base images', standInBases);
    await step('Camunda application by Maven', buildEngine);
  },
};

const installBuildah = () => installPackage('buildah', () => existsSync('/usr/bin/buildah'));

/** Each returns the size of the image. */
const BUILD: Record<Builder, (part: ImagePart, facts: ImageFacts) => Promise<string>> = {
  docker: withDocker,
  async buildah(part, facts) {
    const named = basesOf(part);
    const runtimeDigest = await imageDigest(named.runtime);
    await buildahBuild(part, RECIPES[part].image, facts, { ...named, runtimeDigest });
    return sizeOf(part);
  },
  async local(part, facts) {
    if (part === 'engine') await makeEngineImage(facts);
    else await buildahBuild(part, RECIPES[part].image, facts, await standInBases());
    return sizeOf(part);
  },
};

/** BuildKit, which also takes the commit's time for the image's own. */
async function withDocker(part: ImagePart, facts: ImageFacts): Promise<string> {
  const settings = { ...buildArguments(facts, basesOf(part)), SOURCE_DATE_EPOCH: String(facts.epoch) };
  const { image, dockerfile, context } = RECIPES[part];
  await run(
    'docker',
    [
      ...['build', '--quiet', '--file', join(ROOT, dockerfile), '--tag', image],
      ...Object.entries(settings).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      join(ROOT, context),
    ],
    { env: { DOCKER_BUILDKIT: '1' } },
  );
  return megabytes(await run('docker', ['image', 'inspect', '--format', '{{.Size}}', image]));
}

async function sizeOf(part: ImagePart): Promise<string> {
  return JSON.parse(await run('buildah', ['images', '--json', RECIPES[part].image]))[0].size;
}

/** The bases that the Dockerfile of an image names itself. */
const basesOf = (part: ImagePart): Bases =>
  namedBases(readFileSync(join(ROOT, RECIPES[part].dockerfile), 'utf8'));

async function allPresent(bases: ReadonlySet<string>): Promise<boolean> {
  for (const base of bases) if (!(await present(base))) return false;
  return true;
}

const megabytes = (bytes: string) => `${(Number(bytes) / 1_000_000).toFixed(0)} MB`;

const succeeds = (command: string, args: string[]) =>
  run(command, args).then(
    () => true,
    () => false, // not installed, or nothing answers
  );
