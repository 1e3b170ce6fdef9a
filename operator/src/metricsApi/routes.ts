/** What external.metrics.k8s.io/v1beta1 answers: paths and bodies, no sockets. */
import { BACKLOG_METRIC, POOL_LABEL } from '../pool/names.ts';
import type { Backlog } from '../pool/observation.ts';
import { milli } from '../pool/scaling/hpaMetrics.ts';
import { parseSelector } from './labelSelector.ts';

export const METRICS_GROUP = 'external.metrics.k8s.io';
const VERSION = 'v1beta1';
const GROUP_VERSION = `${METRICS_GROUP}/${VERSION}`;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export type Route =
  /** Answered for everyone: it holds nothing of a pool, and the API server's health check needs it. */
  | { kind: 'public'; answer: Answer }
  /** Answered for those who may list the metric in the namespace. */
  | { kind: 'metric'; namespace: string; metric: string; selector: string };

const METRIC_PATH = new RegExp(`^/apis/${GROUP_VERSION.replaceAll('.', '\\.')}/namespaces/([^/]+)/([^/]+)$`);

const groupVersion = { groupVersion: GROUP_VERSION, version: VERSION };
const group = { name: METRICS_GROUP, versions: [groupVersion], preferredVersion: groupVersion };

const PUBLIC: Record<string, Record<string, unknown>> = {
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] },
  [`/apis/${METRICS_GROUP}`]: { kind: 'APIGroup', apiVersion: 'v1', ...group },
  // Never empty, and never dependent on an engine: an empty or failing discovery breaks other clients.
  [`/apis/${GROUP_VERSION}`]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: GROUP_VERSION,
    resources: [
      {
        name: BACKLOG_METRIC,
        singularName: '',
        namespaced: true,
        kind: 'ExternalMetricValueList',
        verbs: ['get'],
      },
    ],
  },
};

/** Which answer a request is for. Only GET asks. */
export function route(method: string, url: string): Route {
  const { pathname, searchParams } = new URL(url, 'https://metrics.invalid');
  if (method !== 'GET')
    return { kind: 'public', answer: failure(405, 'MethodNotAllowed', 'only GET is served') };
  const body = PUBLIC[pathname];
  if (body) return { kind: 'public', answer: { status: 200, body } };
  const [, namespace, metric] = METRIC_PATH.exec(pathname) ?? [];
  if (namespace && metric) {
    const selector = searchParams.get('labelSelector') ?? '';
    return {
      kind: 'metric',
      namespace: decodeURIComponent(namespace),
      metric: decodeURIComponent(metric),
      selector,
    };
  }
  // OpenAPI too: 404 is what the aggregator skips quietly.
  return { kind: 'public', answer: failure(404, 'NotFound', 'there is nothing under this path') };
}

export interface PoolBacklog {
  name: string;
  backlog: Backlog;
  /** What the last scaling decision serves, in tasks: another signal's demand, or a peak that is held. */
  served?: number | undefined;
}

/**
 * The metric's values: one item a pool that the selector matches, with the time at which its engine was
 * asked. When one of them is unknown the whole answer is: a sum with a gap would scale down.
 */
export function metricAnswer(
  { metric, selector }: { metric: string; selector: string },
  pools: PoolBacklog[],
): Answer {
  if (metric !== BACKLOG_METRIC) {
    return failure(404, 'NotFound', `there is no metric ${metric}; there is ${BACKLOG_METRIC}`);
  }
  let matches: (labels: Record<string, string>) => boolean;
  try {
    matches = parseSelector(selector);
  } catch (error) {
    return failure(400, 'BadRequest', (error as Error).message);
  }
  const items: Record<string, unknown>[] = [];
  for (const pool of pools) {
    const { name } = pool;
    const metricLabels = { [POOL_LABEL]: name };
    if (!matches(metricLabels)) continue;
    const { backlog, served = 0 } = pool;
    if (!backlog.known) {
      return failure(
        503,
        'ServiceUnavailable',
        `the backlog of pool ${name} is unknown: ${backlog.reason ?? 'the engine has not answered yet'}`,
      );
    }
    items.push({
      metricName: metric,
      metricLabels,
      timestamp: backlog.at,
      // Whatever was decided last, never less than what was just counted.
      value: quantity(Math.max(backlog.pending + backlog.inFlight, served)),
    });
  }
  if (items.length === 0) return failure(404, 'NotFound', `no pool matches "${selector}"`);
  return {
    status: 200,
    body: { kind: 'ExternalMetricValueList', apiVersion: GROUP_VERSION, metadata: {}, items },
  };
}

/** A number as Kubernetes writes it. */
function quantity(value: number): string {
  return Number.isInteger(value) ? String(value) : `${milli(value)}m`;
}

/** An error as the API server's clients read it. */
export function failure(code: number, reason: string, message: string): Answer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message },
  };
}
