import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../support/paths.ts';
import { imageProgram } from './bundle.ts';

describe('the operator of the image', () => {
  it('is run with the flags and variables of the last stage alone', () => {
    const dockerfile = [
      'FROM node AS build',
      'ENV OF_THE_BUILD=1',
      'ENTRYPOINT ["sh"]',
      'FROM node',
      'ENV NODE_ENV=production NODE_OPTIONS="--a --b" \\',
      '    MORE=1',
      'ENTRYPOINT ["node", "--max-semi-space-size=2", "/app/main.mjs"]',
    ].join('\n');
    expect(imageProgram(dockerfile, '/here/main.mjs')).toEqual({
      args: ['--max-semi-space-size=2', '/here/main.mjs'],
      env: { NODE_ENV: 'production', NODE_OPTIONS: '--a --b', MORE: '1' },
    });
  });

  it.each(['["sh", "/app/start.sh"]', '["node", "/app/other.mjs"]'])(
    'is not guessed where the entry point is %s',
    (entrypoint) => {
      expect(() => imageProgram(`FROM node\nENTRYPOINT ${entrypoint}`, '/here')).toThrow(
        'Dockerfile.operator',
      );
    },
  );

  it('is found in the Dockerfile of this repository', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile.operator'), 'utf8');
    const { args, env } = imageProgram(dockerfile, '/here/main.mjs');
    expect(args.at(-1)).toBe('/here/main.mjs');
    expect(env).toMatchObject({ NODE_ENV: 'production' });
  });
});
