/** An operator that counts on the real engine behind TLS of a private CA and short-lived bearer tokens. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { environment } from '../environment/environment.ts';
import { TokenGateway } from '../support/tokenGateway.ts';
import { waitFor } from '../support/wait.ts';
import { secretAccess } from './installation.ts';
import { poolSpec, TestCluster } from './operatorHarness.ts';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

const WAITING = 3;
const SECRET = 'secret-of-the-client';

describe('a pool whose engine wants bearer tokens', () => {
  let directory: string;
  let cluster: TestCluster;
  let refunds: RefundProcess;
  let gateway: TokenGateway;
  /** A namespace whose pool names the same engine and topic. */
  let rival: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gateway-'));
    cluster = await TestCluster.open('engine-auth');
    refunds = await deployRefundProcess();
    gateway = await TokenGateway.start({
      engineURL: environment().engines[0] ?? '',
      directory,
      lifetimeSeconds: 2,
      client: { id: 'pool', secret: SECRET },
    });
    rival = `${cluster.namespace}-rival`;
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: rival } });
    // First, and of the same second at worst: then the name makes it the older one.
    await claimFrom(rival, {});
    await cluster.startLeader({ WATCH_NAMESPACES: `${cluster.namespace},${rival}` });
    await cluster.secret('openai', { 'api-key': 'key' });
    await Promise.all(Array.from({ length: WAITING }, () => refunds.start()));
    await cluster.createPool('pool', {
      engine: {
        urls: [gateway.baseURL],
        topic: refunds.topic,
        oauth2: { tokenURL: gateway.tokenURL, secretRef: { name: 'engine-client' } },
        caSecretRef: { name: 'engine-ca' },
      },
    });
  }, 90_000);
  afterAll(async () => {
    await cluster?.close();
    if (rival)
      await cluster.objects.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: rival } });
    await gateway?.stop();
    await refunds?.remove();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const client = (secret: string) =>
    cluster.secret('engine-client', { CLIENT_ID: 'pool', CLIENT_SECRET: secret });
  /** @param access to the engine */
  const claimFrom = (namespace: string, access: object) =>
    cluster.apply({
      apiVersion: 'farerules.dev/v1alpha1',
      kind: 'FareRuleWorkerPool',
      metadata: { name: 'older', namespace },
      spec: { ...poolSpec(), engine: { urls: [gateway.baseURL], topic: refunds.topic, ...access } },
    } as KubernetesObject);
  const pending = async () => (await cluster.pool('pool')).status?.pendingTasks;

  it('says which Secret is missing', async () => {
    const condition = await cluster.condition('pool', 'CredentialsReady', 'SecretNotFound');
    expect(condition?.message).toContain('spec.engine.oauth2.secretRef: there is no Secret "engine-client"');
    await client(SECRET);
    const next = await waitFor('the other Secret to be missed', async () => {
      const { status } = await cluster.pool('pool');
      return status?.conditions?.find(
        ({ type, message }) => type === 'CredentialsReady' && message?.includes('spec.engine.caSecretRef'),
      );
    });
    expect(next?.message).toContain('there is no Secret "engine-ca"');
  });

  it('is counted through several lifetimes of its tokens', async () => {
    await cluster.secret('engine-ca', { 'ca.crt': gateway.ca });
    await cluster.condition('pool', 'EngineReachable', 'Counted');
    await waitFor('the count', async () => (await pending()) === WAITING);
    const before = gateway.issued.length;
    const { refused } = gateway;
    for (const end = Date.now() + 7_000; Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await pending()).toBe(WAITING);
    }
    expect(gateway.issued.length - before).toBeGreaterThanOrEqual(3);
    expect(gateway.refused).toBe(refused);
  }, 30_000);

  it('scales beside an older pool of another namespace until the engine counts for that one, too', async () => {
    await cluster.condition('pool', 'ScalingActive', 'DirectMode');
    for (const [name, stringData] of Object.entries({
      'engine-client': { CLIENT_ID: 'pool', CLIENT_SECRET: SECRET },
      'engine-ca': { 'ca.crt': gateway.ca },
    })) {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: rival },
        stringData,
      } as KubernetesObject);
    }
    await cluster.apply(...secretAccess(rival, cluster.account));
    await claimFrom(rival, {
      oauth2: { tokenURL: gateway.tokenURL, secretRef: { name: 'engine-client' } },
      caSecretRef: { name: 'engine-ca' },
    });
    const { message } = await cluster.condition('pool', 'ScalingActive', 'OverlapsOlderPool', 30_000);
    expect(message).toContain(`Pool ${rival}/older is older and serves the same tasks`);
    await cluster.objects.delete({
      apiVersion: 'farerules.dev/v1alpha1',
      kind: 'FareRuleWorkerPool',
      metadata: { name: 'older', namespace: rival },
    });
    await cluster.condition('pool', 'ScalingActive', 'DirectMode');
  }, 60_000);

  it('hands client and certificates to its workers as files, and names them in the environment', async () => {
    const deployment = await waitFor('the Deployment', () => cluster.get('apps/v1', 'Deployment', 'pool'));
    const { env } = deployment?.spec.template.spec.containers[0] ?? {};
    expect(env).toEqual(
      expect.arrayContaining([
        { name: 'CAMUNDA_TOKEN_URL', value: gateway.tokenURL },
        { name: 'CAMUNDA_CA_FILE', value: 'engine-ca' },
      ]),
    );
    expect(JSON.stringify(deployment)).not.toContain(SECRET);
    const { sources } = deployment?.spec.template.spec.volumes[0].projected ?? {};
    const files = sources.flatMap(({ secret }: { secret: { items: { path: string }[] } }) =>
      secret.items.map(({ path }) => path),
    );
    expect(files).toEqual(expect.arrayContaining(['engine-client-id', 'engine-client-secret', 'engine-ca']));
  });

  it('says that the client is refused, and counts again after the secret was rotated', async () => {
    gateway.client = { id: 'pool', secret: 'another-secret' };
    gateway.revoke();
    const { message } = (await cluster.condition('pool', 'EngineReachable', 'CountFailed', 20_000)) ?? {};
    expect(message).toMatch(/\/token answered 401 \(invalid_client\): check spec\.engine\.oauth2\.secretRef/);
    expect(message).not.toMatch(/tell nobody|secret-of/);
    await client('another-secret');
    await cluster.condition('pool', 'EngineReachable', 'Counted', 20_000);
    expect(await pending()).toBe(WAITING);
  }, 60_000);
});
