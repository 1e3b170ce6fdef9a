import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, '../main.ts');

/** What an operator without a configuration says before it ends. */
const said = (LOG_FORMAT: string): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN], { env: { LOG_FORMAT } }, (_error, stdout) =>
      resolve(JSON.parse(stdout)),
    );
  });

test.each([
  ['json', { level: 'error', message: 'not started', component: 'operator', timestamp: expect.any(String) }],
  [
    'ecs',
    {
      'log.level': 'error',
      message: 'not started',
      'service.name': 'fareruleworkerpool-operator',
      'ecs.version': expect.any(String),
      '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
      'error.message': expect.stringContaining('WORKER_IMAGE'),
    },
  ],
])(
  'the operator’s lines have the form that was asked for: %s',
  async (format, line) => {
    expect(await said(format)).toMatchObject(line);
  },
  20_000,
);
