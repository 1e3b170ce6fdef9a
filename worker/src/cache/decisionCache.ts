/**
 * Decisions of earlier identical tickets, in a Redis that all workers share.
 * Without it everything works, only slower and dearer: every operation is
 * bounded, none throws, and a lost connection comes back by itself.
 */
import { createClient } from 'redis';
import { type Decision, isDecision } from '../fare/answer.ts';

export type CacheResult = 'hit' | 'miss' | 'error';

export interface DecisionCacheOptions {
  url: string;
  /** Read at each connection: it may be rotated. */
  password: () => string | undefined;
  ttlMs: number;
  /** Called when Redis is lost and when it is back. */
  onConnection: (connected: boolean) => void;
}

const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;

export class DecisionCache {
  readonly #client;
  readonly #ttlMs: number;

  constructor({ url, password, ttlMs, onConnection }: DecisionCacheOptions) {
    this.#ttlMs = ttlMs;
    this.#client = createClient({
      url,
      // A command while there is no connection fails at once instead of waiting for one.
      disableOfflineQueue: true,
      credentialsProvider: {
        type: 'async-credentials-provider',
        credentials: async () => {
          const current = password();
          return current ? { password: current } : {};
        },
      },
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries) => Math.min(5_000, 100 * 2 ** retries) * (0.5 + Math.random() / 2),
      },
    });
    let connected: boolean | undefined;
    const report = (now: boolean) => {
      if (connected !== now) onConnection(now);
      connected = now;
    };
    this.#client.on('ready', () => report(true));
    this.#client.on('error', () => report(false));
  }

  /** Connects in the background; nothing waits for it. */
  open(): void {
    this.#client.connect().catch(() => undefined);
  }

  async get(key: string): Promise<{ result: CacheResult; decision?: Decision }> {
    try {
      const decision = await bounded(this.#client.get(key));
      return isDecision(decision) ? { result: 'hit', decision } : { result: 'miss' };
    } catch {
      return { result: 'error' };
    }
  }

  /**
   * Keeps a model's own valid decision, without anybody waiting for it. Lifetimes differ by up to a tenth, so that
   * entries do not end together.
   */
  put(key: string, decision: Decision): void {
    const ttlMs = Math.max(1, Math.round(this.#ttlMs * (1 - Math.random() / 10)));
    this.#client.set(key, decision, { expiration: { type: 'PX', value: ttlMs } }).catch(() => undefined);
  }

  close(): void {
    this.#client.destroy();
  }
}

/** The client bounds a command's wait for being sent, not for its answer: a Redis that hangs would hang us. */
async function bounded<T>(command: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), COMMAND_TIMEOUT_MS);
  });
  try {
    return await Promise.race([command, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
