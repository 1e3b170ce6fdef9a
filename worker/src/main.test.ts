import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** What a worker with this environment prints before it ends, which it does at once. */
const printed = (env: Record<string, string>): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'main.ts')], { env }, (_error, stdout) =>
      resolve(JSON.parse(stdout)),
    );
  });

test.each([
  ['json', { event: 'configuration_invalid', level: 'error', problems: expect.any(Array) }],
  ['ecs', { 'event.action': 'configuration_invalid', 'log.level': 'error' }],
])(
  'a configuration that is none is told in the form of all lines: %s',
  async (LOG_FORMAT, line) => {
    expect(await printed({ LOG_FORMAT })).toMatchObject(line);
  },
  30_000,
);
