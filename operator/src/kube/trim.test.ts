import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ManagedFields } from '../pool/objects.ts';
import { trimmed } from './trim.ts';

const replicas: ManagedFields = {
  manager: 'kube-controller-manager',
  operation: 'Update',
  subresource: 'scale',
  fieldsV1: { 'f:spec': { 'f:replicas': {} } },
};
const labels: ManagedFields = {
  manager: 'kubectl',
  operation: 'Apply',
  fieldsV1: { 'f:metadata': { 'f:labels': {} } },
};
const object = (kind: string, managedFields: ManagedFields[]): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'refunds', uid: 'u', managedFields },
});

describe('a local copy', () => {
  it('keeps of a Deployment who owns its number of pods', () => {
    expect(trimmed(object('Deployment', [labels, replicas])).metadata).toEqual({
      name: 'refunds',
      uid: 'u',
      managedFields: [replicas],
    });
  });

  it('does not keep who set the fields of anything else', () => {
    expect(trimmed(object('Secret', [labels, replicas])).metadata).toEqual({ name: 'refunds', uid: 'u' });
  });
});
