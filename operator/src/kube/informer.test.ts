import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../pool/objects.ts';
import type { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import { KINDS } from './kinds.ts';

const pod = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'refunds', resourceVersion },
});

/** An API server that plays one scenario: what it lists, and what each watch does in turn. */
function apiServer(watches: (() => AsyncGenerator<unknown>)[]) {
  const asked: number[] = [];
  const client = {
    list: async () => ({ metadata: { resourceVersion: '1' }, items: [pod('a', '1')] }),
    watch: () => {
      asked.push(Date.now());
      return (watches[asked.length - 1] ?? watches.at(-1) ?? silence)();
    },
  } as unknown as KubeClient;
  return { asked, client };
}

// biome-ignore lint/correctness/useYield: a watch that is refused yields nothing
async function* refused(): AsyncGenerator<unknown> {
  throw new KubeError(429, 'TooManyRequests', 'later');
}
async function* silence(): AsyncGenerator<unknown> {
  yield await new Promise(() => undefined);
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('an informer', () => {
  let informer: Informer<KubeObject> | undefined;
  afterEach(() => {
    informer?.stop();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('asks an API server that refuses its watch less and less often', async () => {
    const { asked, client } = apiServer([refused]);
    informer = new Informer(client, { kind: KINDS.pod, onChange: () => undefined });
    await sleep(1_500);
    // 0.1 + 0.2 + 0.4 + 0.8 s, each half as long to half as long again: without growth there were over ten.
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(asked.length).toBeLessThanOrEqual(6);
  });

  it.each([
    ['has no right, less and less often over minutes', 403, [30, 60]],
    ['gets no list for another reason, as often as ever', 500, [110, 140]],
  ] as const)('asks where it %s, and goes on within half a minute', async (_, status, [fewest, most]) => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    let [asked, healthy] = [0, false];
    const { client } = apiServer([silence]);
    const list = async () => {
      asked += 1;
      if (!healthy) throw new KubeError(status, 'Failure', 'no');
      return { metadata: { resourceVersion: '1' }, items: [] };
    };
    informer = new Informer({ ...client, list } as unknown as KubeClient, {
      kind: KINDS.secret,
      onChange: () => undefined,
    });
    await jest.advanceTimersByTimeAsync(600_000);
    expect(asked).toBeGreaterThanOrEqual(fewest);
    expect(asked).toBeLessThanOrEqual(most);
    // The longest wait that chance gives.
    jest.spyOn(Math, 'random').mockReturnValue(0.999);
    await jest.advanceTimersByTimeAsync(30_000);
    healthy = true;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(informer.synced).toBe(true);
  });

  it('goes on from the version that it has when a watch was refused', async () => {
    const news = async function* () {
      yield { type: 'ADDED', object: pod('b', '2') };
      yield* silence();
    };
    const { client } = apiServer([refused, news]);
    const seen: string[] = [];
    informer = new Informer(client, {
      kind: KINDS.pod,
      onChange: ({ metadata }) => seen.push(metadata.name),
    });
    await sleep(500);
    expect(seen).toEqual(['a', 'b']);
  });
});
