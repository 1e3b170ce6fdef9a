/**
 * A node without a kubelet. Pods are scheduled to it and stay Pending, as while an image is pulled;
 * none of them takes a CPU from what is measured, and both sides get the same. Not simply a node
 * selector that fits nowhere: the operator does not raise a pool whose pods cannot be scheduled.
 */
import {
  CoordinationV1Api,
  CoreV1Api,
  type Informer,
  type KubeConfig,
  makeInformer,
  V1MicroTime,
  type V1Pod,
} from '@kubernetes/client-node';
import { waitFor } from '../../support/wait.ts';

const NAME = 'hollow';
const LEASES = 'kube-node-lease';
/** The API server's node lifecycle controller gives a node up after 40 s. */
const HEARTBEAT_MS = 8_000;
const PLENTY = { cpu: '100000', memory: '10000Gi', pods: '100000' };

/** What pods need to go to the hollow node and nowhere else. */
export const ON_HOLLOW_NODE = {
  nodeSelector: { 'test/hollow': 'true' },
  tolerations: [{ key: 'test/hollow', operator: 'Exists', effect: 'NoSchedule' }],
};

export class HollowNode {
  readonly #core: CoreV1Api;
  readonly #leases: CoordinationV1Api;
  readonly #pods: Informer<V1Pod>;
  #timer?: NodeJS.Timeout;
  #stopped = false;

  private constructor(config: KubeConfig) {
    this.#core = config.makeApiClient(CoreV1Api);
    this.#leases = config.makeApiClient(CoordinationV1Api);
    const fieldSelector = `spec.nodeName=${NAME}`;
    // The informer's watch cannot select by field: it sees the other node's few pods too.
    this.#pods = makeInformer(config, '/api/v1/pods', () =>
      this.#core.listPodForAllNamespaces({ fieldSelector }),
    );
    this.#pods.on('change', (pod) => void this.#end(pod));
    this.#pods.on('error', () => {
      if (!this.#stopped) setTimeout(() => void this.#pods.start(), 200);
    });
  }

  static async start(config: KubeConfig): Promise<HollowNode> {
    const node = new HollowNode(config);
    await node.#create();
    await node.#pods.start();
    node.#timer = setInterval(() => void node.#heartbeat(), HEARTBEAT_MS);
    return node;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#pods.stop();
    await this.#core.deleteNode({ name: NAME });
  }

  async #create(): Promise<void> {
    const labels = { ...ON_HOLLOW_NODE.nodeSelector, 'kubernetes.io/os': 'linux' };
    const taints = [{ key: 'test/hollow', effect: 'NoSchedule' }];
    await this.#core.deleteNode({ name: NAME }).catch(ignoreMissing);
    await this.#core.createNode({
      body: {
        metadata: { name: NAME, labels },
        spec: { taints },
      },
    });
    // The controllers write the new node too: what is read may be old by the time it is written.
    await waitFor('the hollow node to be ready', () => this.#becomeReady(), { timeoutMs: 20_000 });
    await this.#leases.deleteNamespacedLease({ name: NAME, namespace: LEASES }).catch(ignoreMissing);
    await this.#leases.createNamespacedLease({
      namespace: LEASES,
      body: { metadata: { name: NAME }, spec: { holderIdentity: NAME, leaseDurationSeconds: 40 } },
    });
    await this.#heartbeat();
  }

  async #becomeReady(): Promise<true> {
    const now = new Date();
    const node = await this.#core.readNode({ name: NAME });
    node.status = {
      capacity: PLENTY,
      allocatable: PLENTY,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Hollow',
          message: 'there is no kubelet',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
    };
    await this.#core.replaceNodeStatus({ name: NAME, body: node });
    return true;
  }

  async #heartbeat(): Promise<void> {
    try {
      const lease = await this.#leases.readNamespacedLease({ name: NAME, namespace: LEASES });
      lease.spec = { ...lease.spec, renewTime: new V1MicroTime() };
      await this.#leases.replaceNamespacedLease({ name: NAME, namespace: LEASES, body: lease });
    } catch {
      // The next one comes long before the node counts as gone.
    }
  }

  /** A pod on a node stays until its kubelet says that it has ended. */
  async #end(pod: V1Pod): Promise<void> {
    if (pod.spec?.nodeName !== NAME || !pod.metadata?.deletionTimestamp) return;
    const { name = '', namespace = '' } = pod.metadata;
    await this.#core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: number }).code !== 404) throw error;
}
