/** What is derived from the charts, by path in the repository. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { ROOT } from '../test/support/paths.ts';
import { run } from '../test/support/process.ts';
import { CHARTS, charts, folderOf, KUBERNETES } from './checks/charts.ts';
import { imageList } from './images.ts';
import { buildHelm, buildHelmDocs } from './tools/helm.ts';

const RELEASE = 'fareruleworkerpool-operator';
const NAMESPACE = 'fareruleworkerpool-system';
const HEADER = '# Rendered from charts/fareruleworkerpool-operator by `make generate`. Do not edit.\n';
/** Where the operator's chart has the chart that it depends on. */
const VENDORED = `charts/${RELEASE}/charts/fareruleworkerpool-crds`;
/** A chart can only contain files of its own folder: its hook deploys this copy. */
const PROCESS = 'manifests/process/ticket-refund.bpmn';
const PROCESS_COPY = 'charts/ticket-refund/files/ticket-refund.bpmn';
/** Files of a chart that are for the repository alone. */
const NOT_VENDORED = ['tests', 'README.md', 'README.md.gotmpl', '.helmignore'];

/** True only of objects that Helm manages, which these are not. */
const HELM_LABELS = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

type Files = Record<string, string>;

/** In this order: the operator's chart is rendered with what is vendored into it. */
export const GENERATORS: (() => Promise<Files>)[] = [
  async () => vendored(),
  async () => ({ 'manifests/operator.yaml': await manifests() }),
  async () => ({ [PROCESS_COPY]: readFileSync(join(ROOT, PROCESS), 'utf8') }),
  imageList,
  readmes,
];

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

/** The operator without Helm. The CRD is in crds/ already; `helm test` is Helm's. */
async function manifests(): Promise<string> {
  const args = ['template', RELEASE, folderOf(RELEASE), '--namespace', NAMESPACE, '--skip-tests'];
  const settings = ['--kube-version', KUBERNETES, '--set', 'crds.enabled=false'];
  const objects = parseAllDocuments(await run(await buildHelm(), [...args, ...settings]))
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null);
  return (
    HEADER + objects.map((object) => stringify(withoutHelmLabels(object), { lineWidth: 0 })).join('---\n')
  );
}

/** The CRDs' chart inside of the operator's: a chart can only contain files of its own folder. */
function vendored(): Files {
  const source = folderOf('fareruleworkerpool-crds');
  return Object.fromEntries(
    filesIn(source)
      .map((path) => relative(source, path))
      .filter((path) => !NOT_VENDORED.includes(path.split('/')[0] ?? ''))
      .map((path) => [`${VENDORED}/${path}`, readFileSync(join(source, path), 'utf8')]),
  );
}

/**
 * README.md of each chart.
 * @throws Error where a value has no description; helm-docs' own strict mode does not read comments without a key
 */
async function readmes(): Promise<Files> {
  const helmDocs = await buildHelmDocs();
  const options = [
    '--dry-run',
    '--skip-version-footer',
    '--sort-values-order',
    'file',
    '--log-level',
    'error',
  ];
  const entries: [string, string][] = [];
  for (const chart of charts()) {
    const text = await run(helmDocs, [...options, '--chart-to-generate', chart], { cwd: CHARTS });
    const undescribed = text.match(/^\| \S+ \|.*\| +\|$/gm) ?? [];
    if (!text.includes('| Key |') || undescribed.length > 0) {
      throw new Error(`${chart}: not described in values.yaml:\n${undescribed.join('\n')}`);
    }
    entries.push([`charts/${chart}/README.md`, `${text.trim()}\n`]);
  }
  return Object.fromEntries(entries);
}

/** Paths of all files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** Files of a vendored chart that its source does not have. */
export function leftOver(): string[] {
  if (!existsSync(join(ROOT, VENDORED))) return [];
  const files = vendored();
  return filesIn(join(ROOT, VENDORED))
    .map((path) => relative(ROOT, path))
    .filter((path) => !(path in files));
}
