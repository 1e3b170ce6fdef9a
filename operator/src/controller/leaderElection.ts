/**
 * One leader at a time, by a Lease.
 *
 * A follower looks at the Lease every second. It takes over when nobody holds
 * it (a leader that leaves gracefully gives it back) or when it has not changed
 * for its whole duration *as seen by this process*: clocks of machines are not
 * compared. The leader renews every 2 s; when it could not for 10 s it has lost,
 * five seconds before anybody may take over. Those ten begin when the last
 * renewal that succeeded was sent, for it counts from then on at the earliest.
 * Every write carries the version that was read, so of two that try at once one
 * fails. A Lease that was deleted is made anew, by one of them.
 */
import { errorMessage, KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { microTime } from '../kube/events.ts';
import { KINDS } from '../kube/kinds.ts';
import type { KubeObject } from '../pool/objects.ts';
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';

export const LEASE_SECONDS = 15;
const RENEW_DEADLINE_MS = 10_000;
const RENEW_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 1_000;

export interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface LeaderElectionOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  log: Logger;
  namespace: string;
  name: string;
  /** Who this process is; no two are the same. */
  identity: string;
  onLost: (reason: string) => void;
}

export class LeaderElection {
  private readonly options: LeaderElectionOptions;
  private readonly aborter = new AbortController();
  private seen: { version: string | undefined; at: number } | undefined;
  private held: Lease | undefined;
  private renewing: Promise<void> | undefined;

  constructor(options: LeaderElectionOptions) {
    this.options = options;
  }

  get leading(): boolean {
    return this.held !== undefined;
  }

  /** Resolves with true when this process leads, with false when it was stopped first. */
  async acquire(): Promise<boolean> {
    const { signal } = this.aborter;
    while (!signal.aborted) {
      try {
        const sentAt = performance.now();
        this.held = await this.tryAcquire(AbortSignal.timeout(RENEW_DEADLINE_MS / 2));
        if (this.held) {
          this.renewing = this.renew(sentAt);
          return true;
        }
      } catch (error) {
        this.options.log.warn('lease not acquired', { error: errorMessage(error) });
      }
      await pause(LOOK_EVERY_MS, signal);
    }
    return false;
  }

  /** Stops, and gives the Lease back if this process holds it. */
  async release(): Promise<void> {
    this.aborter.abort();
    await this.renewing;
    const { held } = this;
    this.held = undefined;
    if (!held) return;
    try {
      await this.options.client.replace<Lease>({
        ...held,
        spec: { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() },
      });
    } catch (error) {
      this.options.log.warn('lease not given back', { error: errorMessage(error) });
    }
  }

  private async tryAcquire(attempt: AbortSignal): Promise<Lease | undefined> {
    const { client, identity, name, namespace } = this.options;
    const lease = await client.get<Lease>(KINDS.lease, name, namespace, attempt);
    if (!lease) {
      return conflictIsLoss(client.create<Lease>({ ...this.fresh(), spec: this.claim(0) }, attempt));
    }
    const version = lease.metadata.resourceVersion;
    if (this.seen?.version !== version) this.seen = { version, at: performance.now() };
    const { holderIdentity = '', leaseDurationSeconds = LEASE_SECONDS, leaseTransitions = 0 } = lease.spec;
    const expired = performance.now() - (this.seen?.at ?? 0) > leaseDurationSeconds * 1_000;
    if (holderIdentity !== '' && holderIdentity !== identity && !expired) return undefined;
    return conflictIsLoss(
      client.replace<Lease>({ ...lease, spec: this.claim(leaseTransitions + 1) }, attempt),
    );
  }

  private fresh(): Omit<Lease, 'spec'> {
    const { name, namespace } = this.options;
    return { apiVersion: KINDS.lease.apiVersion, kind: KINDS.lease.kind, metadata: { name, namespace } };
  }

  private claim(leaseTransitions: number): Lease['spec'] {
    const now = microTime();
    return {
      holderIdentity: this.options.identity,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: now,
      renewTime: now,
      leaseTransitions,
    };
  }

  /** @param claimedAt ms of `performance.now()` before the Lease was asked for */
  private async renew(claimedAt: number): Promise<void> {
    const { log, onLost } = this.options;
    const { signal } = this.aborter;
    let renewedAt = claimedAt;
    const leftMs = () => Math.max(0, Math.ceil(renewedAt + RENEW_DEADLINE_MS - performance.now()));
    for (;;) {
      await pause(Math.min(RENEW_EVERY_MS, leftMs()), signal);
      if (signal.aborted || !this.held) return;
      const sentAt = performance.now();
      // Whatever hangs, it is over when the ten seconds are.
      const attempt = AbortSignal.timeout(Math.min(RENEW_DEADLINE_MS / 2, leftMs()));
      try {
        const held = await this.renewOnce(this.held, attempt);
        if (!held) return this.lose('another process holds the Lease', onLost);
        renewedAt = sentAt;
        this.held = held;
      } catch (error) {
        log.warn('lease not renewed', { error: errorMessage(error) });
      }
      if (leftMs() === 0) {
        return this.lose(`the Lease could not be renewed for ${RENEW_DEADLINE_MS / 1_000} s`, onLost);
      }
    }
  }

  /** The Lease as it is then; undefined when it is another process's. @throws what the API server answers */
  private async renewOnce(held: Lease, signal: AbortSignal): Promise<Lease | undefined> {
    const { client, identity, name, namespace } = this.options;
    const renewed = (lease: Lease) => ({ ...lease, spec: { ...held.spec, renewTime: microTime() } });
    try {
      return await client.replace<Lease>(renewed(held), signal);
    } catch (error) {
      if (!(error instanceof KubeError) || (error.status !== 409 && error.status !== 404)) throw error;
      // Somebody edited the Lease, deleted it, or holds it now.
      const current = await client.get<Lease>(KINDS.lease, name, namespace, signal);
      if (!current) return client.create<Lease>({ ...this.fresh(), spec: renewed(held).spec }, signal);
      return current.spec.holderIdentity === identity
        ? client.replace<Lease>(renewed(current), signal)
        : undefined;
    }
  }

  private lose(reason: string, onLost: (reason: string) => void): void {
    this.held = undefined;
    onLost(reason);
  }
}

/** Somebody was faster: that is no failure. */
async function conflictIsLoss(write: Promise<Lease>): Promise<Lease | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof KubeError && error.status === 409) return undefined;
    throw error;
  }
}
