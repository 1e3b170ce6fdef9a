/**
 * Keeps the registration right: the leader's APIService with the certificates that it trusts, and none when
 * the operator's namespace goes. Looks when something has changed, and once a second for what time brings.
 */
import type { ApiService, Watches } from '../controller/watches.ts';
import { errorMessage, KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { Informer } from '../kube/informer.ts';
import { KINDS } from '../kube/kinds.ts';
import type { KubeObject } from '../pool/objects.ts';
import type { MetricsApi } from '../pool/observation.ts';
import { pause } from '../support/pause.ts';
import type { Logger } from '../telemetry/log.ts';
import { isLeaving, registrationStep } from './farewell.ts';
import {
  API_SERVICE,
  apiService,
  ownership,
  register,
  type ServiceReference,
  served,
} from './registration.ts';
import type { ServingCertificates } from './servingCertificates.ts';

const LOOK_MS = 1_000;
/** After a failure, and while something is missing. */
const RETRY_MS = 5_000;
/** Longest wait at the end of the process. */
const FAREWELL_MS = 2_000;

export interface RegistrarOptions {
  client: KubeClient;
  watches: Watches;
  log: Logger;
  service: ServiceReference;
  /** ClusterRole that owns the APIService. */
  ownerName: string | undefined;
  certificates: ServingCertificates;
}

export class Registrar {
  private readonly options: RegistrarOptions;
  private readonly home: Informer<KubeObject>;
  private leading = false;
  private leaving = false;
  private stopped = false;
  private owner: KubeObject | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: RegistrarOptions) {
    const { client, log, service } = options;
    this.options = options;
    this.home = new Informer(client, {
      kind: KINDS.namespace,
      selector: { fieldSelector: `metadata.name=${service.namespace}` },
      onChange: () => {
        this.leaving = isLeaving(this.home.get(service.namespace));
        if (this.leaving) void this.look();
      },
      onFailure: (error) => {
        if (error) log.warn('own namespace not watched', { error: errorMessage(error) });
      },
    });
  }

  state(): MetricsApi {
    return ownership(this.live(), this.options.service);
  }

  /** Whether the API server reaches us as the provider; undefined where another one is. */
  served(): boolean | undefined {
    return served(this.live(), this.state());
  }

  /** This process leads now: the API server is to ask it. */
  async lead(): Promise<void> {
    await this.options.certificates.takeOver(this.live()?.spec.caBundle);
    if (this.stopped) return;
    this.leading = true;
    await this.look();
  }

  onApiService(changed: ApiService): void {
    if (changed.metadata.name === API_SERVICE) void this.look();
  }

  /** Another process may lead from now on: nothing is written any more, but for the farewell. */
  async stop(): Promise<void> {
    this.leading = false;
    this.stopped = true;
    clearTimeout(this.timer);
    this.home.stop();
    // Without an API server that answers, the Lease is not to wait for this.
    const said = new AbortController();
    await Promise.race([this.farewell().finally(() => said.abort()), pause(FAREWELL_MS, said.signal)]);
  }

  private async farewell(): Promise<void> {
    await this.looking;
    try {
      // The watch may not have told yet what ends this process.
      const { client, service } = this.options;
      this.leaving ||= isLeaving(await client.get(KINDS.namespace, service.namespace));
      await this.act();
    } catch (error) {
      this.options.log.warn('own namespace not read', { error: errorMessage(error) });
    }
  }

  private live(): ApiService | undefined {
    return this.options.watches.apiServices?.get(API_SERVICE);
  }

  /** One look at a time; what changes meanwhile is looked at after it. */
  private look(): Promise<void> {
    this.again = true;
    this.looking ??= this.lookAll().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookAll(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      clearTimeout(this.timer);
      let waitMs = RETRY_MS;
      try {
        waitMs = await this.act();
      } catch (error) {
        this.options.log.warn('external metrics API not registered', { error: errorMessage(error) });
      }
      if (!this.stopped) this.timer = setTimeout(() => void this.look(), waitMs);
    }
  }

  /** Returns when to look again, in milliseconds. */
  private async act(): Promise<number> {
    const { leading, leaving } = this;
    const live = this.live();
    switch (registrationStep(this.state(), { leading, leaving })) {
      case 'keep':
        return this.keep(live);
      case 'withdraw':
        if (live) await this.withdraw(live);
        return RETRY_MS;
      case 'leaveAlone':
        return RETRY_MS;
    }
  }

  private async keep(live: ApiService | undefined): Promise<number> {
    const { certificates, client, log, ownerName, service } = this.options;
    await certificates.turn();
    if (ownerName && (!live || !this.owner)) this.owner = await client.get(KINDS.clusterRole, ownerName);
    // Without its owner it would stay behind: that one goes with an uninstallation, and so do we.
    if (ownerName && !this.owner) return RETRY_MS;
    const wanted = apiService(service, certificates.bundle, this.owner);
    const wrote = await register(client, live, wanted);
    if (wrote) log.info('external metrics API registered', { service });
    certificates.stored(wrote);
    return LOOK_MS;
  }

  private async withdraw(live: ApiService): Promise<void> {
    try {
      await this.options.client.delete(live);
      this.options.log.info('external metrics API withdrawn: the namespace is being deleted');
    } catch (error) {
      // Gone, or another one has taken the name.
      if (!(error instanceof KubeError) || (error.status !== 404 && error.status !== 409)) throw error;
    }
  }
}
