/** `make images`: the operator's and the worker's image, with whatever can build them here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../cluster/baseImage.ts';
import { imageDigest } from '../cluster/buildah.ts';
import { OPERATOR_IMAGE, WORKER_IMAGE } from '../cluster/images.ts';
import { installPackage } from '../cluster/packages.ts';
import { standInBases } from '../cluster/runtimeBase.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { say, step } from '../support/step.ts';
import { buildahBuild } from './buildahBuild.ts';
import { type Builder, chooseBuilder } from './builders.ts';
import {
  type Bases,
  buildArguments,
  type ImageFacts,
  imageFacts,
  namedBases,
  PARTS,
  type Part,
} from './facts.ts';

export const IMAGE_NAMES: Record<Part, string> = { operator: OPERATOR_IMAGE, worker: WORKER_IMAGE };

/** What a builder needs before it builds, and the bases that it then builds on. */
const BASES: Record<Builder, (named: Bases) => Promise<Bases>> = {
  docker: async (named) => named,
  async buildah(named) {
    await installBuildah();
    for (const base of [named.build, named.runtime]) await run('buildah', ['pull', '--quiet', base]);
    return { ...named, runtimeDigest: await imageDigest(named.runtime) };
  },
  async local() {
    await installBuildah();
    await installPackage('debootstrap', () => existsSync('/usr/sbin/debootstrap'));
    return standInBases();
  },
};

const installBuildah = () => installPackage('buildah', () => existsSync('/usr/bin/buildah'));

export async function makeImages(): Promise<number> {
  const named = namedBases(readFileSync(join(ROOT, 'Dockerfile.worker'), 'utf8'));
  const { builder, why } = chooseBuilder(process.env.IMAGES_WITH, {
    docker: await succeeds('docker', ['info']),
    buildah: await succeeds('buildah', ['--version']),
    bases: (await present(named.build)) && (await present(named.runtime)),
  });
  say(`images with ${builder}: ${why}`);
  const facts = await imageFacts();
  const bases = await step(builder === 'local' ? 'stand-in base images' : 'base images', () =>
    BASES[builder](named),
  );
  for (const part of PARTS) {
    await step(
      IMAGE_NAMES[part],
      () => BUILD[builder](part, facts, bases),
      (size) => size,
    );
  }
  if (builder === 'local')
    say('Built on stand-ins for the base images, for this machine: do not publish them.');
  return 0;
}

const BUILD: Record<Builder, (part: Part, facts: ImageFacts, bases: Bases) => Promise<string>> = {
  docker: withDocker,
  buildah: withBuildah,
  local: withBuildah,
};

/** BuildKit, which also takes the commit's time for the image's own. */
async function withDocker(part: Part, facts: ImageFacts, bases: Bases): Promise<string> {
  const settings = { ...buildArguments(facts, bases), SOURCE_DATE_EPOCH: String(facts.epoch) };
  const name = IMAGE_NAMES[part];
  await run(
    'docker',
    [
      ...['build', '--quiet', '--file', join(ROOT, `Dockerfile.${part}`), '--tag', name],
      ...Object.entries(settings).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      ROOT,
    ],
    { env: { DOCKER_BUILDKIT: '1' } },
  );
  return megabytes(await run('docker', ['image', 'inspect', '--format', '{{.Size}}', name]));
}

async function withBuildah(part: Part, facts: ImageFacts, bases: Bases): Promise<string> {
  const name = IMAGE_NAMES[part];
  await buildahBuild(part, name, facts, bases);
  const images = JSON.parse(await run('buildah', ['images', '--json', name]));
  return images[0].size;
}

const megabytes = (bytes: string) => `${(Number(bytes) / 1_000_000).toFixed(0)} MB`;

const succeeds = (command: string, args: string[]) =>
  run(command, args).then(
    () => true,
    () => false, // not installed, or nothing answers
  );
