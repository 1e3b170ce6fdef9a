/** kubectl of the environment's cluster, for installing what users install by hand. */
import { buildBinaries } from '../cluster/binaries.ts';
import { run } from '../support/process.ts';
import type { Environment } from './environment.ts';

export type Kubectl = (args: string[], input?: string) => Promise<string>;

export async function kubectlOf(environment: Pick<Environment, 'kubeconfig'>): Promise<Kubectl> {
  const { kube } = await buildBinaries();
  return (args, input) =>
    run(
      kube,
      ['kubectl', `--kubeconfig=${environment.kubeconfig}`, ...args],
      input === undefined ? {} : { input },
    );
}
