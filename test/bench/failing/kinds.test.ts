import { describe, expect, it } from '@jest/globals';
import { ENGINES, engineOf, engineOfKind, FAILING, KINDS, kindOf, POOLS } from './kinds.ts';

const pools = Array.from({ length: POOLS }, (_, pool) => pool);

describe('failing pools among healthy ones', () => {
  it('are as many as stated, the same number of each kind', () => {
    const failing = pools.map(kindOf).filter((kind) => kind !== undefined);
    expect(failing).toHaveLength(FAILING);
    for (const kind of KINDS.keys()) expect(failing.filter((found) => found === kind)).toHaveLength(5);
  });

  it('share no engine with a healthy one, nor a kind with another', () => {
    const engines = KINDS.map((_, kind) => engineOfKind(kind));
    for (const pool of pools) {
      const kind = kindOf(pool);
      if (kind === undefined) expect(engines).not.toContain(engineOf(pool));
      else expect(engineOf(pool)).toBe(engines[kind]);
    }
  });

  it('are on engines that there are, and none on the real one', () => {
    for (const engine of pools.map(engineOf)) {
      expect(engine).toBeGreaterThan(0);
      expect(engine).toBeLessThan(ENGINES);
    }
  });
});
