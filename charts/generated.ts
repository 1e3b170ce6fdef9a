/** What is derived from the charts, by path in the repository. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { ROOT } from '../test/support/paths.ts';
import { run } from '../test/support/process.ts';
import { CHARTS, charts, folderOf, KUBERNETES } from './checks/charts.ts';
import { imageList } from './images.ts';
import { type PlainObject, withoutHelm, withoutSecrets } from './plain.ts';
import { buildHelm, buildHelmDocs } from './tools/helm.ts';

const OPERATOR = 'fareruleworkerpool-operator';
const NAMESPACE = 'fareruleworkerpool-system';
const STACK = 'ticket-refund';
const STACK_NAMESPACE = 'refunds';
/** Where the operator's chart has the chart that it depends on. */
const VENDORED = `charts/${OPERATOR}/charts/fareruleworkerpool-crds`;
/** A chart can only contain files of its own folder: its hook deploys this copy. */
const PROCESS = 'manifests/process/ticket-refund.bpmn';
const PROCESS_COPY = 'charts/ticket-refund/files/ticket-refund.bpmn';
/** Files of a chart that are for the repository alone. */
const NOT_VENDORED = ['tests', 'README.md', 'README.md.gotmpl', '.helmignore'];

type Files = Record<string, string>;

/** In this order: the charts are rendered with what is copied into them. */
export const GENERATORS: (() => Promise<Files>)[] = [
  async () => vendored(),
  async () => ({ [PROCESS_COPY]: readFileSync(join(ROOT, PROCESS), 'utf8') }),
  manifests,
  imageList,
  readmes,
];

/** The operator and the sample stack without Helm. */
async function manifests(): Promise<Files> {
  // The CRD is in crds/ already.
  const operator = await objectsOf(OPERATOR, NAMESPACE, ['--set', 'crds.enabled=false']);
  const small = join(folderOf(STACK), 'values-small.yaml');
  // Applied again, a Job that has run does nothing: README.md there makes the passwords once.
  const settings = ['--values', small, '--set', 'secrets.hook.enabled=false'];
  const stack = await objectsOf(STACK, STACK_NAMESPACE, settings);
  return {
    'manifests/operator.yaml': stream(OPERATOR, withoutHelm(operator)),
    'manifests/ticket-refund/stack.yaml': stream(STACK, withoutSecrets(withoutHelm(stack))),
  };
}

/** What `helm install` of a chart, with itself as the release's name, would apply. */
async function objectsOf(chart: string, namespace: string, settings: string[]): Promise<PlainObject[]> {
  const args = ['template', chart, folderOf(chart), '--namespace', namespace, '--kube-version', KUBERNETES];
  return parseAllDocuments(await run(await buildHelm(), [...args, ...settings]))
    .map((document) => document.toJS() as PlainObject | null)
    .filter((object) => object !== null);
}

function stream(chart: string, objects: PlainObject[]): string {
  const header = `# Rendered from charts/${chart} by \`make generate\`. Do not edit.\n`;
  return header + objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
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
