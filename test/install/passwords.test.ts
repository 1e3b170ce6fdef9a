/**
 * The Secrets that the sample stack's hook makes, on a real API server: what is there is kept, over upgrades also from a
 * chart that had them in its release. Nothing waits for the stack itself, of which no pod is needed here.
 */
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { nameOf, rendered, variants } from '../../charts/checks/charts.ts';
import { buildOwnImages, importImages } from '../cluster/images.ts';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import { frozenStack } from './frozen.ts';
import { chart, type Helm, helmOf, set } from './helm.ts';
import { restrictedNamespace } from './namespace.ts';
import { STACK_VALUES } from './stack.ts';

const STACK = 'ticket-refund';
const MADE = ['camunda-admin', 'camunda-worker', 'postgres', 'redis'];
// No pool, so that no operator is concerned, and no process: it would wait for the engine.
const VALUES = [...STACK_VALUES, ...set({ 'pools.llm-worker': 'null', 'process.deploy.enabled': false })];

// A cluster of somebody's own has its own images.
const testLocal = process.env.FRWP_CLUSTER === 'kubeconfig' ? test.skip : test;

let kubectl: Kubectl;
let helm: Helm;
let namespace: string;
let runs = 0;

const inNamespace = (...args: string[]) => kubectl(['-n', namespace, ...args]);
const release = (verb: 'install' | 'upgrade', folder: string) =>
  helm([verb, STACK, folder, '-n', namespace, '--timeout', '3m', ...VALUES]);
/** UID and password of each Secret, by its name. */
async function secrets(): Promise<Record<string, string>> {
  const { items } = JSON.parse(await inNamespace('get', 'secrets', '-o', 'json')) as {
    items: { metadata: { name: string; uid: string }; data: Record<string, string> }[];
  };
  const entries = items
    .filter(({ metadata }) => MADE.includes(metadata.name))
    .map(({ metadata, data }) => [metadata.name, `${metadata.uid} ${data.password}`]);
  return Object.fromEntries(entries.sort());
}

beforeAll(async () => {
  kubectl = await kubectlOf(environment());
  helm = await helmOf(environment());
  if (process.env.FRWP_CLUSTER !== 'kubeconfig') await importImages(await buildOwnImages());
}, 600_000);

beforeEach(async () => {
  namespace = `frwp-passwords-${process.pid}-${++runs}`;
  await restrictedNamespace(kubectl, namespace);
});

afterEach(() => kubectl(['delete', 'namespace', namespace, '--wait=false']), 30_000);

testLocal(
  'a Secret that is there is kept, the others are made, and an upgrade makes only one that was deleted',
  async () => {
    await inNamespace('create', 'secret', 'generic', 'redis', '--from-literal=password=mine');
    await release('install', await chart(STACK));
    const installed = await secrets();
    expect(Object.keys(installed)).toEqual(MADE);
    expect(installed.redis?.split(' ')[1]).toBe(btoa('mine'));

    await inNamespace('delete', 'secret', 'camunda-worker');
    await release('upgrade', await chart(STACK));
    const upgraded = await secrets();
    expect(upgraded).toEqual({ ...installed, 'camunda-worker': expect.any(String) });
    expect(upgraded['camunda-worker']).not.toBe(installed['camunda-worker']);

    await helm(['uninstall', STACK, '-n', namespace]);
    expect(await secrets()).toEqual(upgraded);
  },
  240_000,
);

testLocal(
  'Secrets that an earlier chart has in its release outlive the upgrade, the next one, and the release',
  async () => {
    await release('install', await frozenStack());
    const installed = await secrets();
    expect(Object.keys(installed)).toEqual(MADE);

    for (const _ of ['first', 'second']) {
      await release('upgrade', await chart(STACK));
      expect(await secrets()).toEqual(installed);
    }
    await helm(['uninstall', STACK, '-n', namespace]);
    expect(await secrets()).toEqual(installed);
  },
  240_000,
);

test.each(variants().map((variant) => [nameOf(variant), variant] as const))(
  '%s: rendered twice it is the same, as GitOps tools need it',
  async (_, variant) => {
    const first = await rendered(variant);
    expect(first).toBe(await rendered(variant));
  },
  60_000,
);
