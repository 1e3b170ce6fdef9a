/**
 * Reads one piece of a process's history: all events of all streams from one
 * moment to another. Where a stream has more rows than fit into a page, the
 * piece ends earlier, for all of them: so it is always whole, no row is skipped
 * to get to the next one, and a page is as cheap at the end of a million rows as
 * at their beginning.
 */
import { failure } from '../engine/guardedRequest.ts';
import type { EngineRequest } from '../engine/request.ts';
import { DECISION_VARIABLE, type Decision, decisionOf } from './refundProcess.ts';
import { type Range, type Row, STREAMS, type Stream, variablesOf } from './streams.ts';
import type { Event } from './totals.ts';

/** Asks the engine. @throws OperatorError when it does not answer, or with something else. */
export type Ask = <T>(request: EngineRequest<T>) => Promise<T>;

export interface Slice {
  events: Event[];
  /** The last moment that was read, where that is before the end of the range. */
  cut?: number;
}

export interface SliceOptions {
  /** Rows of one answer. */
  pageSize: number;
  /** Longest wait for one answer. */
  timeoutMs: number;
  /** No event can be later, in ms since the epoch. */
  latest: number;
  /** Events that are known need not be asked about any further. */
  isNew(event: Pick<Event, 'id' | 'at'>): boolean;
}

/** Instances whose variables are asked for in one call. */
const INSTANCES_A_CALL = 500;

/** Pages of events of one moment: more of them no engine has, and so many fit into memory, of every stream at once. */
const PAGES_A_MOMENT = 3;
/** Databases keep times as finely as they can: a row may be beside the range by less than this. */
const ROUNDING_MS = 1_000;

/** @throws OperatorError also for rows that were not asked for: nothing of them is counted */
export async function readSlice(
  ask: Ask,
  process: string,
  range: Range,
  options: SliceOptions,
): Promise<Slice> {
  let { to } = range;
  const found: { stream: Stream; rows: Row[] }[] = [];
  for (const stream of STREAMS) {
    const { rows, cut } = await readStream(ask, stream, process, { ...range, to }, options);
    found.push({ stream, rows });
    to = cut ?? to;
  }
  const candidates = found.flatMap(({ stream, rows }) =>
    rows
      .map((row) => ({ row, stream, id: `${stream.name}:${row.id}`, at: stream.at(row) }))
      .filter(({ row, at }) => row.processDefinitionKey === process && (to === undefined || at <= to)),
  );
  const decisions = await readDecisions(
    ask,
    candidates.filter(({ row, stream, ...event }) => needsDecision(stream, row) && options.isNew(event)),
    options,
  );
  const events = candidates.flatMap(({ row, stream, id, at }) => {
    const what = stream.what(row, decisions);
    return what ? [{ id, at, what }] : [];
  });
  return { events, ...(to !== range.to && to !== undefined && { cut: to }) };
}

const needsDecision = (stream: Stream, row: Row): boolean => stream.what(row, new Map())?.kind === 'decided';

/** A stream's rows; with the moment where they had to be cut, when there were more. */
async function readStream(
  ask: Ask,
  stream: Stream,
  process: string,
  range: Range,
  { pageSize, timeoutMs, latest }: SliceOptions,
): Promise<{ rows: Row[]; cut?: number }> {
  const rows: Row[] = [];
  for (let pages = 0; pages < PAGES_A_MOMENT; pages += 1) {
    const request = stream.query(process, range, { offset: rows.length, size: pageSize });
    const page = await ask({ ...request, timeoutMs });
    if (page.length > pageSize) throw wrong(stream, 'is a longer page than was asked for');
    rows.push(...page);
    check(rows, stream, { from: range.from, to: range.to ?? latest });
    const last = rows.at(-1);
    if (page.length < pageSize || !last) return { rows };
    const end = stream.at(last);
    // Of the last moment there may be more: it belongs to the next piece.
    if (end > range.from) return { rows: rows.filter((row) => stream.at(row) < end), cut: end - 1 };
    // More rows in one millisecond than fit into a page, which is where paging by offset is needed.
  }
  throw wrong(stream, `has more than ${PAGES_A_MOMENT * pageSize} events of one moment`);
}

/** What was not asked for must not be counted, and must not move the account on. */
function check(rows: readonly Row[], stream: Stream, { from, to }: Required<Range>): void {
  let before = from - ROUNDING_MS;
  for (const row of rows) {
    const at = stream.at(row);
    if (!(at >= from - ROUNDING_MS && at <= (to ?? at) + ROUNDING_MS)) {
      throw wrong(stream, 'has an event without a time, or at a time that was not asked for');
    }
    if (at < before) throw wrong(stream, 'is not in the order of time');
    before = at;
  }
}

const wrong = ({ name }: Stream, what: string) =>
  failure('answer', `the engine's history is not read: its answer about "${name}" ${what}`);

/** What the worker answered, for each process instance that has an answer. */
async function readDecisions(
  ask: Ask,
  checks: readonly { row: Row }[],
  { timeoutMs }: SliceOptions,
): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>();
  const instances = [...new Set(checks.map(({ row }) => row.processInstanceId ?? ''))];
  for (let first = 0; first < instances.length; first += INSTANCES_A_CALL) {
    const variables = await ask({
      path: '/history/variable-instance',
      params: { deserializeValues: 'false' },
      body: {
        variableName: DECISION_VARIABLE,
        processInstanceIdIn: instances.slice(first, first + INSTANCES_A_CALL),
      },
      expected: 'variables of its history',
      read: variablesOf,
      maxBytes: 4 * 1_048_576,
      timeoutMs,
    });
    for (const { processInstanceId, value } of variables)
      decisions.set(processInstanceId ?? '', decisionOf(value));
  }
  return decisions;
}
