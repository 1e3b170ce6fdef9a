/** What an image says about where it comes from; the same commit says the same at any time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

/** What the product is made of; `recipes.ts` has the images of the sample stack, too. */
export const PARTS = ['operator', 'worker'] as const;
export type Part = (typeof PARTS)[number];

export interface ImageFacts {
  version: string;
  /** Commit, with `-dirty` where the work tree differs from it; `unknown` outside of a clone. */
  revision: string;
  /** Time of the commit, in seconds since 1970: also the time of every file that the build adds. */
  epoch: number;
  /** Address of the repository, where it has a public one. */
  source?: string | undefined;
}

export interface Bases {
  build: string;
  runtime: string;
  /** Of the base that was used, where the builder knows it. */
  runtimeDigest?: string;
}

/** Outside of a clone the revision is `unknown` and the time 1970's first second, as reproducible builds have it. */
export async function imageFacts(): Promise<ImageFacts> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const git = async (...args: string[]) => (await run('git', args, { cwd: ROOT })).trim();
  const commit = await git('log', '-1', '--format=%H %ct').catch(() => undefined);
  if (!commit) return { version, revision: 'unknown', epoch: 0 };
  const [revision = '', time] = commit.split(' ');
  const changes = await git('status', '--porcelain');
  const source = publicSource(await git('remote', 'get-url', 'origin').catch(() => ''));
  return { version, revision: revision + (changes && '-dirty'), epoch: Number(time), source };
}

/** Pure: a remote as an address that anybody may read: https only, no credentials; none for a path. */
export function publicSource(remote: string): string | undefined {
  const ssh = /^(?:ssh:\/\/)?git@([^:/]+)[:/](.+)$/.exec(remote);
  const address = URL.parse(ssh ? `https://${ssh[1]}/${ssh[2]}` : remote);
  if (address?.protocol !== 'https:') return undefined;
  return `https://${address.host}${address.pathname.replace(/\.git$/, '')}`;
}

/** Pure: the build arguments of the Dockerfiles. */
export function buildArguments(facts: ImageFacts, bases: Bases): Record<string, string> {
  return {
    BUILD_IMAGE: bases.build,
    BASE_IMAGE: bases.runtime,
    ...(bases.runtimeDigest && { BASE_DIGEST: bases.runtimeDigest }),
    VERSION: facts.version,
    REVISION: facts.revision,
    CREATED: new Date(facts.epoch * 1_000).toISOString().replace('.000Z', 'Z'),
    ...(facts.source && { SOURCE: facts.source }),
  };
}

/** Pure: the bases that a Dockerfile names itself. */
export function namedBases(dockerfile: string): Bases {
  const value = (name: string) => {
    const found = new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)?.[1];
    if (!found) throw new Error(`the Dockerfile names no ${name}`);
    return found;
  };
  return { build: value('BUILD_IMAGE'), runtime: value('BASE_IMAGE') };
}
