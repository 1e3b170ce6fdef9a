/** What is seen from outside of the metrics API's certificate: who is trusted, what is served, who is answered. */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { sleep } from '../support/wait.ts';
import { METRICS_API_SERVICE, type TestCluster } from './operatorHarness.ts';

/** Fingerprints of the CAs that the API server is told to trust. */
export async function trusted(cluster: TestCluster): Promise<string[]> {
  const registration = await cluster.get('apiregistration.k8s.io/v1', 'APIService', METRICS_API_SERVICE);
  const pems = Buffer.from(registration?.spec.caBundle ?? '', 'base64')
    .toString()
    .match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g);
  return (pems ?? []).map((pem) => new X509Certificate(pem).fingerprint256);
}

/** Fingerprint of the certificate that is served. */
export const served = (port: string | undefined): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });

/** Asks through the API server until told otherwise; what was not answered with a value. */
export function asking(cluster: TestCluster): {
  end: () => Promise<{ asked: number; failures: string[] }>;
} {
  let going = true;
  const failures: string[] = [];
  let asked = 0;
  const ended = (async () => {
    while (going) {
      const { status, body } = await cluster.backlogMetric('demo');
      asked += 1;
      if (status !== 200) failures.push(`${status} ${JSON.stringify(body)}`);
      await sleep(25);
    }
  })();
  return {
    end: async () => {
      going = false;
      await ended;
      return { asked, failures };
    },
  };
}
