/** Refunds of the real process at low load, one by one, each on a node picked by chance. */

import { EngineClient } from '../../../engine/client.ts';
import { query } from '../../../engine/postgres.ts';
import type { Call } from '../../../llm/protocol.ts';
import { random } from '../../../support/random.ts';
import { sleep, waitFor } from '../../../support/wait.ts';
import { quoted } from '../../engine/openTasks.ts';
import { daysAgo } from '../backlog.ts';

export interface Load {
  count: number;
  /** Pause between two starts, uniformly spread. Milliseconds. */
  pauseMs: { min: number; max: number };
}

/** Every so many refunds is one for a person, whose user task is part of what is timed. */
const EVERY_MANUAL = 5;

export interface Refund {
  /** Text that no other refund's prompt has. */
  mark: string;
  /** Milliseconds of the request that started it. */
  startMs: number;
  /**
   * When the transaction that made its task was committed: from then on a worker can see it. Milliseconds since 1970, by
   * the machine's one clock.
   */
  committed: number;
}

/** What the engine's history says about a refund, milliseconds since 1970. */
export interface History {
  startEvent: number;
  gatewayStart: number;
  gatewayEnd: number;
  /** Time in the activities that calculate the amount; absent where there is none. */
  calculationMs?: number;
  /** From the gateway's end until the user task is there; absent where there is none. */
  userTaskMs?: number;
}

/** Until the start's own work is done on this machine; well before the model has answered. */
const LOOK_AFTER_MS = 200;

/** Starts them and returns them by process instance. */
export async function startRefunds(
  { engines, database }: { engines: readonly string[]; database: string },
  processKey: string,
  { count, pauseMs }: Load,
): Promise<Map<string, Refund>> {
  const clients = engines.map((baseURL) => new EngineClient(baseURL, { processKey }));
  const chance = random(count);
  const refunds = new Map<string, Refund>();
  for (let number = 1; number <= count; number += 1) {
    const mark = `LAT-${number}-${Date.now()}`;
    const client = clients[Math.floor(chance() * clients.length)] as EngineClient;
    const manual = number % EVERY_MANUAL === 0;
    const start = performance.now();
    const id = await client.startRefund({
      bookingId: mark,
      ticketClass: 'Business',
      daysUntilFlight: 30,
      purchaseDate: daysAgo(20),
      ticketPriceMinor: { value: 20_000, type: 'Long' },
      currency: 'EUR',
      refundReason: manual ? `Death in the family ${mark}` : `Change of plans ${mark}`,
    });
    const startMs = performance.now() - start;
    await sleep(LOOK_AFTER_MS);
    refunds.set(id, { mark, startMs, committed: await commitOf(database, id) });
    await sleep(pauseMs.min + chance() * (pauseMs.max - pauseMs.min));
  }
  return refunds;
}

/**
 * When the task was made. It can be asked for only while the process runs: its end writes every row of its history
 * once more.
 */
async function commitOf(database: string, id: string): Promise<number> {
  const rows = await query(
    database,
    `select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 from act_hi_ext_task_log
     where proc_inst_id_ = ${quoted(id)} and state_ = 0`,
  );
  return Number(rows[0]?.[0]);
}

/** The history of each refund, once all have passed the gateway. */
export async function historyOf(database: string, processKey: string): Promise<Map<string, History>> {
  const definition = `proc_def_key_ = ${quoted(processKey)}`;
  await waitFor('all refunds to have passed the gateway', async () => {
    const open = await query(
      database,
      `select count(*) from act_hi_procinst p where ${definition} and not exists (select 1 from act_hi_actinst a
         where a.proc_inst_id_ = p.id_ and a.act_id_ = 'gateway_fare_rules' and a.end_time_ is not null)`,
    );
    return Number(open[0]?.[0]) === 0;
  });
  const ms = (time: string) => `extract(epoch from ${time}) * 1000`;
  const rows = await query(
    database,
    `select l.proc_inst_id_, ${ms('s.start_time_')}, ${ms('g.start_time_')},
       ${ms('g.end_time_')}, coalesce(c.duration_, -1), coalesce(${ms('u.start_time_')} - ${ms('g.end_time_')}, -1)
     from act_hi_ext_task_log l
     join act_hi_actinst s on s.proc_inst_id_ = l.proc_inst_id_ and s.act_type_ = 'startEvent'
     join act_hi_actinst g on g.proc_inst_id_ = l.proc_inst_id_ and g.act_id_ = 'gateway_fare_rules'
     left join act_hi_actinst c on c.proc_inst_id_ = l.proc_inst_id_ and c.act_id_ = 'task_calculate_full_refund'
     left join act_hi_taskinst u on u.proc_inst_id_ = l.proc_inst_id_
     where l.${definition} and l.state_ = 0`,
  );
  return new Map(
    rows.map(([id = '', ...values]) => {
      const [startEvent, gatewayStart, gatewayEnd, calculation, userTask] = values.map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return [
        id,
        {
          startEvent,
          gatewayStart,
          gatewayEnd,
          ...(calculation >= 0 && { calculationMs: calculation }),
          ...(userTask >= 0 && { userTaskMs: userTask }),
        },
      ];
    }),
  );
}

export interface Timing {
  /** From the commit that made the task until its call arrived at the model. */
  wakeMs: number;
  /** From the start of the process until it passed the gateway, without the model's time. */
  addedMs: number;
  /** The same with the model's time. */
  wholeMs: number;
  startMs: number;
  gatewayMs: number;
  calculationMs?: number | undefined;
  userTaskMs?: number | undefined;
}

/**
 * Pure: the timing of each refund. One whose call was repeated counts from its first call on.
 * @throws Error for a refund without a call or without a history
 */
export function timings(
  refunds: ReadonlyMap<string, Refund>,
  histories: ReadonlyMap<string, History>,
  calls: readonly Call[],
): Timing[] {
  const byMark = new Map<string, Call>();
  for (const call of calls) {
    const mark = /LAT-\d+-\d+/.exec(call.prompt)?.[0] ?? '';
    const known = byMark.get(mark);
    if (!known || call.at < known.at) byMark.set(mark, call);
  }
  return [...refunds].map(([id, { mark, startMs, committed }]) => {
    const history = histories.get(id);
    const call = byMark.get(mark);
    if (!history || !call) throw new Error(`refund ${mark} has no ${history ? 'call' : 'history'}`);
    const wholeMs = history.gatewayEnd - history.startEvent;
    return {
      wakeMs: Date.parse(call.at) - committed,
      addedMs: wholeMs - call.durationMs,
      wholeMs,
      startMs,
      gatewayMs: history.gatewayEnd - history.gatewayStart,
      calculationMs: history.calculationMs,
      userTaskMs: history.userTaskMs,
    };
  });
}
