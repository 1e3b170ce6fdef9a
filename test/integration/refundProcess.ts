/**
 * The ticket-refund process under a key and a topic of its own, so that tests
 * which decide by hand do not meet the workers of a pool.
 */
import { randomUUID } from 'node:crypto';
import { type BasicAuth, deployProcess } from '../engine/camunda.ts';
import { EngineClient, long, type Variables } from '../engine/client.ts';
import { query } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';

const WORKER = 'test-worker';

export type Decision = 'ALLOWED' | 'WITH_PENALTY' | 'MANUAL';

/** Where a process runs, as in an environment. */
export interface Where {
  /** Base URLs of the engine's nodes. */
  engines: string[];
  /** Connection URL of its database. */
  postgres: string;
}

export interface RefundProcess {
  definitionId: string;
  /** Connection URL of the engine's database. */
  postgres: string;
  /** One client for each node. */
  nodes: EngineClient[];
  /** That of the first node. */
  engine: EngineClient;
  topic: string;
  /** Starts a refund with a ticket of 200.00 EUR, changed by `variables`, and returns its id; on the first node unless told. */
  start(variables?: Variables, node?: EngineClient): Promise<string>;
  /** Completes the check of a refund that waits for it, as a worker does. */
  decide(processInstanceId: string, result?: Variables, node?: EngineClient): Promise<void>;
  /** `start`, then `decide`. */
  decided(decision: Decision, variables?: Variables): Promise<string>;
  /** Removes the deployment with everything that ran. */
  remove(): Promise<void>;
}

export const uniqueBooking = (): string => `T-${randomUUID()}`;

/**
 * @param where left out: in the environment that is up
 * @param basicAuth of an administrator, where the engine asks for one
 */
export async function deployRefundProcess(
  where: Where = environment(),
  basicAuth?: BasicAuth,
): Promise<RefundProcess> {
  const { engines, postgres } = where;
  const key = `ticket-refund-${randomUUID()}`;
  const topic = `${key}-topic`;
  const nodes = engines.map((baseURL) => new EngineClient(baseURL, { processKey: key, basicAuth }));
  const [engine] = nodes;
  if (!engine || !engines[0]) throw new Error('the environment has no engine');
  const { definitionId, deploymentId } = await deployProcess(engines[0], { key, topic, basicAuth });
  const start = (variables: Variables = {}, node = engine) => {
    const ticket = {
      bookingId: uniqueBooking(),
      ticketClass: 'Economy',
      daysUntilFlight: 12,
      purchaseDate: '2025-03-01',
      ticketPriceMinor: long(20_000),
      currency: 'EUR',
    };
    return node.startRefund({ ...ticket, ...variables });
  };
  const decide = async (id: string, result: Variables = {}, node = engine) => {
    const { businessKey } = await engine.processInstance(id);
    const tasks = await node.fetchAndLock(topic, WORKER, {
      businessKey: businessKey ?? undefined,
      maxTasks: 10,
    });
    const task = tasks.find(({ processInstanceId }) => processInstanceId === id);
    if (!task) throw new Error(`process instance ${id} has no external task to fetch`);
    await node.completeExternalTask(task.id, WORKER, result);
  };
  return {
    definitionId,
    postgres,
    nodes,
    engine,
    topic,
    start,
    decide,
    async decided(decision, variables) {
      const id = await start(variables);
      await decide(id, {
        fareRuleCheck: decision,
        llmProvider: 'test',
        llmReasoning: 'because',
        apiErrorCount: 0,
      });
      return id;
    },
    async remove() {
      await engine.http.delete(`/deployment/${deploymentId}`, { params: { cascade: true } });
    },
  };
}

/** Payments that were really made for a booking: method and amount in minor units ('' for whatever was paid). */
export async function payments(
  bookingId: string,
  postgres: string = environment().postgres,
): Promise<{ method: string; amount: string; currency: string }[]> {
  if (!/^[A-Za-z0-9_-]+$/.test(bookingId)) throw new Error(`${bookingId} is not a booking id`);
  const rows = await query(
    postgres,
    `select method, amount_minor, currency from refund_payment where idempotency_key = 'refund-${bookingId}'`,
  );
  return rows.map(([method = '', amount = '', currency = '']) => ({ method, amount, currency }));
}
