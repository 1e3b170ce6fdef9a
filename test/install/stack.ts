/** The sample stack of a namespace as a test sees it: its engine, database and model, at the pods' own addresses. */
import { join } from 'node:path';
import { EngineClient } from '../engine/client.ts';
import type { Kubectl } from '../environment/kubectl.ts';
import { type StandInControl, standInControl } from '../llm/control.ts';
import { ROOT } from '../support/paths.ts';

export const STACK_VALUES = [
  ...['-f', join(ROOT, 'charts/ticket-refund/values-small.yaml')],
  ...['-f', join(ROOT, 'test/install/values-local.yaml')],
];

export interface Stack {
  /** The engine at a node that is ready now. */
  engine(): Promise<EngineClient>;
  /** Connection URL of the database. */
  postgres(): Promise<string>;
  llm(): Promise<StandInControl>;
  secret(name: string, key: string): Promise<string>;
}

export function stackIn(kubectl: Kubectl, namespace: string): Stack {
  const get = async (...args: string[]) => (await kubectl(['-n', namespace, 'get', ...args])).trim();
  const address = async (component: string) => {
    type Pod = { status: { podIP?: string; conditions?: { type: string; status: string }[] } };
    const label = `app.kubernetes.io/component=${component}`;
    const { items } = JSON.parse(await get('pods', '-l', label, '-o', 'json')) as { items: Pod[] };
    const ready = items.find(({ status }) =>
      status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True'),
    );
    if (!ready?.status.podIP) throw new Error(`no pod of ${component} is ready`);
    return ready.status.podIP;
  };
  const secret = async (name: string, key: string) => {
    const { data } = JSON.parse(await get('secret', name, '-o', 'json')) as { data: Record<string, string> };
    return Buffer.from(data[key] ?? '', 'base64').toString();
  };
  // Asked for once: a load that runs kubectl three times for each call is none.
  let admin: { username: string; password: string } | undefined;
  return {
    secret,
    async engine() {
      admin ??= {
        username: await secret('camunda-admin', 'username'),
        password: await secret('camunda-admin', 'password'),
      };
      const basicAuth = admin;
      return new EngineClient(`http://${await address('engine')}:8080/engine-rest`, { basicAuth });
    },
    async postgres() {
      const password = await secret('postgres', 'password');
      return `postgresql://camunda:${password}@${await address('postgresql')}:5432/camunda`;
    },
    llm: async () => standInControl(`http://${await address('llm-stand-in')}:8000/_standin`),
  };
}
