/** Typed calls to the API server. Answers other than success are KubeErrors; "not found" on reading is undefined. */
import type { Dispatcher } from 'undici';
import { errorMessage, KubeError, OperatorError } from '../errors.ts';
import { MANAGER } from '../pool/names.ts';
import type { KubeObject, Manifest } from '../pool/objects.ts';
import type { Connection, HttpCall } from './connection.ts';
import { KINDS, type Kind, kindOf, path } from './kinds.ts';

export interface Selector {
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ObjectList<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

interface SelfReview extends KubeObject {
  status?: { userInfo?: { username?: string } };
}

/** Bookmarks come about once a minute: a longer silence means that the connection is dead. */
const WATCH_SILENCE_MS = 130_000;
const WATCH_SECONDS = 300;

export class KubeClient {
  private readonly connection: Connection;
  private user: Promise<string | undefined> | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async get<T extends KubeObject>(
    kind: Kind,
    name: string,
    namespace?: string,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.json<T>({ method: 'GET', path: path(kind, namespace, name), signal });
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Lists a whole collection, page by page. */
  async list<T extends KubeObject>(
    kind: Kind,
    namespace?: string,
    selector: Selector = {},
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page: ObjectList<T> = await this.json({
        method: 'GET',
        path: path(kind, namespace),
        query: { ...selector, limit: '500', continue: next },
      });
      // Items of a list carry neither; whoever gets one should not have to know where it came from.
      items.push(...page.items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })));
      next = page.metadata.continue;
      if (!next) return { metadata: page.metadata, items };
    }
  }

  /** Watches from a version on; ends when the server closes, throws when it refuses. */
  async *watch<T extends KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    selector: Selector,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    const response = await this.send({
      method: 'GET',
      path: path(kind, namespace),
      query: {
        ...selector,
        watch: 'true',
        resourceVersion,
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(WATCH_SECONDS),
      },
      signal,
      silenceMs: WATCH_SILENCE_MS,
    });
    let rest = '';
    response.body.setEncoding('utf8');
    for await (const chunk of response.body) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line) yield JSON.parse(line) as WatchEvent<T>;
      }
    }
  }

  create<T extends KubeObject>(object: Manifest, signal?: AbortSignal): Promise<T> {
    const kind = kindOf(object);
    return this.json({
      method: 'POST',
      path: path(kind, object.metadata.namespace),
      query: { fieldManager: MANAGER },
      body: object,
      signal,
    });
  }

  /** Server-side apply. With `force`, fields that others set are taken over. */
  apply(
    object: Manifest,
    { force, subresource, manager = MANAGER }: { force: boolean; subresource?: string; manager?: string },
  ): Promise<KubeObject> {
    const { name, namespace } = object.metadata;
    return this.json({
      method: 'PATCH',
      path: path(kindOf(object), namespace, name, subresource),
      query: { fieldManager: manager, force: String(force) },
      contentType: 'application/apply-patch+yaml',
      body: object,
    });
  }

  /** JSON merge patch of an object or of one of its subresources. */
  merge(
    kind: Kind,
    name: string,
    namespace: string | undefined,
    patch: object,
    subresource?: string,
  ): Promise<unknown> {
    return this.json({
      method: 'PATCH',
      path: path(kind, namespace, name, subresource),
      query: { fieldManager: MANAGER },
      contentType: 'application/merge-patch+json',
      body: patch,
    });
  }

  /**
   * How the API server calls this process, for example `system:serviceaccount:NAMESPACE:NAME`. Everybody may
   * ask that. Undefined when it does not tell; then it is asked again the next time.
   */
  async userName(): Promise<string | undefined> {
    this.user ??= this.create<SelfReview>({
      apiVersion: KINDS.selfReview.apiVersion,
      kind: KINDS.selfReview.kind,
      metadata: { name: '' },
    }).then(
      ({ status }) => status?.userInfo?.username,
      () => undefined,
    );
    const name = await this.user;
    if (name === undefined) this.user = undefined;
    return name;
  }

  /** Replaces an object; fails with a conflict when its resourceVersion is no longer current. */
  replace<T extends KubeObject>(object: T, signal?: AbortSignal): Promise<T> {
    const { name, namespace } = object.metadata;
    return this.json({ method: 'PUT', path: path(kindOf(object), namespace, name), body: object, signal });
  }

  /** Deletes an object, and only the one with its uid: a conflict where another took the name. */
  delete({ metadata, ...object }: KubeObject): Promise<unknown> {
    const { name, namespace, uid } = metadata;
    return this.json({
      method: 'DELETE',
      path: path(kindOf({ ...object, metadata }), namespace, name),
      body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } },
    });
  }

  private async json<T>(call: HttpCall): Promise<T> {
    const response = await this.send(call);
    return (await response.body.json()) as T;
  }

  private async send(call: HttpCall): Promise<Dispatcher.ResponseData> {
    let response: Dispatcher.ResponseData;
    try {
      response = await this.connection.send(call);
    } catch (error) {
      if (call.signal?.aborted) throw error;
      throw new OperatorError(
        'kube_unreachable',
        `the API server does not answer: ${errorMessage(error)}`,
        true,
      );
    }
    if (response.statusCode < 300) return response;
    const text = await response.body.text();
    const status = parseStatus(text);
    throw new KubeError(
      response.statusCode,
      status?.reason ?? '',
      status?.message ?? `the API server answered ${response.statusCode}`,
    );
  }
}

function parseStatus(text: string): { reason?: string; message?: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
