import { beforeAll, describe, test } from '@jest/globals';
import { ALERTS } from '../../charts/observability/alerts.ts';
import { run } from '../support/process.ts';
import { CASES } from './alertCases.ts';
import { expectFiring, installPrometheus, PROMTOOL, RULES } from './promtool.ts';

beforeAll(installPrometheus, 300_000);

test('promtool finds nothing wrong with the rules', async () => {
  await run(PROMTOOL, ['check', 'rules', '--lint=all', '--lint-fatal', RULES]);
});

test.each([...new Set(ALERTS.map(({ alert }) => alert))])('%s is made to fire and not to fire', (alert) => {
  const cases = CASES.filter((item) => item.alert === alert);
  if (!cases.some(({ firing }) => firing.length > 0)) throw new Error('no case in which it fires');
  if (!cases.some(({ firing }) => firing.length === 0)) throw new Error('no case in which it does not');
});

describe.each([...new Set(CASES.map(({ alert }) => alert))])('%s', (alert) => {
  test.each(CASES.filter((item) => item.alert === alert).map((item) => [item.when, item] as const))(
    '%s',
    async (_when, { firing, minutes, series }) => {
      await expectFiring(alert, series, minutes, firing);
    },
  );
});
