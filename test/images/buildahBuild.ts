/** One of the repository's Dockerfiles, built by buildah. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { type Bases, buildArguments, type ImageFacts } from './facts.ts';
import { type ImagePart, RECIPES } from './recipes.ts';

export interface Changes {
  /** Absolute path of another context than the recipe's. */
  context?: string;
  labels?: Record<string, string>;
}

/** Every file that is added has the time of the commit: the same commit on the same bases gives the same layers. */
export async function buildahBuild(
  part: ImagePart,
  name: string,
  facts: ImageFacts,
  bases: Bases,
  { context, labels = {} }: Changes = {},
): Promise<void> {
  const recipe = RECIPES[part];
  const settings = Object.entries(buildArguments(facts, bases));
  await run('buildah', [
    'bud',
    ...['--quiet', '--isolation', 'chroot', '--network', 'host'],
    '--pull-never',
    ...['--timestamp', String(facts.epoch)],
    ...(recipe.packages === 'npm' ? await registrySettings() : []),
    ...settings.flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--tag', name, '--file', join(ROOT, recipe.dockerfile), context ?? join(ROOT, recipe.context)],
  ]);
}

/**
 * Hands this machine's setting of npm's registry to npm in the build, which does not see the user's
 * configuration: as mounted files, because a variable would stay in the image. Where the machine has
 * a certificate authority of its own, npm needs that, too.
 */
async function registrySettings(): Promise<string[]> {
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, 'npmrc');
  writeFileSync(file, `registry=${(await run('npm', ['config', 'get', 'registry'])).trim()}\n`);
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  const trust = authority
    ? ['--volume', '/etc/ssl/certs:/etc/ssl/certs:ro', '--build-arg', `NODE_EXTRA_CA_CERTS=${authority}`]
    : [];
  return [...trust, '--volume', `${file}:/root/.npmrc:ro`];
}
