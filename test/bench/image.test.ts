import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/paths.ts';
import { imageProgram } from './image.ts';

describe('the program of an image', () => {
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
    expect(imageProgram('Dockerfile', dockerfile, '/here/main.mjs')).toEqual({
      args: ['--max-semi-space-size=2', '/here/main.mjs'],
      env: { NODE_ENV: 'production', NODE_OPTIONS: '--a --b', MORE: '1' },
    });
  });

  it.each(['["sh", "/app/start.sh"]', '["node", "/app/other.mjs"]'])(
    'is not guessed where the entry point is %s',
    (entrypoint) => {
      expect(() => imageProgram('Dockerfile.x', `FROM node\nENTRYPOINT ${entrypoint}`, '/here')).toThrow(
        'Dockerfile.x',
      );
    },
  );

  it.each(['Dockerfile.operator', 'Dockerfile.worker'])('is found in %s of this repository', (name) => {
    const { args, env } = imageProgram(name, readFileSync(join(ROOT, name), 'utf8'), '/here/main.mjs');
    expect(args.at(-1)).toBe('/here/main.mjs');
    expect(env).toMatchObject({ NODE_ENV: 'production' });
  });
});
