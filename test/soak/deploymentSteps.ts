/** Sees every version of one Deployment, with a watch of its own: what the operator says of itself is not taken. */
import {
  AppsV1Api,
  type Informer,
  type KubeConfig,
  makeInformer,
  type V1Deployment,
} from '@kubernetes/client-node';
import { type Sighting, type Step, stepsIn } from './steps.ts';

export class DeploymentSteps {
  readonly #informer: Informer<V1Deployment>;
  readonly #sightings: Sighting[] = [];
  #lost = 0;
  #stopped = false;

  /** @param onStep told of each step as it is seen */
  constructor(config: KubeConfig, namespace: string, name: string, onStep: (step: Step) => void) {
    const apps = config.makeApiClient(AppsV1Api);
    this.#informer = makeInformer(config, `/apis/apps/v1/namespaces/${namespace}/deployments`, () =>
      apps.listNamespacedDeployment({ namespace }),
    );
    this.#informer.on('change', ({ metadata, spec }) => {
      if (metadata?.name !== name) return;
      const before = this.steps.length;
      const { managedFields = [] } = metadata;
      this.#sightings.push({ at: Date.now(), replicas: spec?.replicas ?? 1, managedFields });
      for (const step of this.steps.slice(before)) onStep(step);
    });
    this.#informer.on('error', () => {
      if (this.#stopped) return;
      this.#lost += 1;
      setTimeout(() => void this.#informer.start(), 200);
    });
  }

  async start(): Promise<void> {
    await this.#informer.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#informer.stop();
  }

  get steps(): Step[] {
    return stepsIn(this.#sightings);
  }

  get replicas(): number | undefined {
    return this.#sightings.at(-1)?.replicas;
  }

  /** How often the watch broke: versions in such a gap were not seen. */
  get lost(): number {
    return this.#lost;
  }
}
