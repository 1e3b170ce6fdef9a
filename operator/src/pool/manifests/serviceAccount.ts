import type { FareRuleWorkerPool } from '../../../../crds/src/pool.ts';
import { ownedMeta, workloadName } from '../names.ts';
import type { Manifest } from '../objects.ts';

/** The workers' identity. They never call the API server, so no token is mounted. */
export function serviceAccount(pool: FareRuleWorkerPool): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ownedMeta(pool, workloadName(pool.metadata.name)),
    automountServiceAccountToken: false,
  };
}
