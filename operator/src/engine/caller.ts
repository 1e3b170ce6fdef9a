/**
 * Calls to one engine: a few at a time, on the next node when one fails, and
 * given up for the rest of a round when nothing answers. Each engine has its
 * own, so that an engine that hangs takes no place from another one.
 */

import type { RightQuery } from '../../../crds/src/engineRights.ts';
import { normalURL } from '../pool/engineURL.ts';
import { failure as unanswered } from './guardedRequest.ts';
import { EngineHttp } from './http.ts';
import { Limit } from './limit.ts';
import { Nodes } from './nodes.ts';
import type { Engine, Query } from './question.ts';
import type { EngineRequest } from './request.ts';

/** Calls in flight to one engine. */
export const CONCURRENCY = 4;

/** An answer, and when it was asked for in ms since the epoch. */
export interface Answered<T> {
  value: T;
  at: number;
}

/** Matches no task: asks for nothing but a sign of life of the node and its database. */
const NOTHING: Query = { topicName: 'farerules.dev/no-such-topic' };

export class EngineCaller {
  private readonly http: EngineHttp;
  private readonly nodes: Nodes;
  private readonly limit = new Limit(CONCURRENCY);
  private readonly onNodeFailure: () => void;
  /** Calls in a row that failed on every node that they tried. */
  private failedInARow = 0;
  private lastFailure: unknown;
  private answeredThisRound = false;
  private closed = false;

  /** @param onNodeFailure what was learned of the engine may no longer hold */
  constructor(engine: Engine, onNodeFailure: () => void) {
    this.http = new EngineHttp(engine);
    this.nodes = new Nodes([...new Set(engine.urls.map(normalURL))]);
    this.onNodeFailure = onNodeFailure;
  }

  /** Starts a round: what was given up is tried again, and nodes that failed are by one call each. */
  startRound(): void {
    this.failedInARow = 0;
    this.answeredThisRound = false;
    this.visit(this.nodes.takeDue(Date.now()));
  }

  /** Asks the nodes that no call needs, now and then: what is known of them is what `silent` says. */
  visitOthers(): void {
    this.visit(this.nodes.takeUnvisited(Date.now()));
  }

  /** Nodes that were asked and have not answered for long, or never. */
  silent(): string[] {
    return this.nodes.silent(Date.now());
  }

  /** Whether any call of this round was answered. */
  get answered(): boolean {
    return this.answeredThisRound;
  }

  /** One cheap call before all questions resume. */
  async probe(): Promise<void> {
    await this.call((node) => this.http.count(node, NOTHING));
  }

  count(query: Query): Promise<Answered<number>> {
    return this.call((node) => this.http.count(node, query));
  }

  topicNames(query: Query): Promise<Answered<ReadonlySet<string>>> {
    return this.call((node) => this.http.topicNames(node, query));
  }

  async right(query: RightQuery): Promise<boolean | undefined> {
    // What is an answer here may be a refusal.
    return (await this.call((node) => this.http.right(node, query), { proves: false })).value;
  }

  ask<T>(request: EngineRequest<T>): Promise<Answered<T>> {
    return this.call((node) => this.http.ask(node, request));
  }

  /** Ends what is under way, which then fails. */
  close(): void {
    this.closed = true;
    this.http.close();
  }

  private visit(nodes: string[]): void {
    for (const node of nodes) {
      void this.on(node, () => this.http.count(node, NOTHING)).catch(() => undefined);
    }
  }

  /** @param proves whether an answer shows that the engine lets this user in */
  private call<T>(ask: (node: string) => Promise<T>, { proves = true } = {}): Promise<Answered<T>> {
    let failure: unknown;
    return this.limit.run(async () => {
      if (this.failedInARow >= CONCURRENCY) throw this.lastFailure;
      const at = Date.now();
      for (const node of this.nodes.candidates()) {
        // Another node would be asked over a new connection, and whoever closes would wait for it.
        if (this.closed) break;
        try {
          const value = await this.on(node, () => ask(node), proves);
          this.failedInARow = 0;
          this.answeredThisRound = true;
          return { value, at };
        } catch (error) {
          failure ??= error;
        }
      }
      failure ??= unanswered('unreachable', 'the engine is not asked any more');
      this.failedInARow += 1;
      this.lastFailure = failure;
      throw failure;
    });
  }

  private async on<T>(node: string, ask: () => Promise<T>, proves = true): Promise<T> {
    try {
      const value = await ask();
      this.nodes.succeeded(node, proves ? Date.now() : undefined);
      return value;
    } catch (error) {
      this.nodes.failed(node, Date.now());
      this.onNodeFailure();
      throw error;
    }
  }
}
