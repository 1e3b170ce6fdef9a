/** Names inside the cluster for what runs outside of it: Services with hand-written endpoints. */
import { stringify } from 'yaml';
import { type Addresses, LLM_PORT, REDIS_PORT } from './backends.ts';

export const POOL_NAMESPACE = 'refunds';
/** On the namespace that an environment made, so that its end may take it away. */
export const OURS = { 'app.kubernetes.io/managed-by': 'fareruleworkerpool-environment' };
const ENGINE_PORT = 8080;

interface Endpoint {
  address: string;
  port: number;
}

/** Namespace, Services and EndpointSlices as a YAML stream. */
export function serviceManifests({ host, engines }: Addresses): string {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: POOL_NAMESPACE, labels: OURS } },
    ...service('camunda-platform', ENGINE_PORT, engines),
    ...service('redis', REDIS_PORT, [{ address: host, port: REDIS_PORT }]),
    ...service('llm-stand-in', LLM_PORT, [{ address: host, port: LLM_PORT }]),
  ]
    .map((object) => stringify(object))
    .join('---\n');
}

/**
 * Headless where all endpoints share the Service's port, so that clients see
 * every node; otherwise kube-proxy has to translate the ports.
 */
function service(name: string, port: number, endpoints: Endpoint[]) {
  const headless = endpoints.every((endpoint) => endpoint.port === port);
  const metadata = { name, namespace: POOL_NAMESPACE };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ...(headless && { clusterIP: 'None' }), ports: [{ name: 'http', port, targetPort: port }] },
    },
    ...endpoints.map((endpoint, index) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        ...metadata,
        name: `${name}-${index + 1}`,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'farerules.dev',
        },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
      ports: [{ name: 'http', port: endpoint.port, protocol: 'TCP' }],
    })),
  ];
}
