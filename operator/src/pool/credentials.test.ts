import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../crds/src/pool.ts';
import { checkCredentials, credentialValues, referencedSecrets } from './credentials.ts';
import { minimalSpec } from './fixtures.ts';
import type { SecretReading } from './observation.ts';

function specOf(engine: object) {
  const parsed = parsePoolSpec({ ...minimalSpec, engine: { ...minimalSpec.engine, ...engine } });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.spec;
}
const spec = specOf({ basicAuthSecretRef: { name: 'camunda' } });

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

describe('the credentials of a pool whose engine wants bearer tokens', () => {
  const bearer = specOf({
    oauth2: { tokenURL: 'https://idp/token', secretRef: { name: 'client', clientIdKey: 'id' } },
    caSecretRef: { name: 'private-ca' },
  });
  const readings = {
    openai: found({ 'api-key': 'a2V5' }),
    client: found({ id: 'aWQ=', CLIENT_SECRET: 'c2VjcmV0' }),
    'private-ca': found({ 'ca.crt': 'UEVN' }),
  };

  it('are read from the Secrets that it names, and from no other', () => {
    expect(referencedSecrets(bearer).sort()).toEqual(['client', 'openai', 'private-ca']);
  });

  it('are put together under the names of the worker’s files', () => {
    expect(credentialValues(bearer, readings)).toEqual({
      'llm-0': 'a2V5',
      'engine-client-id': 'aWQ=',
      'engine-client-secret': 'c2VjcmV0',
      'engine-ca': 'UEVN',
    });
  });

  it.each([
    ['client', 'spec.engine.oauth2.secretRef'],
    ['private-ca', 'spec.engine.caSecretRef'],
  ])('are missed by the field that names them: %s', (secret, field) => {
    const { [secret as 'client']: _gone, ...rest } = readings;
    const missing = checkCredentials('refunds', 'pool', bearer, rest, undefined);
    expect(missing).toMatchObject({
      ready: false,
      message: expect.stringContaining(`${field}: there is no Secret`),
    });
    const forbidden = checkCredentials(
      'refunds',
      'pool',
      bearer,
      { ...rest, [secret]: { state: 'forbidden' } },
      undefined,
    );
    expect(forbidden).toMatchObject({ message: expect.stringContaining(`--resource-name=${secret} `) });
  });
});
