/** The operator against a K3s of testcontainers: another distribution than the cluster of the other suites. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { K3sContainer, type StartedK3sContainer } from '@testcontainers/k3s';
import { environment } from '../environment/environment.ts';
import { TestCluster } from '../integration/operatorHarness.ts';
import { waitFor } from '../support/wait.ts';
import { dockerWith, suiteWith } from './docker.ts';

const IMAGE = 'docker.io/rancher/k3s:v1.34.4-k3s1';
const docker = await dockerWith(IMAGE);

suiteWith(docker, `K3s of testcontainers, ${IMAGE}`, () => {
  const before = process.env.FRWP_ENVIRONMENT;
  let k3s: StartedK3sContainer;
  let cluster: TestCluster;
  let directory: string;

  beforeAll(async () => {
    k3s = await new K3sContainer(IMAGE).start();
    directory = mkdtempSync(join(tmpdir(), 'frwp-k3s-'));
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, k3s.getKubeConfig(), { mode: 0o600 });
    // The suites' harness finds its cluster there.
    const file = join(directory, 'environment.json');
    writeFileSync(file, JSON.stringify({ ...environment(), cluster: 'kubeconfig', kubeconfig }));
    process.env.FRWP_ENVIRONMENT = file;
    cluster = await TestCluster.open('k3s');
    await cluster.startLeader();
  }, 240_000);

  afterAll(async () => {
    await cluster?.stopOperators();
    await k3s?.stop();
    await docker.engine?.stop();
    if (before !== undefined) process.env.FRWP_ENVIRONMENT = before;
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  test('takes the CRD and the rights, and a pool gets its objects', async () => {
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('pool');
    await cluster.condition('pool', 'EngineReachable', 'Counted', 30_000);
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['policy/v1', 'PodDisruptionBudget'],
    ] as const) {
      const found = await waitFor(kind, async () => (await cluster.list(apiVersion, kind)).length > 0);
      expect(found).toBe(true);
    }
  }, 90_000);
});
