/** A GET at the environment's API server, with every right: for paths that kubectl has no word for. */
import { get } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { Environment } from './environment.ts';

export type ApiGet = <T>(path: string) => Promise<{ status: number; body: T }>;

export async function apiGetOf({ kubeconfig }: Pick<Environment, 'kubeconfig'>): Promise<ApiGet> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  const options: Record<string, unknown> = {};
  await config.applyToHTTPSOptions(options as never);
  return (path) =>
    new Promise((resolve, reject) => {
      get(`${server}${path}`, options as never, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) as never }));
      }).on('error', reject);
    });
}

/** The aggregator says in plain text that nobody serves a group. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What external.metrics.k8s.io answers for a pool. */
export interface MetricAnswer {
  items?: { value: string; timestamp: string }[];
  message?: string;
}

export const backlogPath = (namespace: string, pool: string): string =>
  `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/camunda_external_tasks_backlog` +
  `?labelSelector=farerules.dev%2Fpool%3D${pool}`;
