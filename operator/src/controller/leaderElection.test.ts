/** What takes chance on a real API server; test/integration/operator.election has the rest. */
import { afterEach, describe, expect, it } from '@jest/globals';
import winston from 'winston';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../pool/objects.ts';
import { LeaderElection, type LeaderElectionOptions, type Lease } from './leaderElection.ts';

const log = winston.createLogger({ silent: true });
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The test's own time limit is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(50);
}

/** One Lease with a version, and an API server that may hang. */
class OneLease {
  live: Lease | undefined;
  hangs = false;
  /** Of each answer. */
  delayMs = 0;
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
    if (!this.hangs) return pause(this.delayMs);
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
  }
}

describe('a leader', () => {
  const elections: LeaderElection[] = [];
  afterEach(async () => {
    await Promise.all(elections.splice(0).map((election) => election.release()));
  });

  interface Seen {
    lost?: { reason: string; at: number };
  }

  async function leading(lease: OneLease): Promise<Seen> {
    const seen: Seen = {};
    const onLost = (reason: string) => {
      seen.lost = { reason, at: performance.now() };
    };
    const options = { client: lease.client, log, namespace: 'system', name: 'lease', identity: 'me', onLost };
    const election = new LeaderElection(options);
    elections.push(election);
    expect(await election.acquire()).toBe(true);
    return seen;
  }

  /** How long after `since` it has lost; it waits for that. */
  async function lostAfter(seen: Seen, since: number): Promise<number> {
    await until(() => seen.lost !== undefined);
    expect(seen.lost?.reason).toBe('the Lease could not be renewed for 10 s');
    return (seen.lost?.at ?? 0) - since;
  }

  it('has lost ten seconds after the last renewal, whatever hangs then', async () => {
    const lease = new OneLease();
    const seen = await leading(lease);
    const held = performance.now();
    lease.hangs = true;
    // Five seconds before anybody may take over.
    expect(await lostAfter(seen, held)).toBeLessThan(13_000);
    lease.hangs = false;
  }, 30_000);

  it('counts them from when it asked for the Lease, however late that is answered', async () => {
    const lease = new OneLease();
    lease.delayMs = 2_000;
    const asked = performance.now();
    // Four seconds, for the look and for the claim.
    const seen = await leading(lease);
    lease.hangs = true;
    expect(await lostAfter(seen, asked)).toBeLessThan(13_000);
    lease.hangs = false;
  }, 30_000);

  it('makes a Lease anew that was deleted, so that nobody else leads beside it', async () => {
    const lease = new OneLease();
    const seen = await leading(lease);
    lease.live = undefined;
    await until(() => lease.live !== undefined);
    expect((lease.live as Lease | undefined)?.spec.holderIdentity).toBe('me');
    expect(seen.lost).toBeUndefined();
  });

  it('has lost where somebody else was faster to do so', async () => {
    const lease = new OneLease();
    const seen = await leading(lease);
    const spec = { ...lease.live?.spec, holderIdentity: 'other' };
    lease.write({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'lease' }, spec } as KubeObject);
    await until(() => seen.lost !== undefined);
    expect(seen.lost?.reason).toBe('another process holds the Lease');
  });

  it('keeps a Lease that somebody has edited', async () => {
    const lease = new OneLease();
    const seen = await leading(lease);
    const before = lease.live as Lease | undefined;
    if (before) lease.write(before);
    await until(() => lease.live?.spec.renewTime !== before?.spec.renewTime);
    expect(seen.lost).toBeUndefined();
  });
});
