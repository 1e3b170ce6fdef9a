import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../crds/src/pool.ts';
import { assembleCredentials, referencedSecrets } from './credentials.ts';
import { minimalSpec } from './fixtures.ts';

function specOf(engine: object) {
  const parsed = parsePoolSpec({ ...minimalSpec, engine: { ...minimalSpec.engine, ...engine } });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.spec;
}
const found = (data: Record<string, string>) => ({
  state: 'found' as const,
  secret: { metadata: { name: 's', namespace: 'refunds' }, data } as never,
});

describe('the credentials of a pool whose engine wants bearer tokens', () => {
  const spec = specOf({
    oauth2: { tokenURL: 'https://idp/token', secretRef: { name: 'client', clientIdKey: 'id' } },
    caSecretRef: { name: 'private-ca' },
  });
  const readings = {
    openai: found({ 'api-key': 'a2V5' }),
    client: found({ id: 'aWQ=', CLIENT_SECRET: 'c2VjcmV0' }),
    'private-ca': found({ 'ca.crt': 'UEVN' }),
  };

  it('are read from the Secrets that it names, and from no other', () => {
    expect(referencedSecrets(spec).sort()).toEqual(['client', 'openai', 'private-ca']);
  });

  it('are put together under the names of the worker’s files', () => {
    expect(assembleCredentials('refunds', spec, readings)).toEqual({
      ready: true,
      data: {
        'llm-0': 'a2V5',
        'engine-client-id': 'aWQ=',
        'engine-client-secret': 'c2VjcmV0',
        'engine-ca': 'UEVN',
      },
    });
  });

  it.each([
    ['client', 'spec.engine.oauth2.secretRef'],
    ['private-ca', 'spec.engine.caSecretRef'],
  ])('are missed by the field that names them: %s', (secret, field) => {
    const { [secret as 'client']: _gone, ...rest } = readings;
    const missing = assembleCredentials('refunds', spec, rest);
    expect(missing).toMatchObject({
      ready: false,
      message: expect.stringContaining(`${field}: there is no Secret`),
    });
    const forbidden = assembleCredentials('refunds', spec, { ...rest, [secret]: { state: 'forbidden' } });
    expect(forbidden).toMatchObject({ message: expect.stringContaining(`"resourceNames":["${secret}"]`) });
  });
});
