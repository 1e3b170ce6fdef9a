import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../config.ts';
import { Credentials } from '../credentials.ts';
import { DirectivesFile } from '../directives.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { ApiKeys } from './keys.ts';
import { createAnalyzer } from './setUp.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'setUp-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Calls that may start soon, of about 19 that all may make together. */
async function allowance(environment: Record<string, string>, told?: string) {
  const loaded = loadConfig(
    {
      OPENAI_API_KEY: 'sk-of-the-test',
      LLM_QUOTAS: '[{"group": "default", "requestsPerMinute": 600}]',
      ...environment,
    },
    { hostname: 'box', pid: 1 },
  );
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const path = join(directory, 'directives');
  writeFileSync(path, told ?? '');
  const directives = new DirectivesFile(path);
  await directives.open();
  directives.close();
  const credentials = new Credentials(undefined, []);
  const keys = new ApiKeys(credentials, [], 'sk-of-the-test');
  const parts = { credentials, keys, directives, redis: undefined, metrics: createMetrics() };
  return createAnalyzer(loaded.config, parts).pacer.allowance();
}

test('a worker alone has the whole quota', async () => {
  expect(await allowance({})).toBe(19);
});

test('a worker of a pool takes the least share until it is told its own', async () => {
  expect(await allowance({ LLM_QUOTA_SHARERS: '6' })).toBe(3);
  expect(await allowance({ LLM_QUOTA_SHARERS: '6' }, '{"podsSharingQuota": 2}')).toBe(9);
});
