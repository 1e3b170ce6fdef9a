import { describe, expect, it } from '@jest/globals';
import type { MetricsApi } from '../pool/observation.ts';
import { isLeaving, registrationStep } from './farewell.ts';

const OURS: MetricsApi = { state: 'ours' };
const NONE: MetricsApi = { state: 'pending' };
const THEIRS: MetricsApi = { state: 'foreign', servedBy: 'Service keda/keda' };

describe('the registration', () => {
  it.each([
    ['made by the leader where there is none', NONE, { leading: true, leaving: false }, 'keep'],
    ['kept right by the leader', OURS, { leading: true, leaving: false }, 'keep'],
    ['the leader’s business alone', OURS, { leading: false, leaving: false }, 'leaveAlone'],
    ['taken away when the namespace is deleted', OURS, { leading: true, leaving: true }, 'withdraw'],
    ['taken away by a follower, too', OURS, { leading: false, leaving: true }, 'withdraw'],
    ['not made again in a namespace that goes', NONE, { leading: true, leaving: true }, 'leaveAlone'],
    ['not touched when it is another’s', THEIRS, { leading: true, leaving: false }, 'leaveAlone'],
    ['not taken away when it is another’s', THEIRS, { leading: true, leaving: true }, 'leaveAlone'],
  ] as const)('is %s', (_, state, situation, step) => {
    expect(registrationStep(state, situation)).toBe(step);
  });
});

describe('a namespace', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'system' } };

  it.each([
    ['stays', namespace, false],
    [
      'leaves when it was told to',
      { ...namespace, metadata: { name: 'system', deletionTimestamp: 'now' } },
      true,
    ],
    ['has left when there is none', undefined, true],
  ])('%s', (_, found, leaving) => {
    expect(isLeaving(found)).toBe(leaving);
  });
});
