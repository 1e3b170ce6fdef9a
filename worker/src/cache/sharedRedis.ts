/**
 * The Redis that all workers of a pool share. Without it everything works, only
 * slower and dearer: every operation is bounded, and a lost connection comes
 * back by itself.
 */
import { createClient } from 'redis';

export interface SharedRedisOptions {
  url: string;
  /** Read at each connection: it may be rotated. */
  password: () => string | undefined;
  /** Called when Redis is lost and when it is back. */
  onConnection: (connected: boolean) => void;
}

const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;
/** After a command that was not answered in time the next ones fail at once for so long: one wait is enough. */
const SUSPENDED_MS = 1_000;

type Client = ReturnType<typeof newClient>;

export class SharedRedis {
  readonly #client: Client;
  #suspendedUntil = Number.NEGATIVE_INFINITY;

  constructor(options: SharedRedisOptions) {
    this.#client = newClient(options);
    let connected: boolean | undefined;
    const report = (now: boolean) => {
      if (connected !== now) options.onConnection(now);
      connected = now;
    };
    this.#client.on('ready', () => report(true));
    this.#client.on('error', () => report(false));
  }

  /** Connects in the background; nothing waits for it. */
  open(): void {
    this.#client.connect().catch(() => undefined);
  }

  /**
   * The answer to some commands, which are sent together.
   * @throws when Redis is not there or does not answer within 250 ms; whether they were carried out is not known then.
   */
  async run<T>(commands: (client: Client) => Promise<T>): Promise<T> {
    if (performance.now() < this.#suspendedUntil) throw new Error('Redis did not answer in time just now');
    // The client bounds a command's wait for being sent, not for its answer: a Redis that hangs would hang us.
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#suspendedUntil = performance.now() + SUSPENDED_MS;
        reject(new Error('Redis did not answer in time'));
      }, COMMAND_TIMEOUT_MS);
    });
    const answer = commands(this.#client);
    // An answer that comes too late, or never, is nobody's any more.
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

function newClient({ url, password }: SharedRedisOptions) {
  return createClient({
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
}
