import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { registerKeyStates } from './keyStates.ts';

test('each key is told with its present state alone', async () => {
  const registry = new Registry();
  let state = 'refused';
  registerKeyStates(registry, () => [{ index: 1, quotaGroup: 'default', state }]);
  const samples = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('llm_'));
  expect(await samples()).toEqual([
    'llm_worker_llm_key_state{index="1",quota_group="default",state="refused"} 1',
  ]);
  state = 'usable';
  expect(await samples()).toEqual([
    'llm_worker_llm_key_state{index="1",quota_group="default",state="usable"} 1',
  ]);
});
