/**
 * Who asks, and may they? The API server proxies requests and names the user in
 * headers. Those are believed only from a connection whose client certificate
 * was signed by the front proxy's CA and carries an allowed name.
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../pool/objects.ts';
import { METRICS_GROUP } from './routes.ts';

/** ConfigMap kube-system/extension-apiserver-authentication. */
export interface AuthenticationConfig extends KubeObject {
  data?: Record<string, string>;
}

export interface User {
  name: string;
  groups: string[];
  extra: Record<string, string[]>;
}

export interface FrontProxy {
  /** PEM of the CA of the front proxy's client certificates. */
  ca: string;
  /** Common names that are allowed; none means any. */
  allowedNames: string[];
}

export function frontProxy({ data = {} }: AuthenticationConfig): FrontProxy | undefined {
  const ca = data['requestheader-client-ca-file'];
  if (!ca) return undefined;
  return { ca, allowedNames: names(data['requestheader-allowed-names']) };
}

/** The user of a proxied request; undefined when the sender is not the front proxy. */
export function proxiedUser(request: IncomingMessage, proxy: FrontProxy): User | undefined {
  const socket = request.socket as TLSSocket;
  if (!socket.authorized) return undefined;
  const commonName = socket.getPeerCertificate()?.subject?.CN;
  const name = [commonName].flat()[0];
  if (proxy.allowedNames.length > 0 && (name === undefined || !proxy.allowedNames.includes(name)))
    return undefined;
  // `headers` would join repeated ones with commas, which group names may hold.
  const headers = request.headersDistinct;
  const user = headers['x-remote-user']?.[0];
  if (!user) return undefined;
  const extra: Record<string, string[]> = {};
  for (const [header, values] of Object.entries(headers)) {
    if (header.startsWith('x-remote-extra-') && values) {
      extra[decodeURIComponent(header.slice('x-remote-extra-'.length))] = values;
    }
  }
  // The aggregator's own users come without the group that every authenticated user has.
  const groups = new Set([...(headers['x-remote-group'] ?? []), 'system:authenticated']);
  return { name: user, groups: [...groups], extra };
}

function names(json: string | undefined): string[] {
  if (!json) return [];
  return JSON.parse(json) as string[];
}

const ALLOWED_MS = 300_000;
const DENIED_MS = 10_000;
const CACHE_LIMIT = 1_000;

/** Asks the API server whether a user may list a metric, and remembers the answer for a while. */
export class AccessReviewer {
  private readonly client: KubeClient;
  private readonly answers = new Map<string, { allowed: boolean; until: number }>();

  constructor(client: KubeClient) {
    this.client = client;
  }

  async mayList(user: User, namespace: string, metric: string): Promise<boolean> {
    const key = JSON.stringify([user, namespace, metric]);
    const now = Date.now();
    const known = this.answers.get(key);
    if (known && known.until > now) return known.allowed;
    const review = await this.client.create<KubeObject & { status?: { allowed?: boolean } }>({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {} as KubeObject['metadata'],
      spec: {
        user: user.name,
        groups: user.groups,
        extra: user.extra,
        resourceAttributes: {
          group: METRICS_GROUP,
          version: 'v1beta1',
          resource: metric,
          namespace,
          verb: 'list',
        },
      },
    });
    const allowed = review.status?.allowed === true;
    if (this.answers.size >= CACHE_LIMIT) this.answers.clear();
    this.answers.set(key, { allowed, until: now + (allowed ? ALLOWED_MS : DENIED_MS) });
    return allowed;
  }
}
