/**
 * Pod Security `restricted`, by the API server itself: a namespace that enforces it takes every pod that the
 * charts and the operator make, and none of them once a single thing is loosened.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CoreV1Api, KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { environment } from '../environment/environment.ts';
import { OPERATOR_NAMESPACE, STACK_NAMESPACE, workerTemplate } from '../network/endpoints.ts';
import { type PodTemplate, podTemplates, renderChart } from '../network/rendered.ts';
import { waitFor } from '../support/wait.ts';

const VALUES = [[], ['values-small.yaml'], ['values-production.yaml']];

// biome-ignore lint/suspicious/noExplicitAny: a pod's spec, whose every field may be missing
type Spec = any;
const containers = (spec: Spec): Spec[] => [...(spec.initContainers ?? []), ...spec.containers];
const contexts = (spec: Spec): Spec[] =>
  [spec, ...containers(spec)].map((holder) => {
    holder.securityContext ??= {};
    return holder.securityContext;
  });

/** One thing each that `restricted` asks for. */
const LOOSENED: Record<string, (spec: Spec) => void> = {
  'may run as root': (spec) => {
    for (const context of contexts(spec)) delete context.runAsNonRoot;
  },
  'runs as root': (spec) => {
    for (const context of contexts(spec)) context.runAsUser = 0;
  },
  'may call everything of the kernel': (spec) => {
    for (const context of contexts(spec)) delete context.seccompProfile;
  },
  'may gain privileges': (spec) => {
    containers(spec)[0].securityContext.allowPrivilegeEscalation = true;
  },
  'sees the processes of its node': (spec) => {
    spec.hostPID = true;
  },
  'keeps its capabilities': (spec) => {
    delete containers(spec)[0].securityContext.capabilities;
  },
  'gets a capability': (spec) => {
    containers(spec)[0].securityContext.capabilities.add = ['NET_ADMIN'];
  },
  'is in the network of its node': (spec) => {
    spec.hostNetwork = true;
  },
  'mounts a directory of its node': (spec) => {
    spec.volumes = [...(spec.volumes ?? []), { name: 'node', hostPath: { path: '/' } }];
  },
};

describe('Pod Security restricted', () => {
  const namespace = `restricted-${randomBytes(3).toString('hex')}`;
  const admin = new KubeConfig();
  let objects: KubernetesObjectApi;
  let templates: PodTemplate[];

  beforeAll(async () => {
    admin.loadFromFile(environment().kubeconfig);
    objects = KubernetesObjectApi.makeApiClient(admin);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
    const core = admin.makeApiClient(CoreV1Api);
    // Without it no pod is taken, whatever it is like.
    await waitFor('the default ServiceAccount', async () => {
      const { items } = await core.listNamespacedServiceAccount({ namespace });
      return items.length > 0;
    });
    templates = [];
    for (const values of VALUES) {
      const name = 'fareruleworkerpool-operator';
      const operator = await renderChart(name, name, OPERATOR_NAMESPACE, { values });
      const stack = await renderChart('ticket-refund', 'ticket-refund', STACK_NAMESPACE, { values });
      const worker = workerTemplate(stack);
      if (!worker) throw new Error('the chart makes no pool');
      for (const template of [...podTemplates(operator), ...podTemplates(stack), worker]) {
        templates.push({ ...template, of: `${template.of} (${values[0] ?? 'values.yaml'})` });
      }
    }
    // None of the values files switches it on.
    const set = ['postgresql.backup.enabled=true'];
    const withBackup = await renderChart('ticket-refund', 'ticket-refund', STACK_NAMESPACE, { set });
    templates.push(...podTemplates(withBackup).filter(({ of }) => of.startsWith('CronJob ')));
  }, 300_000);
  afterAll(async () => {
    await objects.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });

  /** What the API server says to this pod, without keeping it: undefined when it takes it. */
  async function refusal({ metadata, spec }: PodTemplate): Promise<string | undefined> {
    // Neither is in this namespace, and the API server looks for them.
    const { serviceAccountName: _, priorityClassName: __, ...rest } = spec;
    const { labels, annotations } = metadata;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'tried', namespace, labels, annotations },
    };
    try {
      await objects.create({ ...pod, spec: rest } as KubernetesObject, undefined, 'All');
      return undefined;
    } catch (error) {
      return String((error as { body?: unknown }).body ?? error);
    }
  }

  it('takes every pod of ours', async () => {
    const answers = await Promise.all(
      templates.map(async (template) => [template.of, await refusal(template)] as const),
    );
    expect(answers.filter(([, answer]) => answer !== undefined)).toEqual([]);
    const kinds = new Set(templates.map(({ of }) => of.split(' ')[0]));
    // Not an empty list: what is looked at is what there is.
    expect([...kinds]).toEqual(
      expect.arrayContaining(['Deployment', 'StatefulSet', 'Job', 'CronJob', 'Pod', 'workers']),
    );
  }, 60_000);

  it.each(Object.entries(LOOSENED))(
    'takes none of them that %s',
    async (_, loosen) => {
      const taken: string[] = [];
      for (const template of templates) {
        const looser = structuredClone(template);
        loosen(looser.spec);
        const answer = await refusal(looser);
        if (!answer?.includes('violates PodSecurity')) taken.push(`${template.of}: ${answer ?? 'taken'}`);
      }
      expect(taken).toEqual([]);
    },
    60_000,
  );
});
