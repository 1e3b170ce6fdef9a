/** A volume for one claim, in a folder of this machine: the local cluster has nothing that makes volumes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { NODE_NAME } from '../cluster/controlPlane.ts';
import type { Kubectl } from '../environment/kubectl.ts';

export interface LocalVolume {
  /** Removes the volume and what is in it; the claim has to be gone. */
  remove(): Promise<void>;
}

/** @param claim name of the PersistentVolumeClaim, which names no storage class */
export async function localVolume(
  kubectl: Kubectl,
  namespace: string,
  claim: string,
  size: string,
): Promise<LocalVolume> {
  const path = mkdtempSync(join(tmpdir(), 'frwp-volume-'));
  const name = `${namespace}-${claim}`;
  const onThisNode = {
    matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }],
  };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace, name: claim },
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [onThisNode] } },
    },
  };
  await kubectl(['apply', '--server-side', '-f', '-'], stringify(volume));
  return {
    async remove() {
      await kubectl(['delete', 'persistentvolume', name, '--ignore-not-found', '--timeout=60s']);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
