/** What takes chance on a real API server; test/integration/operator.election has the rest. */
import { afterEach, describe, expect, it } from '@jest/globals';
import winston from 'winston';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../pool/objects.ts';
import { LeaderElection, type LeaderElectionOptions, type Lease } from './leaderElection.ts';

const log = winston.createLogger({ silent: true });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One Lease with a version, and an API server that may hang. */
class OneLease {
  live: Lease | undefined;
  hangs = false;
  private version = 0;

  readonly client: LeaderElectionOptions['client'] = {
    get: async <T extends KubeObject>(_k: unknown, _n: string, _s?: string, signal?: AbortSignal) => {
      await this.answer(signal);
      return structuredClone(this.live) as T | undefined;
    },
    create: async <T extends KubeObject>(object: KubeObject, signal?: AbortSignal) => {
      await this.answer(signal);
      if (this.live) throw new KubeError(409, 'AlreadyExists', 'there is one');
      return this.write<T>(object);
    },
    replace: async <T extends KubeObject>(object: T, signal?: AbortSignal) => {
      await this.answer(signal);
      if (this.live?.metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw new KubeError(409, 'Conflict', 'it has changed');
      }
      return this.write<T>(object);
    },
  };

  write<T>(object: KubeObject): T {
    this.version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.version) };
    this.live = structuredClone({ ...object, metadata }) as Lease;
    return structuredClone(this.live) as T;
  }

  private answer(signal: AbortSignal | undefined): Promise<void> {
    if (!this.hangs) return Promise.resolve();
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
  }
}

describe('a leader', () => {
  const elections: LeaderElection[] = [];
  let lost: { reason: string; at: number } | undefined;
  afterEach(async () => {
    await Promise.all(elections.splice(0).map((election) => election.release()));
    lost = undefined;
  });

  async function leading(lease: OneLease): Promise<LeaderElection> {
    const onLost = (reason: string) => {
      lost = { reason, at: performance.now() };
    };
    const options = { client: lease.client, log, namespace: 'system', name: 'lease', identity: 'me', onLost };
    const election = new LeaderElection(options);
    elections.push(election);
    expect(await election.acquire()).toBe(true);
    return election;
  }

  it('has lost ten seconds after the last renewal, whatever hangs then', async () => {
    const lease = new OneLease();
    await leading(lease);
    const held = performance.now();
    lease.hangs = true;
    await pause(10_500);
    expect(lost?.reason).toBe('the Lease could not be renewed for 10 s');
    expect((lost?.at ?? 0) - held).toBeLessThan(10_300);
    lease.hangs = false;
  }, 20_000);

  it('makes a Lease anew that was deleted, so that nobody else leads beside it', async () => {
    const lease = new OneLease();
    await leading(lease);
    lease.live = undefined;
    await pause(2_500);
    expect((lease.live as Lease | undefined)?.spec.holderIdentity).toBe('me');
    expect(lost).toBeUndefined();
  });

  it('has lost where somebody else was faster to do so', async () => {
    const lease = new OneLease();
    await leading(lease);
    const spec = { ...lease.live?.spec, holderIdentity: 'other' };
    lease.write({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'lease' }, spec } as KubeObject);
    await pause(2_500);
    expect(lost?.reason).toBe('another process holds the Lease');
  });

  it('keeps a Lease that somebody has edited', async () => {
    const lease = new OneLease();
    const election = await leading(lease);
    if (lease.live) lease.write(lease.live);
    await pause(2_500);
    expect(election.leading).toBe(true);
    expect(lost).toBeUndefined();
  });
});
