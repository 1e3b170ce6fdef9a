/**
 * What a pool's LLM calls cost in this hour (UTC) and this day (in the budget's
 * time zone), from counters
 * that begin anew with every pod. The sum outlives the operator in the pool's
 * status, together with what it was made of: the counters of the pods that ran
 * then. After a restart what they have counted meanwhile is added. Lost is only
 * what a pod spends after it was last asked. Pure.
 */
import { dayOf } from '../../../crds/src/day.ts';
import type { PoolStatus } from '../../../crds/src/pool.ts';

export type Spending = NonNullable<PoolStatus['spending']>;

/** A millionth of a dollar is less than any call costs: the status is rounded to it. */
const LEAST_USD = 1e-6;
const HOUR_MS = 3_600_000;

/** A pod's counter at one moment. */
export interface CostReading {
  /** Milliseconds since the epoch. */
  at: number;
  costUSD: number;
  /** When the process started that counts, milliseconds since the epoch. */
  startedAt?: number | undefined;
}

export interface Ledger {
  spending: Spending | undefined;
  /** The last reading of each pod. */
  counters: ReadonlyMap<string, CostReading>;
  /** Of what an earlier operator booked, the part whose pods were not asked yet. */
  booked: { usd: number; at: number } | undefined;
}

/** @param spending the pool's status as an earlier operator left it */
export function openLedger(spending: Spending | undefined): Ledger {
  const booked = spending && { usd: spending.countedUSD, at: Date.parse(spending.countedAt) };
  return { spending, counters: new Map(), booked };
}

/**
 * Books what was spent since the readings before.
 * @param running names of all pods that may have spent something; the others are forgotten
 */
export function book(
  ledger: Ledger,
  readings: ReadonlyMap<string, CostReading>,
  running: readonly string[],
  now: number,
  timeZone: string,
): Ledger {
  const hourStart = startOfHour(now);
  const dayStart = dayOf(now, timeZone).start;
  const counters = new Map<string, CostReading>();
  let booked = ledger.booked;
  let [hourUSD, dayUSD, spent] = [0, 0, 0];
  for (const pod of running) {
    const known = ledger.counters.get(pod);
    const reading = readings.get(pod);
    const next = reading ?? known;
    if (next) counters.set(pod, next);
    if (!reading) continue;
    const { usd, since } = increase(reading, known, booked);
    if (booked && isEarlier(reading, known, booked)) {
      booked = { ...booked, usd: Math.max(0, booked.usd - reading.costUSD) };
    }
    spent += usd;
    hourUSD += usd * shareAfter(hourStart, since, reading.at);
    dayUSD += usd * shareAfter(dayStart, since, reading.at);
  }
  if (running.every((pod) => counters.has(pod))) booked = undefined;
  const countedUSD = [...counters.values()].reduce((sum, { costUSD }) => sum + costUSD, booked?.usd ?? 0);
  return { counters, booked, spending: next() };

  function next(): Spending | undefined {
    const { spending } = ledger;
    if (spent === 0) return spending && { ...spending, countedUSD };
    const before = spentUSD(spending, now, timeZone);
    return {
      hour: new Date(hourStart).toISOString(),
      hourUSD: (before?.hour ?? 0) + hourUSD,
      day: new Date(dayStart).toISOString(),
      dayUSD: (before?.day ?? 0) + dayUSD,
      countedUSD,
      countedAt: new Date(now).toISOString(),
    };
  }
}

/** What of this hour and this day is spent; undefined while nothing was ever. */
export function spentUSD(
  spending: Spending | undefined,
  now: number,
  timeZone: string,
): { hour: number; day: number } | undefined {
  if (!spending) return undefined;
  return {
    hour: Date.parse(spending.hour) === startOfHour(now) ? spending.hourUSD : 0,
    day: Date.parse(spending.day) === dayOf(now, timeZone).start ? spending.dayUSD : 0,
  };
}

/** As it is told. */
export function roundedSpending(spending: Spending): Spending {
  const { hourUSD, dayUSD, countedUSD } = spending;
  const micro = (usd: number) => Math.round(usd * 1e6) / 1e6;
  return { ...spending, hourUSD: micro(hourUSD), dayUSD: micro(dayUSD), countedUSD: micro(countedUSD) };
}

/** Whether an earlier operator may have booked some of what this pod, new to us, has counted. */
function isEarlier(
  { startedAt }: CostReading,
  known: CostReading | undefined,
  booked: { at: number },
): boolean {
  return known === undefined && !(startedAt !== undefined && startedAt > booked.at);
}

function increase(
  reading: CostReading,
  known: CostReading | undefined,
  booked: Ledger['booked'],
): { usd: number; since: number } {
  const { costUSD, startedAt } = reading;
  if (known) {
    const anew =
      costUSD < known.costUSD ||
      (startedAt !== undefined && known.startedAt !== undefined && startedAt !== known.startedAt);
    return { usd: anew ? costUSD : costUSD - known.costUSD, since: known.at };
  }
  if (booked && isEarlier(reading, known, booked)) {
    const usd = costUSD - booked.usd;
    // What was rounded off in the status was not spent now.
    return { usd: usd > LEAST_USD ? usd : 0, since: booked.at };
  }
  return { usd: costUSD, since: startedAt ?? reading.at };
}

/** The share of a span that lies after a moment: what was spent across midnight belongs to both days. */
function shareAfter(moment: number, since: number, until: number): number {
  if (since >= moment || until <= since) return 1;
  return Math.max(0, until - moment) / (until - since);
}

const startOfHour = (now: number): number => now - (now % HOUR_MS);
