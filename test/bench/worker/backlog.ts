/**
 * Tasks of a process of one external task, kept in stock: made through the
 * engine, handed to a topic in one transaction, and taken back from it. So
 * every side begins with as many waiting tasks, whatever the one before it left.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import { type EngineVariable, long } from '../../engine/client.ts';
import { query } from '../../engine/postgres.ts';
import { ACTIVE, deployOneTask, SUSPENDED } from '../engine/oneTask.ts';
import { quoted } from '../engine/openTasks.ts';

const KEY = 'bench-one-task';
const STOCK = 'bench-stock';
/** As in ACT_HI_EXT_TASK_LOG.STATE_ */
const SUCCESSFUL = 2;

export type Variables = Record<string, EngineVariable>;

/** An economy ticket; its price is nobody else's. */
function ticket(number: number): Variables {
  return {
    bookingId: { value: `BENCH-${number}` },
    ticketClass: { value: 'Economy' },
    daysUntilFlight: { value: 12 },
    purchaseDate: { value: daysAgo(20) },
    ticketPriceMinor: long(20_000 + number),
    currency: { value: 'EUR' },
    fareRulesText: { value: 'Refund with a fee of 60 EUR per passenger.' },
    refundReason: { value: 'Change of plans' },
  };
}

/** A date as the process has it. */
export const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Starts at once: more would only wait in the engine. */
const STARTERS = 12;

export class Backlog {
  readonly #http: AxiosInstance;
  readonly #database: string;
  #made = 0;

  private constructor(http: AxiosInstance, database: string) {
    this.#http = http;
    this.#database = database;
  }

  /** Deploys the process. */
  static async open(engine: string, database: string): Promise<Backlog> {
    const http = axios.create({
      baseURL: engine,
      timeout: 30_000,
      proxy: false,
      httpAgent: new Agent({ keepAlive: true }),
    });
    await deployOneTask(http, KEY, STOCK);
    return new Backlog(http, database);
  }

  /** Makes what is missing until so many are in stock, no two of them the same question. */
  async fill(count: number): Promise<void> {
    const missing = Math.max(0, count - (await this.open(STOCK)));
    await this.#add(Array.from({ length: missing }, () => ({})));
  }

  /** Has these in stock and no others. */
  async replace(tickets: readonly Variables[]): Promise<void> {
    await query(
      this.#database,
      `update act_ru_ext_task set topic_name_ = 'bench-put-away' where topic_name_ = ${quoted(STOCK)}`,
    );
    await this.#add(tickets);
  }

  async #add(tickets: readonly Variables[]): Promise<void> {
    const left = tickets.values();
    const starter = async () => {
      for (const ticket of left) await this.#start(ticket);
    };
    await Promise.all(Array.from({ length: STARTERS }, starter));
    await this.#hand(STOCK, STOCK, SUSPENDED);
    await query(this.#database, 'analyze');
  }

  /** Gives all that is in stock to a topic, wakes the polls that wait, and returns how many there are. */
  async release(topic: string): Promise<number> {
    const count = await this.open(STOCK);
    await this.#hand(STOCK, topic, ACTIVE);
    await this.#start();
    return count;
  }

  /** Takes back what a topic still has, from whoever holds it. */
  async recall(topic: string): Promise<void> {
    await this.#hand(topic, STOCK, SUSPENDED);
  }

  /** Tasks that a topic has, whoever holds them. */
  async open(topic: string): Promise<number> {
    const rows = await query(
      this.#database,
      `select count(*) from act_ru_ext_task where topic_name_ = ${quoted(topic)}`,
    );
    return Number(rows[0]?.[0]);
  }

  /** When each task of a topic was completed, by the engine's clock, rising. Milliseconds. */
  async completions(topic: string): Promise<number[]> {
    const rows = await query(
      this.#database,
      `select extract(epoch from timestamp_) * 1000 from act_hi_ext_task_log
       where topic_name_ = ${quoted(topic)} and state_ = ${SUCCESSFUL} order by timestamp_`,
    );
    return rows.map(([at]) => Number(at));
  }

  async #start(changed: Variables = {}): Promise<void> {
    this.#made += 1;
    const variables = { ...ticket(this.#made), ...changed };
    await this.#http.post(`/process-definition/key/${KEY}/start`, { variables });
  }

  async #hand(from: string, to: string, state: number): Promise<void> {
    await query(
      this.#database,
      `update act_ru_ext_task set topic_name_ = ${quoted(to)}, suspension_state_ = ${state},
         worker_id_ = null, lock_exp_time_ = null, retries_ = null, rev_ = rev_ + 1
       where topic_name_ = ${quoted(from)}`,
    );
  }
}
