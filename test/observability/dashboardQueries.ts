/** The queries of the generated dashboard, as Grafana sends them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/paths.ts';

interface Dashboard {
  panels: { title: string; type: string; targets?: { expr: string }[] }[];
  templating: { list: { name: string; type: string; query: string }[] };
}

const DASHBOARD = JSON.parse(
  readFileSync(join(ROOT, 'charts/ticket-refund/files/dashboard.json'), 'utf8'),
) as Dashboard;

/** One for each query: `Pods` and `Pods 2`. */
export const QUERIES: { title: string; expr: string }[] = DASHBOARD.panels.flatMap(({ targets, title }) =>
  (targets ?? []).map(({ expr }, index) => ({ title: index === 0 ? title : `${title} ${index + 1}`, expr })),
);

export const queryOf = (title: string): string => {
  const found = QUERIES.find((query) => query.title === title);
  if (!found) throw new Error(`the dashboard has no query ${title}`);
  return found.expr;
};

/** Which series and which label give the values of a template variable. */
export function variable(name: string): { match: string; label: string } {
  const query = DASHBOARD.templating.list.find((item) => item.name === name)?.query ?? '';
  const [, match, label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
  if (!match || !label)
    throw new Error(`the dashboard has no variable ${name} that asks for a label's values`);
  return { match, label };
}

/** Puts values in for Grafana's variables; the values of a variable are taken as text, not as a pattern. */
export function filledIn(expr: string, values: Record<string, string>): string {
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${whole} in ${expr}`);
    return name.startsWith('__') ? value : value.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\\$&`);
  });
}
