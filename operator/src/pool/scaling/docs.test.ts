import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { registry } from '../../telemetry/metrics.ts';
import { externalProposal } from './hpaMetrics.ts';
import { PAUSE_ANNOTATIONS } from './pause.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/scaling.md'), 'utf8');
const conditions = readFileSync(join(import.meta.dirname, '../../../../docs/conditions.md'), 'utf8');

it('the worked example on docs/scaling.md is what the arithmetic gives', () => {
  const rows = [...page.matchAll(/^\| ([\d,]+) \| [\d.]+ \| (\d+)/gm)];
  expect(rows.map(([, tasks]) => tasks)).toEqual(['135', '160', '165', '170', '1,000']);
  for (const [, tasks = '', replicas] of rows) {
    const milli = Number(tasks.replace(',', '')) * 1_000;
    expect(externalProposal([milli], 50_000, 3)).toBe(Number(replicas));
  }
});

it('docs/scaling.md says what to do for every reason of the two scaling conditions', () => {
  const sections = conditions.slice(conditions.indexOf('## ScalingActive'));
  const reasons = [...sections.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason]) => reason);
  expect(reasons.length).toBeGreaterThan(15);
  for (const reason of reasons) expect(page).toContain(`\`${reason}\``);
});

it('docs/scaling.md names every annotation that pauses', () => {
  for (const annotation of Object.values(PAUSE_ANNOTATIONS)) expect(page).toContain(`\`${annotation}\``);
});

it('docs/scaling.md has a row for every metric of the operator and no other', async () => {
  const own = await registry.getMetricsAsJSON();
  const names = own.map(({ name }) => name).filter((name) => name.startsWith('fareruleworkerpool_'));
  const rows = [...page.matchAll(/^\| `(fareruleworkerpool_\w+)`/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(names.sort());
});
