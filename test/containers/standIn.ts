/**
 * An image of Debian's PostgreSQL and Redis that stands for the official ones where no registry can be reached. It
 * carries their names, and a label that says what it is. Kept in the cache as an archive that Docker loads.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBaseImage, IMAGES } from '../cluster/baseImage.ts';
import { withContainer } from '../cluster/buildah.ts';
import { CACHE, contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';

export const POSTGRES_IMAGE = 'docker.io/library/postgres:15-bookworm';
export const REDIS_IMAGE = 'docker.io/library/redis:7-bookworm';

const ENTRYPOINT = join(import.meta.dirname, 'standIn', 'docker-entrypoint.sh');
const PROGRAMS = '/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const INSTALL = [
  'apt-get update -qq',
  // There is nobody to start services for.
  'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 redis-server',
  'rm -rf /var/lib/apt/lists /var/cache/apt /var/lib/postgresql/15',
].join(' && ');

/** Archive of the stand-in, built where the cache does not have it. */
export async function standInArchive(): Promise<string> {
  const archive = join(IMAGES, `databases-for-docker-${contentHash([ENTRYPOINT], INSTALL, PROGRAMS)}.tar`);
  if (existsSync(archive)) return archive;
  await ensureBaseImage(); // brings Debian, from which its stand-in is made too
  mkdirSync(IMAGES, { recursive: true });
  const name = 'localhost/databases-for-docker';
  await withContainer('scratch', async (container) => {
    await run('buildah', ['copy', container, join(CACHE, 'debian-rootfs'), '/']);
    await run('buildah', [
      'run',
      '--isolation',
      'chroot',
      '--network',
      'host',
      container,
      'sh',
      '-c',
      INSTALL,
    ]);
    await run('buildah', [
      'copy',
      '--chmod',
      '0755',
      container,
      ENTRYPOINT,
      '/usr/local/bin/docker-entrypoint.sh',
    ]);
    await run('buildah', [
      'config',
      ...['--entrypoint', '["/usr/local/bin/docker-entrypoint.sh"]', '--cmd', 'postgres'],
      ...['--env', `PATH=/usr/local/bin:${PROGRAMS}`],
      ...['--label', 'farerules.dev/stand-in=docker.io/library/postgres and docker.io/library/redis'],
      container,
    ]);
    await run('buildah', ['commit', '--quiet', container, name]);
  });
  rmSync(`${archive}.new`, { force: true });
  await run('buildah', ['push', '--quiet', name, `docker-archive:${archive}.new:${POSTGRES_IMAGE}`]);
  renameSync(`${archive}.new`, archive);
  return archive;
}
