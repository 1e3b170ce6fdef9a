import { DIRECTIVES_ANNOTATION, DIRECTIVES_FILE } from '../../../../crds/src/directives.ts';
import { durationMs } from '../../../../crds/src/duration.ts';
import type { FareRuleWorkerPool, PoolSpec } from '../../../../crds/src/pool.ts';
import {
  AUDIT_DIR,
  CREDENTIALS_DIR,
  DIRECTIVES_DIR,
  drainSeconds,
  METRICS_PORT,
} from '../../../../crds/src/workerEnv.ts';
import { credentialRefs } from '../credentials.ts';
import { ownedMeta, poolLabels, selectorLabels, workloadName } from '../names.ts';
import type { Manifest } from '../objects.ts';
import { workerEnv } from './workerEnv.ts';

/** `nobody` of the distroless images. */
const WORKER_UID = 65_532;
export const WORKER_CONTAINER = 'worker';

const DIRECTIVES_ITEM = {
  path: DIRECTIVES_FILE,
  fieldRef: { fieldPath: `metadata.annotations['${DIRECTIVES_ANNOTATION}']` },
};

/**
 * The workers. `replicas` is absent on purpose: whoever scales owns it, and
 * applying it once and dropping it later would reset it to 1.
 */
export function deployment(pool: FareRuleWorkerPool, spec: PoolSpec, defaultImage: string): Manifest {
  const { worker } = spec;
  const name = pool.metadata.name;
  const claim = spec.decisions.audit.persistentVolumeClaim;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMeta(pool, workloadName(name)),
    spec: {
      selector: { matchLabels: selectorLabels(name) },
      // No surge: pods above the autoscaler's number would drift it upwards (kubernetes#138505).
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      revisionHistoryLimit: 3,
      template: {
        metadata: {
          labels: { ...worker.podLabels, ...poolLabels(name) },
          annotations: {
            ...worker.podAnnotations,
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(METRICS_PORT),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: {
          ...worker.podSpec,
          serviceAccountName: workloadName(name),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: drainSeconds(
            durationMs(worker.lockDuration),
            durationMs(worker.longPollTimeout),
          ),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: WORKER_UID,
            runAsGroup: WORKER_UID,
            fsGroup: WORKER_UID,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(worker.imagePullSecrets && { imagePullSecrets: worker.imagePullSecrets }),
          containers: [container(name, spec, defaultImage)],
          volumes: [
            { name: 'credentials', projected: { sources: credentialSources(spec), defaultMode: 0o440 } },
            { name: 'directives', downwardAPI: { items: [DIRECTIVES_ITEM] } },
            ...(claim === undefined ? [] : [{ name: 'audit', persistentVolumeClaim: { claimName: claim } }]),
          ],
        },
      },
    },
  };
}

/** The Secrets that the pool names, put together by the kubelet: no copy of a credential is made. */
function credentialSources(spec: PoolSpec): object[] {
  const refs = credentialRefs(spec);
  return [...new Set(refs.map(({ secret }) => secret))].map((name) => ({
    secret: {
      name,
      items: refs.filter(({ secret }) => secret === name).map(({ key, file }) => ({ key, path: file })),
    },
  }));
}

function container(pool: string, spec: PoolSpec, defaultImage: string): Record<string, unknown> {
  const { worker } = spec;
  const probe = (path: string) => ({ httpGet: { path, port: 'metrics' } });
  return {
    name: WORKER_CONTAINER,
    image: worker.image ?? defaultImage,
    imagePullPolicy: worker.imagePullPolicy,
    env: [
      ...Object.entries(workerEnv(pool, spec)).map(([key, value]) => ({ name: key, value })),
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    ports: [{ name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' }],
    resources: withoutUndefined(worker.resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 2, timeoutSeconds: 2 },
    volumeMounts: [
      { name: 'credentials', mountPath: CREDENTIALS_DIR, readOnly: true },
      { name: 'directives', mountPath: DIRECTIVES_DIR, readOnly: true },
      ...(spec.decisions.audit.persistentVolumeClaim === undefined
        ? []
        : [{ name: 'audit', mountPath: AUDIT_DIR }]),
    ],
  };
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<T>;
}
