/**
 * Renders the operator's chart into manifests/, for those who install without Helm:
 *
 *     node charts/render.ts           writes manifests/operator.yaml
 *     node charts/render.ts --check   lints the charts; fails when the file is not up to date
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { ROOT } from '../test/support/paths.ts';
import { run } from '../test/support/process.ts';
import { buildHelm } from './tools/helm.ts';

const CHARTS = ['fareruleworkerpool-crds', 'fareruleworkerpool-operator'];
const RELEASE = 'fareruleworkerpool-operator';
const NAMESPACE = 'fareruleworkerpool-system';
/** A build of Helm from its module does not know which Kubernetes to assume. */
const KUBE_VERSION = ['--kube-version', '1.34.0'];
const TARGET = 'manifests/operator.yaml';
const HEADER = '# Rendered from charts/fareruleworkerpool-operator by `make generate`. Do not edit.\n';

/** True only of objects that Helm manages, which these are not. */
const HELM_LABELS = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

/** Takes Helm's own labels out of an object, wherever labels are. */
function withoutHelmLabels(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelmLabels);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !HELM_LABELS.includes(key))
      .map(([key, child]) => [key, withoutHelmLabels(child)]),
  );
}

async function render(helm: string): Promise<string> {
  const chart = join(ROOT, 'charts', 'fareruleworkerpool-operator');
  const output = await run(helm, ['template', RELEASE, chart, '--namespace', NAMESPACE, ...KUBE_VERSION]);
  const objects = parseAllDocuments(output)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null);
  return (
    HEADER + objects.map((object) => stringify(withoutHelmLabels(object), { lineWidth: 0 })).join('---\n')
  );
}

const helm = await buildHelm();
const rendered = await render(helm);
const path = join(ROOT, TARGET);
const upToDate = existsSync(path) && readFileSync(path, 'utf8') === rendered;

if (process.argv.includes('--check')) {
  await run(helm, [
    'lint',
    '--strict',
    ...KUBE_VERSION,
    ...CHARTS.map((chart) => join(ROOT, 'charts', chart)),
  ]);
  if (!upToDate) {
    process.stderr.write(`${TARGET} is not up to date: run \`make generate\` and commit the result\n`);
    process.exitCode = 1;
  }
} else if (!upToDate) {
  writeFileSync(path, rendered);
  process.stdout.write(`wrote ${TARGET}\n`);
}
