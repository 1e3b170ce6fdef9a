import { expect, it } from '@jest/globals';
import { createLogger } from '../telemetry/log.ts';
import { Exporter } from './exporter.ts';

it('tells since when nothing is saved while the totals cannot be read either', async () => {
  const forbidden = async (): Promise<never> => {
    throw new Error('forbidden');
  };
  const exporter = new Exporter(
    {
      EXPORTER_INTERVAL_SECONDS: 10,
      EXPORTER_OVERLAP_SECONDS: 120,
      EXPORTER_LOOK_BACK_SECONDS: 0,
      EXPORTER_PROCESSES: [],
    },
    {
      client: { get: forbidden, create: forbidden, replace: forbidden },
      log: createLogger('error'),
      namespace: 'system',
      name: 'totals',
    },
  );
  expect(exporter.figures().savedAt).toBeUndefined();
  const before = performance.now();
  exporter.lead();
  const after = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(exporter.figures()).toMatchObject({ processes: [] });
  expect(exporter.figures().savedAt).toBeGreaterThanOrEqual(before);
  expect(exporter.figures().savedAt).toBeLessThanOrEqual(after);
  await exporter.stop();
});
