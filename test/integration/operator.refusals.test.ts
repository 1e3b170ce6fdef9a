/**
 * What a pool says when it cannot be had: a Secret that the operator may not read, and a spec
 * that an older CRD let in. The pools beside it go on.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildBinaries } from '../cluster/binaries.ts';
import { environment } from '../environment/environment.ts';
import { run } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { withoutRules } from './crdWithoutRules.ts';
import { asRelease, limitedTo, secretAccess } from './installation.ts';
import { TestCluster } from './operatorHarness.ts';

/** A right that was given is felt within: the operator asks again every few seconds. */
const SECONDS = 10_000;

describe('a pool that cannot be had', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    // An installation that was granted no Secret at all.
    cluster = await TestCluster.open('refusals', (manifests, pools) => {
      const release = `${pools}-release`;
      return limitedTo(asRelease(manifests, release, `${pools}-system`), release, pools);
    });
    await cluster.startLeader(await cluster.serveMetrics());
    for (const name of ['granted', 'private', 'neighbour']) await cluster.secret(name, { 'api-key': 'key' });
  }, 60_000);
  afterAll(async () => {
    await cluster.applyCrd();
    await cluster.close();
  }, 60_000);

  const usingSecret = (name: string) => ({ llm: { credentials: [{ secretRef: { name } }] } });

  /** Runs a line as a person would who copied it: in a shell, with kubectl and every right. */
  async function inShell(line: string): Promise<void> {
    const { kube } = await buildBinaries();
    const bin = mkdtempSync(join(tmpdir(), 'frwp-kubectl-'));
    writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec "${kube}" kubectl "$@"\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, KUBECONFIG: environment().kubeconfig };
    await run('sh', ['-c', line], { env });
  }

  it('has its workers all the same when only the operator may not read the Secret', async () => {
    await cluster.createPool('refused', usingSecret('private'));
    const { message } = await cluster.condition('refused', 'CredentialsReady', 'SecretForbidden');
    expect(message).toMatch(
      /^spec\.llm\.credentials\[0\]\.secretRef: the operator may not read Secret "private" in namespace /,
    );
    for (const [apiVersion, kind, name] of [
      ['apps/v1', 'Deployment', 'refused'],
      ['autoscaling/v2', 'HorizontalPodAutoscaler', 'refused-hpa'],
    ] as const) {
      await waitFor(kind, () => cluster.get(apiVersion, kind, name));
    }
  }, 30_000);

  it('prints the command that lets it read, which heals the pool within seconds', async () => {
    const { message } = await cluster.condition('refused', 'CredentialsReady', 'SecretForbidden');
    await inShell(message.split('To allow it: ')[1] ?? 'false');
    await cluster.condition('refused', 'CredentialsReady', 'CredentialsFound', SECONDS);
  }, 30_000);

  it('is had where a grant names its Secret, and this grant is for no other', async () => {
    await cluster.createPool('healthy', usingSecret('granted'));
    await cluster.createPool('beside', usingSecret('neighbour'));
    await cluster.condition('healthy', 'CredentialsReady', 'SecretForbidden');
    await cluster.apply(...secretAccess(cluster.namespace, cluster.account, ['granted']));
    await cluster.condition('healthy', 'CredentialsReady', 'CredentialsFound', SECONDS);
    await cluster.condition('beside', 'CredentialsReady', 'SecretForbidden');
  }, 30_000);

  it('names the field and the remedy of a spec that an older CRD let in, and changes nothing of it', async () => {
    await cluster.applyCrd(withoutRules);
    const bounds = async () => {
      const hpa = await cluster.get('autoscaling/v2', 'HorizontalPodAutoscaler', 'healthy-hpa');
      return hpa?.spec;
    };
    const before = await bounds();
    await cluster.createPool('healthy', {
      ...usingSecret('granted'),
      scaling: { minReplicas: 9, maxReplicas: 5 },
    });
    // After a change of its CRD the API server answers watches with 429, for seconds on a busy machine.
    const { message } = await cluster.condition('healthy', 'Ready', 'InvalidSpec', 40_000);
    expect(message).toBe(
      'spec.scaling.maxReplicas: scaling.maxReplicas must be at least scaling.minReplicas: raise the one or lower the other',
    );
    expect(before).toMatchObject({ minReplicas: 2 });
    expect(await bounds()).toEqual(before);
  }, 60_000);

  it('does not keep the next pool from being had', async () => {
    await cluster.createPool('late', usingSecret('granted'));
    await cluster.condition('late', 'CredentialsReady', 'CredentialsFound');
  }, 20_000);
});
