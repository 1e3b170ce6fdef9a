import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../errors.ts';
import { takeLeaderLabel } from './leaderLabel.ts';

describe('the label of the leader', () => {
  const client = (status: number, labelled: string[]) => ({
    list: async () => ({
      metadata: { resourceVersion: '1' },
      items: [{ metadata: { name: 'former' } }] as never[],
    }),
    merge: async (_kind: unknown, name: string) => {
      if (name === 'former') throw new KubeError(status, 'no', 'no');
      labelled.push(name);
    },
  });

  it('is taken although the former leader has gone in that moment', async () => {
    const labelled: string[] = [];
    await takeLeaderLabel(client(404, labelled), 'system', 'me');
    expect(labelled).toEqual(['me']);
  });

  it('is not taken while a former one keeps it', async () => {
    const labelled: string[] = [];
    await expect(takeLeaderLabel(client(429, labelled), 'system', 'me')).rejects.toThrow();
    expect(labelled).toEqual([]);
  });
});
