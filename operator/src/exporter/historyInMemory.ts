/**
 * For unit tests: a history as the engine has it, of events with known times,
 * each of which can be read from a moment of its own on. It answers the
 * exporter's queries as the engine does (test/integration/operator.exporter
 * asks the real one): ends of ranges, order, pages.
 */
import type { EngineRequest } from '../engine/request.ts';
import { CHECK, REVIEW, SLA_TIMER } from './refundProcess.ts';
import type { Row } from './streams.ts';

export interface Recorded {
  table: 'process-instance' | 'activity-instance' | 'incident';
  row: Row & { activityId?: string };
  /** Its transaction is committed then, in ms. */
  visibleAt: number;
}

const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '+0000');

export class HistoryInMemory {
  records: Recorded[] = [];
  readonly answers = new Map<string, string>();
  asked = 0;
  private readonly process: string;
  private next = 0;

  constructor(process: string) {
    this.process = process;
  }

  private record(table: Recorded['table'], visibleAt: number, row: Omit<Recorded['row'], 'id'>): void {
    this.next += 1;
    const processDefinitionKey = row.processDefinitionKey ?? this.process;
    this.records.push({ table, visibleAt, row: { id: `row-${this.next}`, ...row, processDefinitionKey } });
  }

  /** An instance from start to end; both can be read as late after they happened as is said. */
  instance(start: number, end: number, late: { start: number; end: number }, state = 'COMPLETED'): void {
    const common = { startTime: iso(start), durationInMillis: end - start, state };
    this.record('process-instance', start + late.start, { ...common, endTime: iso(end) });
    const begun = this.records.at(-1);
    if (!begun) return;
    // The engine has one row, and writes its end into it.
    begun.row = { ...begun.row, endTime: null };
    this.records.push({ ...begun, visibleAt: end + late.end, row: { ...begun.row, endTime: iso(end) } });
  }

  ended(
    activity: 'check' | 'review' | 'timer',
    at: number,
    late: number,
    more: Partial<Row> & { answer?: string; process?: string } = {},
  ): void {
    const { answer, process, ...row } = more;
    const processInstanceId = `instance-${this.next}`;
    if (answer !== undefined) this.answers.set(processInstanceId, answer);
    this.record('activity-instance', at + late, {
      activityId: { check: CHECK, review: REVIEW, timer: SLA_TIMER }[activity],
      processInstanceId,
      endTime: iso(at),
      canceled: false,
      ...row,
      ...(process !== undefined && { processDefinitionKey: process }),
    });
  }

  incident(at: number, late: number): void {
    this.record('incident', at + late, { createTime: iso(at) });
  }

  /** History clean-up: what happened before has gone. */
  cleanUp(before: number): void {
    this.records = this.records.filter(({ row }) => {
      const at = Date.parse(row.endTime ?? row.createTime ?? row.startTime ?? '');
      return !(at < before);
    });
  }

  /** Answers as the engine does at a moment. */
  ask(now: number) {
    return async <T>({ path, params = {}, body = {}, read }: EngineRequest<T>): Promise<T> => {
      this.asked += 1;
      const query = { ...params, ...body } as Record<string, string>;
      const answer = path.endsWith('/variable-instance')
        ? this.variables(body as { processInstanceIdIn?: string[] })
        : this.rows(path.split('/').at(-1) ?? '', query, now);
      const value = read(JSON.parse(JSON.stringify(answer)));
      if (value === undefined) throw new Error('not read');
      return value;
    };
  }

  private variables({ processInstanceIdIn = [] }: { processInstanceIdIn?: string[] }): object[] {
    return processInstanceIdIn.flatMap((processInstanceId) => {
      const value = this.answers.get(processInstanceId);
      return value === undefined ? [] : [{ id: processInstanceId, processInstanceId, value }];
    });
  }

  private rows(table: string, query: Record<string, string>, now: number): Row[] {
    const latest = new Map<string, Recorded['row']>();
    for (const record of this.records) {
      if (record.table === table && record.visibleAt <= now) latest.set(record.row.id, record.row);
    }
    const field = table === 'incident' ? 'createTime' : 'startedAfter' in query ? 'startTime' : 'endTime';
    // Of incidents the engine leaves out the ends of the range.
    const strict = table === 'incident' ? 1 : 0;
    const edge = (text: string | undefined, otherwise: number) => (text ? Date.parse(text) : otherwise);
    const from = edge(query.startedAfter ?? query.finishedAfter ?? query.createTimeAfter, 0) + strict;
    const to = edge(query.startedBefore ?? query.finishedBefore ?? query.createTimeBefore, 1e15) - strict;
    const at = (row: Row) => Date.parse(row[field] ?? '');
    const process = query.processDefinitionKey ?? query.processDefinitionKeyIn;
    const found = [...latest.values()].filter(
      (row) =>
        at(row) >= from &&
        at(row) <= to &&
        (query.activityId === undefined || row.activityId === query.activityId) &&
        (process === undefined || row.processDefinitionKey === process),
    );
    const first = Number(query.firstResult ?? 0);
    return found
      .sort((a, b) => at(a) - at(b) || (a.id < b.id ? -1 : 1))
      .slice(first, first + Number(query.maxResults ?? found.length));
  }
}
