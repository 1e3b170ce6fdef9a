import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../crds/src/pool.ts';
import { checkCredentials, credentialValues } from './credentials.ts';
import { minimalSpec } from './fixtures.ts';
import type { SecretReading } from './observation.ts';

const parsed = parsePoolSpec({
  ...minimalSpec,
  engine: { ...minimalSpec.engine, basicAuthSecretRef: { name: 'camunda' } },
});
if (!parsed.ok) throw new Error(parsed.problems.join());
const { spec } = parsed;

const found = (data: Record<string, string>): SecretReading => ({
  state: 'found',
  secret: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data },
});
const openai = found({ 'api-key': 'a2V5' });
const camunda = found({ username: 'bWU=', password: 'cHc=' });
const check = (readings: Record<string, SecretReading>) =>
  checkCredentials('airline', 'refunds', spec, readings, undefined);

describe('the credentials of a pool', () => {
  it.each<[string, Record<string, SecretReading>, object]>([
    ['are ready when every key is there', { openai, camunda }, { ready: true }],
    [
      'keep workers from starting when a Secret is missing',
      { camunda },
      { reason: 'SecretNotFound', blocking: true },
    ],
    [
      'keep workers from starting when a key is empty',
      { openai: found({ 'api-key': '' }), camunda },
      { reason: 'SecretKeyNotFound', blocking: true },
    ],
    [
      'keep workers from starting while it is not known whether they are there',
      { openai: { state: 'failed', reason: 'kube_500' }, camunda },
      { reason: 'SecretUnreadable', blocking: true },
    ],
    [
      'let workers start that only the operator may not look into',
      { openai: { state: 'forbidden' }, camunda },
      { reason: 'SecretForbidden', blocking: false },
    ],
    [
      'name what is missing before what is forbidden',
      { openai: { state: 'forbidden' } },
      { reason: 'SecretNotFound', blocking: true, message: expect.stringContaining('"camunda"') },
    ],
  ])('%s', (_, readings, expected) => {
    expect(check(readings)).toMatchObject(expected);
  });

  it('that can be read are used whatever is missing beside them', () => {
    expect(credentialValues(spec, { openai: { state: 'forbidden' }, camunda })).toEqual({
      'engine-username': 'bWU=',
      'engine-password': 'cHc=',
    });
  });
});
