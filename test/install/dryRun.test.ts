/** Each chart with each of its values files, and the examples, as a dry run that the real API server judges; nothing is made. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { folderOf, KUBERNETES, nameOf, variants } from '../../charts/checks/charts.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { ROOT } from '../support/paths.ts';
import { type Helm, helmOf } from './helm.ts';

/** Of this run alone: one that is being deleted takes nothing in. */
const NAMESPACE = `frwp-dry-run-${process.pid}`;
/** Kinds that other operators bring. charts/checks/check.ts holds them against schemas. */
const OF_OTHERS = /^(cert-manager\.io|monitoring\.coreos\.com|postgresql\.cnpg\.io|external-secrets\.io)\//;
const EXAMPLES = join(ROOT, 'examples');

// A chart is rendered and judged within seconds, on a machine that has nothing else to do.
jest.setTimeout(60_000);

let helm: Helm;
let kubectl: Kubectl;

beforeAll(async () => {
  helm = await helmOf(environment());
  kubectl = await kubectlOf(environment());
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } };
  await kubectl(['apply', '--server-side', '-f', '-'], stringify(namespace));
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

/** Asks the API server about every object of Kubernetes' own and of ours; returns how many there were. */
async function judged(manifests: string, ...more: string[]): Promise<number> {
  const objects = parseAllDocuments(manifests)
    .map((document) => document.toJS() as { apiVersion: string } | null)
    .filter((object) => object !== null)
    .filter(({ apiVersion }) => !OF_OTHERS.test(apiVersion));
  const stream = objects.map((object) => stringify(object)).join('---\n');
  if (objects.length > 0) {
    const flags = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict', '-f', '-'];
    await kubectl(['apply', ...flags, ...more], stream);
  }
  return objects.length;
}

describe('the API server accepts what is rendered', () => {
  test.each(variants().map((variant) => [nameOf(variant), variant] as const))(
    '%s',
    async (_, { chart, values }) => {
      expect(await judged(await rendered(chart, join(folderOf(chart), values)))).toBeGreaterThan(0);
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

describe('the examples', () => {
  const VALUES = [
    ['ticket-refund', 'ingress/nginx.yaml'],
    ['ticket-refund', 'ingress/traefik.yaml'],
    ['ticket-refund', 'ingress/haproxy.yaml'],
    ['ticket-refund', 'cnpg/backup.yaml'],
    ['fareruleworkerpool-operator', 'cert-manager/operator-values.yaml'],
    ['fareruleworkerpool-operator', 'namespaced/values.yaml'],
    ['ticket-refund', 'cert-manager/stack-values.yaml'],
  ] as const;

  test.each(VALUES)('values for %s: %s', async (chart, file) => {
    expect(await judged(await rendered(chart, join(EXAMPLES, file)))).toBeGreaterThan(0);
  });

  test('are all tried', () => {
    const files = readdirSync(EXAMPLES, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.yaml'));
    const objects = files.filter((name) => /^apiVersion:/m.test(readFileSync(join(EXAMPLES, name), 'utf8')));
    const values = files.filter((name) => !objects.includes(name));
    expect(values.sort()).toEqual(VALUES.map(([, file]) => file).sort());
  });

  test('manifests of Kubernetes’ own kinds', async () => {
    expect(
      await judged(readFileSync(join(EXAMPLES, 'backup/restore-job.yaml'), 'utf8'), '-n', NAMESPACE),
    ).toBe(1);
  });
});
