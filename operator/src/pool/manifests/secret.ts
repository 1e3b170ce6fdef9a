import type { FareRuleWorkerPool } from '../../../../crds/src/pool.ts';
import { credentialsName, ownedMeta } from '../names.ts';
import type { Manifest } from '../objects.ts';

/** The credentials that the workers mount, copied from the referenced Secrets. Values are base64. */
export function credentialsSecret(pool: FareRuleWorkerPool, data: Record<string, string>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownedMeta(pool, credentialsName(pool.metadata.name)),
    type: 'Opaque',
    data,
  };
}
