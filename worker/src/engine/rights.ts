/**
 * Whether this worker's user may take tasks. An engine with authorization answers the polls of one who may not as if there
 * were no tasks: nothing but this would ever say why a worker stays idle.
 */
import {
  grantOf,
  type InstanceRight,
  RIGHT_PATH,
  type RightQuery,
  waysToHave,
} from '@farerules/crds/engineRights';
import { z } from 'zod';
import type { Log } from '../telemetry/log.ts';
import { EngineError, toEngineError } from './errors.ts';
import type { EngineRequest } from './nodes.ts';

/** A right may be taken away; a missing one is about to be granted. */
const GRANTED_MS = 60_000;
const MISSING_MS = 5_000;
const TIMEOUT_MS = 10_000;
const NEEDED: readonly InstanceRight[] = ['READ_INSTANCE', 'UPDATE_INSTANCE'];
const answerSchema = z.object({ authorized: z.boolean() });

export interface RightsOptions {
  nodes: { pick(): { request(request: EngineRequest): Promise<unknown> } | undefined };
  /** Whether the engine is told who asks. */
  known: () => boolean;
  processDefinitionKeys: readonly string[] | undefined;
  log: Log;
}

export class RightsWatch {
  readonly #options: RightsOptions;
  #timer: NodeJS.Timeout | undefined;
  #missing = '';
  #closed = false;

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  /** Looks now, and again until `close`; says what is missing once, and once that it is there. */
  start(): void {
    void this.#look().then((afterMs) => {
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.start(), afterMs);
      this.#timer.unref();
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Returns when to look again, in ms. Never rejects. */
  async #look(): Promise<number> {
    const { known, processDefinitionKeys: keys, log } = this.#options;
    if (!known()) return GRANTED_MS;
    try {
      const missing: string[] = [];
      for (const right of NEEDED) {
        const has = await this.#has(right);
        // What the engine does not say is neither there nor missing.
        if (has === undefined) return this.#missing ? MISSING_MS : GRANTED_MS;
        if (!has) missing.push(grantOf(right, keys));
      }
      const now = missing.join('; ');
      if (now !== this.#missing) {
        if (now) log.warn('engine_right_missing', { grant: now });
        else log.info('engine_rights_found', {});
      }
      this.#missing = now;
      return now ? MISSING_MS : GRANTED_MS;
    } catch {
      return MISSING_MS; // the polls say what is wrong with the engine
    }
  }

  /** Undefined where the engine does not say. @throws EngineError */
  async #has(right: InstanceRight): Promise<boolean | undefined> {
    let has: boolean | undefined = false;
    for (const way of waysToHave(right, this.#options.processDefinitionKeys)) {
      const answers = await Promise.all(way.map((query) => this.#ask(query)));
      if (answers.every((answer) => answer === true)) return true;
      if (!answers.includes(false)) has = undefined;
    }
    return has;
  }

  /** Undefined where the engine does not say: it knows no rights, or not who asks. @throws EngineError */
  async #ask(query: RightQuery): Promise<boolean | undefined> {
    const path = `${RIGHT_PATH}?${new URLSearchParams(query)}`;
    const node = this.#options.nodes.pick();
    if (!node) throw new EngineError('UNREACHABLE');
    try {
      const answer = answerSchema.safeParse(
        await node.request({ method: 'GET', path, expected: 200, timeoutMs: TIMEOUT_MS, keepsToken: true }),
      );
      return answer.data?.authorized;
    } catch (thrown) {
      const { code, status = 0 } = toEngineError(thrown);
      // Their status is the token endpoint's: the engine was not asked.
      if (code === 'TOKEN_REFUSED' || code === 'NO_TOKEN') throw thrown;
      if (status >= 400 && status < 500) return undefined;
      throw thrown;
    }
  }
}
