import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../../test/support/paths.ts';
import { ALERTS } from './alerts.ts';
import { RUNBOOKS, rulesYaml, thresholds } from './rules.ts';

const SECTIONS = ['What it means', 'Who is hurt', 'First look', 'What to do', 'When it clears'];

test.each(ALERTS.map(({ alert }) => alert))('%s has a runbook with all its sections', (alert) => {
  const page = readFileSync(join(ROOT, RUNBOOKS, `${alert}.md`), 'utf8');
  expect(page.startsWith(`# ${alert}\n`)).toBe(true);
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(SECTIONS);
  expect(page).toContain('```');
});

test('no runbook is about an alert that does not exist', () => {
  const pages = readdirSync(join(ROOT, RUNBOOKS)).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(ALERTS.map(({ alert }) => `${alert}.md`).sort());
});

test('the list of runbooks names each', () => {
  const list = readFileSync(join(ROOT, RUNBOOKS, 'README.md'), 'utf8');
  for (const { alert, severity } of ALERTS) expect(list).toMatch(new RegExp(`\\[${alert}\\].*${severity}`));
});

test('every alert says in one line what is wrong, and which runbook helps', () => {
  const { groups } = parse(rulesYaml()) as { groups: { rules: Record<string, Record<string, string>>[] }[] };
  for (const { alert, annotations } of groups[0]?.rules ?? []) {
    expect(annotations?.summary?.length).toBeLessThan(110);
    expect(annotations?.runbook).toBe(`${RUNBOOKS}/${alert}.md`);
  }
});

test('the chart’s values name every threshold with its default', () => {
  const path = join(ROOT, 'charts/ticket-refund/values.yaml');
  expect(existsSync(path)).toBe(true);
  const { monitoring } = parse(readFileSync(path, 'utf8')) as {
    monitoring: { rules: { thresholds: Record<string, string | number> } };
  };
  const values = Object.entries(monitoring.rules.thresholds).map(([name, value]) => [name, String(value)]);
  expect(Object.fromEntries(values)).toEqual(thresholds());
});
