import { expect, test } from '@jest/globals';
import type { PoolStatus } from '../../../crds/src/pool.ts';
import { metrics, tellMetricsApi } from './metrics.ts';
import { forgetState, tellState } from './poolState.ts';

const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string) => ({
  type,
  status,
  reason,
  message: 'because',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const samples = async (name: 'condition' | 'spentUSD' | 'budgetUSD') =>
  (await metrics[name].get()).values
    .map(({ labels, value }) => [...Object.values(labels), value].join(' '))
    .sort();

test('a condition that changes leaves no trace of what it was', async () => {
  tellState('a', 'p', { conditions: [condition('Ready', 'False', 'CountFailed')] }, undefined);
  tellState('a', 'q', { conditions: [condition('Ready', 'True', 'Ready')] }, undefined);
  tellState('a', 'p', { conditions: [condition('Ready', 'True', 'Ready')] }, undefined);
  expect(await samples('condition')).toEqual(['a p Ready True Ready 1', 'a q Ready True Ready 1']);
  forgetState('a', 'p');
  forgetState('a', 'q');
  expect(await samples('condition')).toEqual([]);
});

test('money that is not known, and a limit that is not there, are absent and not 0', async () => {
  const spending = { hourUSD: 0.5, dayUSD: 2 } as PoolStatus['spending'];
  tellState('a', 'p', { spending }, { perDayUSD: 10, whenSpent: 'Hold', timeZone: 'UTC' });
  expect(await samples('spentUSD')).toEqual(['a p day 2', 'a p hour 0.5']);
  expect(await samples('budgetUSD')).toEqual(['a p day 10']);
  tellState('a', 'p', {}, undefined);
  expect(await samples('spentUSD')).toEqual([]);
  expect(await samples('budgetUSD')).toEqual([]);
});

test('whether the metrics API is served is told as 1 or 0, and not at all where that is another’s matter', async () => {
  const told = async () => (await metrics.metricsApiServed.get()).values.map(({ value }) => value);
  tellMetricsApi(() => true);
  expect(await told()).toEqual([1]);
  tellMetricsApi(() => false);
  expect(await told()).toEqual([0]);
  tellMetricsApi(() => undefined);
  expect(await told()).toEqual([]);
});
