/** The certificate of the metrics API is somebody else's: files that cert-manager renews, as the kubelet mounts them. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServingCertificate, servingCertificate } from '../../operator/src/metricsApi/tls.ts';
import { environment } from '../environment/environment.ts';
import { sleep, waitFor } from '../support/wait.ts';
import { asking, served, trusted } from './metricsTrust.ts';
import { freePort, TestCluster } from './operatorHarness.ts';

const FILES = { 'tls.crt': 'cert', 'tls.key': 'key', 'ca.crt': 'ca' } as const;
/** The operator looks every second, and the API server has five to learn of a new CA. */
const RENEWAL = { timeoutMs: 20_000 };
/** The autoscaler reads every 15 s. */
const AUTOSCALER_MS = 16_000;

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

describe('a certificate of the metrics API that others renew', () => {
  let cluster: TestCluster;
  let env: Record<string, string>;
  let directory: string;
  let logFile: string;
  let current: ServingCertificate;

  beforeAll(async () => {
    cluster = await TestCluster.open('certificate-files');
    directory = mkdtempSync(join(tmpdir(), 'frwp-certificate-'));
    for (const file of Object.keys(FILES)) symlinkSync(join('..data', file), join(directory, file));
    env = { ...(await cluster.serveMetrics()), METRICS_API_CERT_DIR: directory };
    current = await make();
    mount(current);
    ({ logFile } = await cluster.startLeader(env));
    await cluster.secret('openai', { 'api-key': 'key' });
    await cluster.createPool('demo', { engine: { urls: environment().engines, topic: cluster.namespace } });
    await waitFor('a value', async () => (await cluster.backlogMetric('demo')).status === 200);
  }, 120_000);
  afterAll(() => cluster.close(), 60_000);

  /** Another certificate, by another CA: the harder kind of renewal. */
  const make = () => {
    const host = `${env.METRICS_API_SERVICE}.${cluster.operatorNamespace}.svc`;
    return servingCertificate(host, Date.now(), 3_600_000);
  };

  /** As the kubelet: one state in a directory of its own, and a link that moves. */
  function mount(state: ServingCertificate): void {
    const files = mkdtempSync(join(directory, '..state-'));
    for (const [file, field] of Object.entries(FILES)) writeFileSync(join(files, file), state[field]);
    symlinkSync(files, join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  }

  const settled = async ({ cert, ca }: ServingCertificate): Promise<boolean> =>
    (await served(env.METRICS_API_PORT)) === fingerprint(cert) &&
    (await trusted(cluster)).join() === fingerprint(ca);

  it('is served from its files, and the API server is told to trust ca.crt alone', async () => {
    expect(await settled(current)).toBe(true);
  });

  it('is followed without a restart, and neither a question nor the autoscaler notices', async () => {
    await cluster.condition('demo', 'ScalingActive', 'MetricsRead', 40_000);
    const poll = asking(cluster);
    for (let renewal = 0; renewal < 2; renewal += 1) {
      current = await make();
      mount(current);
      await waitFor('the new one, and its CA alone', () => settled(current), RENEWAL);
    }
    await sleep(AUTOSCALER_MS);
    const { asked, failures } = await poll.end();
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(100);
    await cluster.condition('demo', 'ScalingActive', 'MetricsRead', 1_000);
  }, 120_000);

  it('stays when its successor is bad, which the log names, until the next one is good', async () => {
    const next = await make();
    mount({ ...next, key: current.key });
    await waitFor('the log', () =>
      readFileSync(logFile, 'utf8').includes('tls.key is not the key of tls.crt'),
    );
    expect(await settled(current)).toBe(true);
    expect((await cluster.backlogMetric('demo')).status).toBe(200);
    mount(next);
    await waitFor('the good one', () => settled(next), RENEWAL);
    expect(readFileSync(logFile, 'utf8')).not.toContain('PRIVATE KEY');
  }, 60_000);

  it('keeps the operator from starting when a file is missing, which its last line names', async () => {
    rmSync(join(directory, '..data', 'ca.crt'));
    const METRICS_API_PORT = String(await freePort());
    const operator = await cluster.startOperator({ ...env, METRICS_API_PORT });
    await waitFor('its end', () => !operator.alive());
    expect(readFileSync(operator.logFile, 'utf8')).toContain(
      `METRICS_API_CERT_DIR ${directory}: ca.crt is missing`,
    );
  }, 30_000);
});
