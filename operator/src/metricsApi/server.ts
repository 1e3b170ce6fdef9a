/** Serves external.metrics.k8s.io over TLS and keeps its registration right while this process leads. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Config } from '../config.ts';
import type { ApiService, Watches } from '../controller/watches.ts';
import type { BacklogPoller } from '../engine/poller.ts';
import { errorMessage } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { Informer } from '../kube/informer.ts';
import { KINDS } from '../kube/kinds.ts';
import { poolKey } from '../pool/names.ts';
import type { KubeObject } from '../pool/objects.ts';
import type { MetricsApi } from '../pool/observation.ts';
import type { Logger } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import {
  AccessReviewer,
  type AuthenticationConfig,
  type FrontProxy,
  frontProxy,
  proxiedUser,
} from './auth.ts';
import { API_SERVICE, apiService, ownership, register, type ServiceReference } from './registration.ts';
import { type Answer, failure, metricAnswer, type PoolBacklog, route } from './routes.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

/** How often the certificate's age is looked at, and a failed registration is tried again. */
const CHECK_MS = 5_000;

export interface MetricsApiParts {
  client: KubeClient;
  poller: BacklogPoller;
  /** What the last scaling decision of a pool serves, in tasks. */
  served: (namespace: string, pool: string) => number | undefined;
  watches: Watches;
  log: Logger;
  /** The state of the registration has changed. */
  onChange: () => void;
}

export class MetricsApiServer {
  private readonly parts: MetricsApiParts;
  private readonly service: ServiceReference;
  private readonly ownerName: string | undefined;
  private readonly reviewer: AccessReviewer;
  private readonly authentication: Informer<AuthenticationConfig>;
  private readonly server: Server;
  private proxy: FrontProxy | undefined;
  private certificate: ServingCertificate;
  private leading = false;
  private working = false;
  private owner: KubeObject | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** Undefined when the configuration leaves the metrics API off. */
  static async start(config: Config, parts: MetricsApiParts): Promise<MetricsApiServer | undefined> {
    if (!config.METRICS_API_SERVICE) return undefined;
    const service = {
      name: config.METRICS_API_SERVICE,
      namespace: config.POD_NAMESPACE,
      port: config.METRICS_API_SERVICE_PORT,
    };
    const certificate = await servingCertificate(hostname(service), Date.now());
    const self = new MetricsApiServer(parts, service, certificate, config.METRICS_API_OWNER);
    await new Promise<void>((resolve, reject) => {
      self.server.once('error', reject);
      self.server.listen(config.METRICS_API_PORT, resolve);
    });
    return self;
  }

  private constructor(
    parts: MetricsApiParts,
    service: ServiceReference,
    certificate: ServingCertificate,
    ownerName: string | undefined,
  ) {
    this.parts = parts;
    this.service = service;
    this.certificate = certificate;
    this.ownerName = ownerName;
    this.reviewer = new AccessReviewer(parts.client);
    // Probes and the health check have no certificate: it is asked for, and judged for each request.
    this.server = createServer(
      { cert: certificate.cert, key: certificate.key, requestCert: true, rejectUnauthorized: false },
      (request, response) => void this.handle(request, response),
    );
    this.authentication = new Informer<AuthenticationConfig>(parts.client, {
      kind: KINDS.configMap,
      namespace: 'kube-system',
      selector: { fieldSelector: 'metadata.name=extension-apiserver-authentication' },
      onChange: (config) => {
        this.proxy = frontProxy(config);
        this.secure();
      },
      onFailure: (error) => {
        if (error) parts.log.warn('front proxy configuration not read', { error: errorMessage(error) });
      },
    });
  }

  state(): MetricsApi {
    return ownership(this.parts.watches.apiServices.get(API_SERVICE), this.service);
  }

  /** This process leads now: the API server is to ask it. */
  async lead(): Promise<void> {
    this.leading = true;
    if (this.ownerName) this.owner = await this.parts.client.get(KINDS.clusterRole, this.ownerName);
    this.timer = setInterval(() => void this.maintain(), CHECK_MS);
    await this.maintain();
  }

  onApiService(changed: ApiService): void {
    if (changed.metadata.name === API_SERVICE) void this.maintain();
  }

  stop(): void {
    clearInterval(this.timer);
    this.authentication.stop();
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Renews the certificate when it is time, and makes or repairs the APIService. */
  private async maintain(): Promise<void> {
    if (!this.leading || this.working) return;
    this.working = true;
    const { client, log, watches } = this.parts;
    try {
      if (Date.now() > this.certificate.renewAt) {
        this.certificate = await servingCertificate(hostname(this.service), Date.now());
        this.secure();
      }
      if (this.state().state === 'foreign') return;
      const wanted = apiService(this.service, this.certificate.ca, this.owner);
      if (await register(client, watches.apiServices.get(API_SERVICE), wanted)) {
        log.info('external metrics API registered', { service: this.service });
      }
    } catch (error) {
      log.warn('external metrics API not registered', { error: errorMessage(error) });
    } finally {
      this.working = false;
    }
  }

  private secure(): void {
    const { cert, key } = this.certificate;
    this.server.setSecureContext({ cert, key, ...(this.proxy && { ca: this.proxy.ca }) });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.answer(request);
    } catch (error) {
      this.parts.log.warn('external metric not answered', { error: errorMessage(error) });
      answer = failure(503, 'ServiceUnavailable', 'the request could not be authorised');
    }
    metrics.metricRequests.inc({ code: String(answer.status) });
    // JSON whatever was asked for: clients that prefer protobuf accept it.
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const asked = route(request.method ?? '', request.url ?? '/');
    if (asked.kind === 'public') return asked.answer;
    const user = this.proxy && proxiedUser(request, this.proxy);
    if (!user) return failure(401, 'Unauthorized', 'requests come through the API server');
    if (!(await this.reviewer.mayList(user, asked.namespace, asked.metric))) {
      return failure(403, 'Forbidden', `${user.name} may not list ${asked.metric} in ${asked.namespace}`);
    }
    return metricAnswer(asked, this.pools(asked.namespace));
  }

  /** All pools that there are: of one that was not counted yet the backlog is unknown, not the pool. */
  private pools(namespace: string): PoolBacklog[] {
    const { poller, served, watches } = this.parts;
    return watches.pools
      .values()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata: { name } }) => ({
        name,
        // Looked up for those that are asked for alone: there may be a thousand more.
        get backlog() {
          return poller.backlog(poolKey(namespace, name));
        },
        get served() {
          return served(namespace, name);
        },
      }));
  }
}

const hostname = ({ name, namespace }: ServiceReference): string => `${name}.${namespace}.svc`;
