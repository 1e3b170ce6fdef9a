// What `helm test` runs, in the operator's image: the operator is ready, and the API server serves the pools'
// kind and, where the operator serves it, the metrics API. Discovery is open to every account: it needs no Role.
import { readFileSync } from 'node:fs';

const { METRICS_URL, METRICS_API, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const api = `https://${host}:${KUBERNETES_SERVICE_PORT}`;
const headers = { authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}` };

const checks = [
  ['the operator is ready', METRICS_URL, {}],
  ['the API server serves FareRuleWorkerPool', `${api}/apis/farerules.dev/v1alpha1`, { headers }],
];
if (METRICS_API === 'true') {
  const path = '/apis/external.metrics.k8s.io/v1beta1';
  checks.push(['the API server reaches the metrics API', `${api}${path}`, { headers }]);
}

const SECONDS = 60;
const end = Date.now() + SECONDS * 1_000;
for (const [name, url, options] of checks) {
  let problem = 'not asked';
  while (problem && Date.now() < end) {
    problem = await fetch(url, { ...options, signal: AbortSignal.timeout(5_000) })
      .then(({ status }) => (status === 200 ? '' : `HTTP ${status}`))
      .catch((error) => String(error.cause ?? error));
    if (problem) await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  if (problem) {
    console.error(`FAIL ${name}: ${problem} from ${url} for ${SECONDS} s`);
    process.exit(1);
  }
  console.log(`ok   ${name}`);
}
