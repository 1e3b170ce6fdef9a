import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../crds/src/pool.ts';
import { minimalSpec } from '../pool/fixtures.ts';
import type { SecretReading } from '../pool/observation.ts';
import { engineTarget } from './engineTarget.ts';

/** @param data as text, by the key */
const found = (data: Record<string, string>): SecretReading => ({
  state: 'found',
  secret: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'engine' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  },
});
const target = (engine: object = {}, data?: Record<string, string>) => {
  const parsed = parsePoolSpec({ ...minimalSpec, engine: { ...minimalSpec.engine, ...engine } });
  if (!parsed.ok) throw new Error('a valid spec');
  return engineTarget('refunds', parsed.spec, data ? { engine: found(data) } : {});
};

describe('what is asked of an engine', () => {
  it('has its URLs as the user wrote them, and the namespace where the workers resolve them', () => {
    expect(target()).toMatchObject({ urls: minimalSpec.engine.urls, namespace: 'refunds' });
  });

  it('has empty credentials while they cannot be read', () => {
    const basicAuthSecretRef = { name: 'engine' };
    expect(target({ basicAuthSecretRef }).auth).toEqual({ kind: 'basic', username: '', password: '' });
  });

  const basicAuthSecretRef = { name: 'engine' };
  const oauth2 = { tokenURL: 'https://login.example/token', secretRef: { name: 'engine' } };

  it('has the credentials of the Secret, without a line end that an editor left', () => {
    expect(target({ basicAuthSecretRef }, { username: 'w', password: 'x\n' }).auth).toMatchObject({
      username: 'w',
      password: 'x',
    });
    expect(target({ oauth2 }, { CLIENT_ID: 'w', CLIENT_SECRET: 'x' }).auth).toMatchObject({
      clientId: 'w',
      clientSecret: 'x',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['no password', { username: 'w' }],
    ['an empty password', { username: 'w', password: '' }],
    ['a password of blanks', { username: 'w', password: ' \n' }],
    ['no user', { password: 'x' }],
  ])('has neither user nor password of a Secret with %s: the engine would lock the user', (_, data) => {
    expect(target({ basicAuthSecretRef }, data).auth).toEqual({ kind: 'basic', username: '', password: '' });
  });

  it('has neither half of a client of which one is missing', () => {
    expect(target({ oauth2 }, { CLIENT_ID: 'w' }).auth).toMatchObject({ clientId: '', clientSecret: '' });
  });
});
