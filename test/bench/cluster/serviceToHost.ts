/** A Service that leads to a port of this machine, where operators under measurement run. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { environment } from '../../environment/environment.ts';

/** Service (port 443) and its hand-written endpoints. */
export function serviceToHost(namespace: string, name: string, port: number): KubernetesObject[] {
  const metadata = { name, namespace };
  const objects = [
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
  ];
  return objects as KubernetesObject[];
}
