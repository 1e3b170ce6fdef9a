/**
 * The engine's nodes as of now: one for each address behind the URLs. The set
 * is looked up again every few seconds; what is done once for each node (a
 * poller) hears of new ones, and asks a node whether it is still wanted.
 */
import {
  isDirect,
  isLiteral,
  type Lookup,
  type NodesMode,
  resolveTargets,
  systemLookup,
  targetKey,
} from './addresses.ts';
import type { EngineAuth } from './auth.ts';
import { EngineNode } from './nodes.ts';

export interface NodeSetOptions {
  urls: readonly string[];
  mode: NodesMode;
  auth: EngineAuth;
  /** PEM certificates to trust beside the usual ones, as of now. */
  ca?: (() => string | undefined) | undefined;
  lookup?: Lookup;
  /** Milliseconds between two look-ups. Left out: 3,000. */
  refreshMs?: number;
}

const REFRESH_MS = 3_000;

export class NodeSet {
  readonly #options: NodeSetOptions;
  readonly #nodes = new Map<string, EngineNode>();
  #listener: (added: EngineNode) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #turn = 0;

  constructor(options: NodeSetOptions) {
    this.#options = options;
  }

  /** Looks the nodes up, calls `onAdded` for each, and goes on doing so until `close`. Never rejects. */
  async open(onAdded: (added: EngineNode) => void): Promise<void> {
    this.#listener = onAdded;
    await this.refresh();
    if (this.#options.urls.every(isLiteral)) return;
    this.#timer = setInterval(() => void this.refresh(), this.#options.refreshMs ?? REFRESH_MS);
    this.#timer.unref();
  }

  /** Those that are known now; none only before the first look-up that worked. */
  get all(): EngineNode[] {
    return [...this.#nodes.values()];
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Whether this node is still one of the set. */
  has(node: EngineNode): boolean {
    return this.#nodes.get(targetKey(node.target)) === node;
  }

  /** Whether each of them is one engine node, so that a long poll hears of the tasks that this node makes. */
  get direct(): boolean {
    return isDirect(this.#options.mode, this.size);
  }

  /**
   * The node for the next request: of those that answer the one with the fewest requests under way; while none
   * answers, each in turn. Undefined when no node is known.
   * @param avoid the node that has just failed, taken only when no other answers. One that has refused a request still
   * answers, and goes before those that do not.
   */
  pick(avoid?: EngineNode): EngineNode | undefined {
    const nodes = this.all.filter((node) => node !== avoid);
    const last = avoid && this.has(avoid) ? avoid : undefined;
    this.#turn += 1;
    const inTurn = (of: readonly EngineNode[]) => of[this.#turn % of.length];
    const sound = nodes.filter(({ ailing }) => !ailing);
    const least = Math.min(...sound.map(({ outstanding }) => outstanding));
    return (
      inTurn(sound.filter(({ outstanding }) => outstanding === least)) ??
      (last?.ailing === false ? last : inTurn(nodes)) ??
      last
    );
  }

  /** Looks the nodes up now; callers at the same time share one look-up. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const node of this.all) node.close();
  }

  async #refresh(): Promise<void> {
    const { urls, auth, ca, lookup = systemLookup } = this.#options;
    const targets = await resolveTargets(
      urls,
      this.all.map(({ target }) => target),
      lookup,
    );
    const wanted = new Set(targets.map(targetKey));
    for (const [key, node] of this.#nodes) {
      if (wanted.has(key)) continue;
      this.#nodes.delete(key);
      // Its open poll and what else is under way still end there.
      node.close();
    }
    for (const target of targets) {
      const key = targetKey(target);
      if (this.#nodes.has(key)) continue;
      const node = new EngineNode(target, auth, ca);
      this.#nodes.set(key, node);
      this.#listener(node);
    }
  }
}
