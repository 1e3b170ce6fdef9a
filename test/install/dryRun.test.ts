/**
 * Each chart with each of its values files, the examples, and the manifests for those who have no Helm, as a dry run that the
 * real API server judges; nothing is made.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { folderOf, KUBERNETES, nameOf, optionVariants, variants } from '../../charts/checks/charts.ts';
import { exampleObjects, exampleVariants } from '../../charts/checks/examples.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { ROOT } from '../support/paths.ts';
import { type Helm, helmOf } from './helm.ts';
import { restrictedNamespace } from './namespace.ts';

/** Of this run alone: one that is being deleted takes nothing in. */
const NAMESPACE = `frwp-dry-run-${process.pid}`;
/** Kinds that other operators bring. `charts/checks/check.ts schemas` holds them against those operators' own definitions. */
const OF_OTHERS = /^(cert-manager\.io|monitoring\.coreos\.com|postgresql\.cnpg\.io|external-secrets\.io)\//;

// A chart is rendered and judged within seconds, on a machine that has nothing else to do.
jest.setTimeout(60_000);

let helm: Helm;
let kubectl: Kubectl;

beforeAll(async () => {
  helm = await helmOf(environment());
  kubectl = await kubectlOf(environment());
  await restrictedNamespace(kubectl, NAMESPACE);
  await kubectl([
    'apply',
    '--server-side',
    '--force-conflicts',
    '-f',
    join(ROOT, 'crds/fareruleworkerpools.yaml'),
  ]);
}, 60_000);

afterAll(() => kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']), 30_000);

const rendered = (chart: string, values: string): Promise<string> => {
  const args = [
    'template',
    chart,
    folderOf(chart),
    '--namespace',
    NAMESPACE,
    '--skip-tests',
    '--dry-run=server',
  ];
  return helm([...args, '--kube-version', KUBERNETES, '-f', values]);
};

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

const objectsOf = (manifests: string): Manifest[] =>
  parseAllDocuments(manifests)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);

/** Asks the API server about every object of Kubernetes' own and of ours; returns how many there were. */
async function judged(manifests: Manifest[], ...more: string[]): Promise<number> {
  const objects = manifests.filter(({ apiVersion }) => !OF_OTHERS.test(apiVersion));
  const stream = objects.map((object) => stringify(object)).join('---\n');
  if (objects.length > 0) {
    const flags = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict', '-f', '-'];
    await kubectl(['apply', ...flags, ...more], stream);
  }
  return objects.length;
}

/** A namespace that a dry run makes is not there for the next object: all of it goes to the one that is. */
function moved(manifests: Manifest[]): Manifest[] {
  const made = manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  return manifests.map((object) => {
    const { namespace = '' } = object.metadata;
    if (!made.includes(namespace)) return object;
    return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
  });
}

const named = (all: typeof variants) => all().map((variant) => [nameOf(variant), variant] as const);

describe('the API server accepts what is rendered', () => {
  test.each([...named(variants), ...named(optionVariants), ...named(exampleVariants)])(
    '%s',
    async (_, { chart, values }) => {
      const manifests = objectsOf(await rendered(chart, join(folderOf(chart), values)));
      expect(await judged(manifests)).toBeGreaterThan(0);
    },
  );

  test('for helm install --dry-run=server, with the default values', async () => {
    for (const chart of ['fareruleworkerpool-operator', 'ticket-refund']) {
      const output = await helm([
        'install',
        `dry-${chart}`,
        folderOf(chart),
        '-n',
        NAMESPACE,
        '--dry-run=server',
        '--take-ownership',
      ]);
      expect(output).toMatch(/STATUS: pending-install/);
    }
  });
});

describe('the API server accepts', () => {
  const examples = exampleObjects()
    .map((file) => [relative(ROOT, file), objectsOf(readFileSync(file, 'utf8'))] as const)
    .filter(([, manifests]) => manifests.some(({ apiVersion }) => !OF_OTHERS.test(apiVersion)));

  test.each(examples)('%s', async (_, manifests) => {
    expect(await judged(manifests, '-n', NAMESPACE)).toBe(manifests.length);
  });

  test.each(['manifests', 'manifests/ticket-refund'])('kubectl apply -k %s', async (folder) => {
    const manifests = objectsOf(await kubectl(['kustomize', join(ROOT, folder)]));
    expect(await judged(moved(manifests))).toBe(manifests.length);
  });
});
