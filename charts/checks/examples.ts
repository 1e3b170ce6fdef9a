/** The YAML files of examples/: values for a chart, or objects to apply. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../test/support/paths.ts';
import type { Variant } from './charts.ts';

const EXAMPLES = join(ROOT, 'examples');

const CHART_OF: Record<string, string> = {
  'ingress/nginx.yaml': 'ticket-refund',
  'ingress/traefik.yaml': 'ticket-refund',
  'ingress/haproxy.yaml': 'ticket-refund',
  'cnpg/backup.yaml': 'ticket-refund',
  'cert-manager/operator-values.yaml': 'fareruleworkerpool-operator',
  'cert-manager/stack-values.yaml': 'ticket-refund',
  'namespaced/values.yaml': 'fareruleworkerpool-operator',
};

/** Paths below examples/. */
function files(): { objects: string[]; values: string[] } {
  const all = readdirSync(EXAMPLES, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const objects = all.filter((name) => /^apiVersion:/m.test(readFileSync(join(EXAMPLES, name), 'utf8')));
  return { objects, values: all.filter((name) => !objects.includes(name)) };
}

/** Files that hold objects, as absolute paths. */
export const exampleObjects = (): string[] => files().objects.map((name) => join(EXAMPLES, name));

/**
 * Files that hold values, each with its chart.
 * @throws Error when a file's chart is not known here
 */
export function exampleVariants(): Variant[] {
  return files().values.map((name) => {
    const chart = CHART_OF[name];
    if (!chart) throw new Error(`examples/${name}: of which chart is it?`);
    return { chart, values: `../../examples/${name}` };
  });
}
