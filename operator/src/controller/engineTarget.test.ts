import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from '../../../crds/src/pool.ts';
import { minimalSpec } from '../pool/fixtures.ts';
import { engineTarget } from './engineTarget.ts';

const target = (engine: object = {}) => {
  const parsed = parsePoolSpec({ ...minimalSpec, engine: { ...minimalSpec.engine, ...engine } });
  if (!parsed.ok) throw new Error('a valid spec');
  return engineTarget('refunds', parsed.spec, {});
};

describe('what is asked of an engine', () => {
  it('has its URLs as the user wrote them, and the namespace where the workers resolve them', () => {
    expect(target()).toMatchObject({ urls: minimalSpec.engine.urls, namespace: 'refunds' });
  });

  it('has empty credentials while they cannot be read', () => {
    const basicAuthSecretRef = { name: 'engine' };
    expect(target({ basicAuthSecretRef }).auth).toEqual({ kind: 'basic', username: '', password: '' });
  });
});
