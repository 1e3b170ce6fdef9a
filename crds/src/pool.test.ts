import { describe, expect, it } from '@jest/globals';
import { parsePoolSpec } from './pool.ts';

const minimal = {
  engine: { urls: ['http://engine:8080/engine-rest'] },
  llm: { credentials: [{ secretRef: { name: 'openai-credentials' } }] },
};

describe('a spec with fields of a later schema', () => {
  it('is what it would be without them', () => {
    const later = {
      ...minimal,
      later: { field: 1 },
      worker: { laterToo: 'JSON' },
      llm: { credentials: [{ secretRef: { name: 'openai-credentials', version: 2 } }] },
    };
    expect(parsePoolSpec(later)).toEqual(parsePoolSpec(minimal));
    expect(parsePoolSpec(later).ok).toBe(true);
  });

  it('still has its problems told', () => {
    const parsed = parsePoolSpec({ ...minimal, later: 1, scaling: { minReplicas: 5, maxReplicas: 2 } });
    expect(parsed).toEqual({ ok: false, problems: [expect.stringMatching(/^spec\.scaling\..*maxReplicas/)] });
  });

  it('is left as it was', () => {
    const later = { ...minimal, later: 1 };
    parsePoolSpec(later);
    expect(later).toHaveProperty('later');
  });
});
