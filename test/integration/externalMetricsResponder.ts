/** A minimal external.metrics.k8s.io: answers what a test says, to whoever the API server lets through. */
import { createServer, type Server } from 'node:https';
import type { KubernetesObject } from '@kubernetes/client-node';
import { servingCertificate } from '../../operator/src/metricsApi/tls.ts';
import { environment } from '../environment/environment.ts';
import { freePort, METRICS_API_SERVICE } from './operatorHarness.ts';

const GROUP_VERSION = 'external.metrics.k8s.io/v1beta1';

/** The values of a metric for the value of its `situation` label; undefined is answered with 503. */
export type Answer = (metric: string, situation: string) => string[] | undefined;

export interface Responder {
  /** What leads the API server here; the Service's namespace must be there. */
  objects: KubernetesObject[];
  close(): void;
}

export async function startResponder(name: string, namespace: string, answer: Answer): Promise<Responder> {
  const port = await freePort();
  const { cert, key, ca } = await servingCertificate(`${name}.${namespace}.svc`, Date.now(), 86_400_000);
  const server: Server = createServer({ cert, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://responder.invalid');
    const [, metric] = /\/namespaces\/[^/]+\/([^/]+)$/.exec(pathname) ?? [];
    const { status, body } = metric
      ? metricList(metric, answer(metric, searchParams.get('labelSelector')?.split('=')[1] ?? ''))
      : discovery(pathname);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, resolve);
  });
  return { objects: registration(name, namespace, port, ca), close: () => server.close() };
}

function metricList(metricName: string, values: string[] | undefined): { status: number; body: object } {
  if (values === undefined) return { status: 503, body: failure(503, 'the situation has a failing metric') };
  const timestamp = new Date().toISOString();
  const items = values.map((value) => ({ metricName, metricLabels: {}, timestamp, value }));
  return {
    status: 200,
    body: { kind: 'ExternalMetricValueList', apiVersion: GROUP_VERSION, metadata: {}, items },
  };
}

function discovery(pathname: string): { status: number; body: object } {
  if (pathname !== `/apis/${GROUP_VERSION}`) return { status: 404, body: failure(404, 'not served') };
  const resource = {
    name: 'm0',
    singularName: '',
    namespaced: true,
    kind: 'ExternalMetricValueList',
    verbs: ['get'],
  };
  return {
    status: 200,
    body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: GROUP_VERSION, resources: [resource] },
  };
}

const failure = (code: number, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  message,
});

/** A Service without a selector that leads to this machine, and the APIService that leads to it. */
function registration(name: string, namespace: string, port: number, ca: string): KubernetesObject[] {
  const metadata = { name, namespace };
  const objects: object[] = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [environment().hostAddress], conditions: { ready: true } }],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: METRICS_API_SERVICE, labels: { 'app.kubernetes.io/managed-by': 'test' } },
      spec: {
        group: 'external.metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { name, namespace, port: 443 },
        caBundle: Buffer.from(ca).toString('base64'),
      },
    },
  ];
  return objects as KubernetesObject[];
}
