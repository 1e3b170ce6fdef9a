/** Pods that listen and connect, with the labels and in the namespaces of those that the table names. */
import { stringify } from 'yaml';
import { environment } from '../environment/environment.ts';
import { type Kubectl, kubectlOf } from '../environment/kubectl.ts';
import type { NetworkPolicy, Pod } from './policy.ts';

export interface Target {
  pod: string;
  port: number;
}

/** One process for all ports of a pod. */
const SERVER = `for (const port of process.env.PORTS.split(',')) require('node:net').createServer((s) => s.end()).listen(port);`;
const CLIENT = `
const net = require('node:net');
const attempt = ([host, port]) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 2000 });
  const end = (opened) => () => { socket.destroy(); resolve(opened); };
  socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
});
Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((all) => console.log(JSON.stringify(all)));`;

export class RealPods {
  private readonly pods: Map<string, Pod>;
  private readonly ports: number[];
  private readonly addresses = new Map<string, string>();
  private kubectl: Kubectl = () => Promise.reject(new Error('not started'));

  /** @param pods by names of Kubernetes; each listens on all the ports */
  constructor(pods: Map<string, Pod>, ports: number[]) {
    this.pods = pods;
    this.ports = ports;
  }

  async start(): Promise<void> {
    this.kubectl = await kubectlOf(environment());
    const namespaces = this.namespaces.map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: this.labelsOf(name) },
    }));
    await this.apply(namespaces);
    await this.apply([...this.pods].map(([name, pod]) => this.manifest(name, pod)));
    for (const namespace of this.namespaces) {
      const ready = ['--for=condition=Ready', 'pod', '--all', '--timeout=120s'];
      await this.kubectl(['-n', namespace, 'wait', ...ready]);
      const format = '-o=jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}';
      for (const line of (await this.kubectl(['-n', namespace, 'get', 'pods', format])).split('\n')) {
        const [name, address] = line.split(' ');
        if (name && address) this.addresses.set(name, address);
      }
    }
  }

  applyPolicies(policies: NetworkPolicy[]): Promise<void> {
    return this.apply(policies);
  }

  /** Whether each of the connections opens, tried from inside of the pod. */
  async connect(from: string, targets: Target[]): Promise<boolean[]> {
    const namespace = this.pods.get(from)?.namespace ?? '';
    const list = targets.map(({ pod, port }) => [this.addresses.get(pod), port]);
    const command = ['node', '-e', CLIENT, JSON.stringify(list)];
    return JSON.parse(await this.kubectl(['-n', namespace, 'exec', from, '--', ...command])) as boolean[];
  }

  async close(): Promise<void> {
    await this.kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...this.namespaces]);
  }

  private get namespaces(): string[] {
    return [...new Set([...this.pods.values()].map(({ namespace }) => namespace))];
  }

  private labelsOf(namespace: string): Record<string, string> {
    const pods = [...this.pods.values()].filter((pod) => pod.namespace === namespace);
    return Object.assign({}, ...pods.map(({ namespaceLabels }) => namespaceLabels));
  }

  private async apply(objects: object[]): Promise<void> {
    const text = objects.map((object) => stringify(object)).join('---\n');
    await this.kubectl(['apply', '--server-side', '-f', '-'], text);
  }

  private manifest(name: string, { namespace, labels, ports = [] }: Pod): object {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'node',
            image: environment().images.worker,
            command: ['node', '-e', SERVER],
            env: [{ name: 'PORTS', value: this.ports.join(',') }],
            ports,
            // Some of the ports are below 1024.
            securityContext: { runAsUser: 0 },
            readinessProbe: { tcpSocket: { port: this.ports[0] }, periodSeconds: 1 },
          },
        ],
      },
    };
  }
}
