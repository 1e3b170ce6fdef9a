/** One of the repository's Dockerfiles, built by buildah. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { type Bases, buildArguments, type ImageFacts, type Part } from './facts.ts';

/** Every file that is added has the time of the commit: the same commit on the same bases gives the same layers. */
export async function buildahBuild(part: Part, name: string, facts: ImageFacts, bases: Bases): Promise<void> {
  const settings = Object.entries(buildArguments(facts, bases));
  await run('buildah', [
    'bud',
    ...['--quiet', '--isolation', 'chroot', '--network', 'host'],
    '--pull-never',
    ...['--timestamp', String(facts.epoch)],
    ...(await registrySettings()),
    ...settings.flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...['--tag', name, '--file', join(ROOT, `Dockerfile.${part}`), ROOT],
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
