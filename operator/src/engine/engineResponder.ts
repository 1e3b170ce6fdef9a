/**
 * Answers counts and lists of topics over HTTP the way an engine does, for tests of what the operator asks
 * and when, and of engines that are sick or old. The real engine is asked in test/integration.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Tasks {
  topic: string;
  waiting?: number;
  locked?: number;
}

export class EngineResponder {
  tasks: Tasks[] = [];
  /** What the engine ignores because it is too old to know it. */
  ignores: string[] = [];
  /** In place of an answer. */
  fault: ((response: ServerResponse, request: IncomingMessage) => unknown) | undefined;
  /** Paths and parameters of all requests, oldest first. */
  readonly asked: { path: string; query: Record<string, string> }[] = [];
  /** Most requests that were open at the same time. */
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.handle(request, response));
  }

  static async start(port = 0): Promise<EngineResponder> {
    const self = new EngineResponder();
    await new Promise<void>((resolve) => self.server.listen(port, '127.0.0.1', resolve));
    return self;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/engine-rest`;
  }

  counts(topic?: string): number {
    return this.asked.filter(({ path, query }) => path === 'count' && (!topic || query.topicName === topic))
      .length;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine');
    const path = pathname.split('/').at(-1) ?? '';
    const query = Object.fromEntries(searchParams);
    this.asked.push({ path, query });
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    response.on('close', () => {
      this.atOnce -= 1;
    });
    if (this.fault) {
      this.fault(response, request);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(path === 'count' ? { count: this.count(query) } : this.topics(query)));
  }

  private count(query: Record<string, string>): number {
    const filtered = ['processDefinitionKeyIn', 'tenantIdIn'].some(
      (filter) => query[filter]?.includes('no-such') && !this.ignores.includes(filter),
    );
    if (filtered) return 0;
    return this.tasks
      .filter(({ topic }) => !query.topicName || topic === query.topicName)
      .reduce((sum, { waiting = 0, locked = 0 }) => {
        return sum + (query.locked ? 0 : waiting) + (query.notLocked ? 0 : locked);
      }, 0);
  }

  private topics(query: Record<string, string>): string[] {
    return this.tasks
      .filter(({ waiting, locked }) => (query.withUnlockedTasks ? waiting : locked))
      .map(({ topic }) => topic);
  }
}
