/** Serves external.metrics.k8s.io over TLS. Its registration: registrar.ts. */
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
import { CertificateFiles } from './certificateFiles.ts';
import { Registrar } from './registrar.ts';
import { type Answer, failure, metricAnswer, type PoolBacklog, route } from './routes.ts';
import { selfMade } from './selfMade.ts';
import { ServingCertificates } from './servingCertificates.ts';

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
  private readonly registrar: Registrar;
  private readonly certificates: ServingCertificates;
  private readonly reviewer: AccessReviewer;
  private readonly authentication: Informer<AuthenticationConfig>;
  private readonly server: Server;
  private proxy: FrontProxy | undefined;

  /** Undefined when the configuration leaves the metrics API off. */
  static async start(config: Config, parts: MetricsApiParts): Promise<MetricsApiServer | undefined> {
    if (!config.METRICS_API_SERVICE) return undefined;
    const service = {
      name: config.METRICS_API_SERVICE,
      namespace: config.POD_NAMESPACE,
      port: config.METRICS_API_SERVICE_PORT,
    };
    const hostname = `${service.name}.${service.namespace}.svc`;
    const { METRICS_API_CERT_DIR: directory, METRICS_API_CERTIFICATE_SECONDS: seconds } = config;
    const certificates = await ServingCertificates.create({
      source: directory
        ? new CertificateFiles(directory, hostname, parts.log)
        : selfMade(hostname, seconds * 1_000),
      log: parts.log,
      onCertificate: () => self.secure(),
    });
    const registrar = new Registrar({ ...parts, service, ownerName: config.METRICS_API_OWNER, certificates });
    const self = new MetricsApiServer(parts, registrar, certificates);
    await new Promise<void>((resolve, reject) => {
      self.server.once('error', reject);
      self.server.listen(config.METRICS_API_PORT, resolve);
    });
    return self;
  }

  private constructor(parts: MetricsApiParts, registrar: Registrar, certificates: ServingCertificates) {
    this.parts = parts;
    this.registrar = registrar;
    this.certificates = certificates;
    this.reviewer = new AccessReviewer(parts.client);
    // Probes and the health check have no certificate: it is asked for, and judged for each request.
    this.server = createServer(
      {
        cert: certificates.serving.cert,
        key: certificates.serving.key,
        requestCert: true,
        rejectUnauthorized: false,
      },
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
    return this.registrar.state();
  }

  /** Whether the API server reaches us as the provider; undefined where another one is. */
  served(): boolean | undefined {
    return this.registrar.served();
  }

  /** This process leads now: the API server is to ask it. */
  lead(): Promise<void> {
    return this.registrar.lead();
  }

  onApiService(changed: ApiService): void {
    this.registrar.onApiService(changed);
  }

  /** The registration is left to the next leader; requests are answered until `stop`. */
  resign(): Promise<void> {
    return this.registrar.stop();
  }

  stop(): void {
    this.authentication.stop();
    this.server.close();
    this.server.closeAllConnections();
  }

  private secure(): void {
    const { cert, key } = this.certificates.serving;
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
