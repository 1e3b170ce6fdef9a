/**
 * The APIService that sends external.metrics.k8s.io to us. The cluster has one
 * provider for this group: another one's is never overwritten.
 */
import type { ApiService } from '../controller/watches.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { covers } from '../pool/drift.ts';
import { MANAGED_BY_LABEL, MANAGER } from '../pool/names.ts';
import type { KubeObject, Manifest } from '../pool/objects.ts';
import type { MetricsApi } from '../pool/observation.ts';
import { METRICS_GROUP } from './routes.ts';

export const API_SERVICE = `v1beta1.${METRICS_GROUP}`;

export interface ServiceReference {
  name: string;
  namespace: string;
  port: number;
}

/**
 * The APIService as we want it.
 * @param ca PEM of the CAs that the API server is to trust
 */
export function apiService(service: ServiceReference, ca: string, owner: KubeObject | undefined): Manifest {
  return {
    apiVersion: KINDS.apiService.apiVersion,
    kind: KINDS.apiService.kind,
    metadata: {
      name: API_SERVICE,
      labels: { [MANAGED_BY_LABEL]: MANAGER },
      ...(owner?.metadata.uid && {
        ownerReferences: [
          {
            apiVersion: owner.apiVersion,
            kind: owner.kind,
            name: owner.metadata.name,
            uid: owner.metadata.uid,
          },
        ],
      }),
    },
    spec: {
      group: METRICS_GROUP,
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service,
      caBundle: Buffer.from(ca).toString('base64'),
    },
  };
}

/**
 * Whose the live APIService is. One of ours that leads to a Service that has
 * gone is the left-over of an installation under another name: it may be taken
 * over, and must be, for it keeps namespaces from being deleted.
 */
export function ownership(live: ApiService | undefined, service: ServiceReference): MetricsApi {
  if (!live) return { state: 'pending' };
  const target = live.spec.service;
  if (live.metadata.labels?.[MANAGED_BY_LABEL] === MANAGER) {
    if (target?.name === service.name && target.namespace === service.namespace) return { state: 'ours' };
    const leftOver = live.status?.conditions?.some(
      ({ type, status, reason }) =>
        type === 'Available' && status === 'False' && reason === 'ServiceNotFound',
    );
    if (leftOver) return { state: 'pending' };
  }
  return {
    state: 'foreign',
    servedBy: target ? `Service ${target.namespace}/${target.name}` : 'the API server itself',
  };
}

/**
 * Whether the API server reaches us as the provider; undefined where another one is.
 * @param state whose the live APIService is
 */
export function served(live: ApiService | undefined, { state }: MetricsApi): boolean | undefined {
  if (state === 'foreign' || state === 'off') return undefined;
  const available = live?.status?.conditions?.find(({ type }) => type === 'Available');
  return state === 'ours' && available?.status === 'True';
}

/** Makes or repairs the APIService unless it is another provider's. Writes only what differs. */
export async function register(
  client: KubeClient,
  live: ApiService | undefined,
  wanted: Manifest,
): Promise<boolean> {
  if (live && covers(live, wanted)) return false;
  await client.apply(wanted, { force: live !== undefined });
  return true;
}
