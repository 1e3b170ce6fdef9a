/** Whether the cluster's network plugin keeps to NetworkPolicies: tried, for no API tells. */
import { randomBytes } from 'node:crypto';
import { sleep } from '../support/wait.ts';
import { RealPods } from './realPods.ts';

const PORT = 8080;
/** Longest time that a plugin may take to begin. */
const BEGIN_MS = 15_000;

export async function policiesEnforced(): Promise<boolean> {
  const namespace = `enforced-${randomBytes(3).toString('hex')}`;
  const pods = new RealPods(
    new Map([
      ['from', { namespace, labels: { role: 'from' } }],
      ['to', { namespace, labels: { role: 'to' } }],
    ]),
    [PORT],
  );
  try {
    await pods.start();
    const opens = async () => (await pods.connect('from', [{ pod: 'to', port: PORT }]))[0] === true;
    if (!(await opens())) throw new Error('two pods without a policy do not reach each other');
    await pods.applyPolicies([
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'nobody', namespace },
        spec: { podSelector: { matchLabels: { role: 'to' } }, policyTypes: ['Ingress'] },
      } as never,
    ]);
    for (const end = performance.now() + BEGIN_MS; performance.now() < end; await sleep(1_000)) {
      if (!(await opens())) return true;
    }
    return false;
  } finally {
    await pods.close();
  }
}
