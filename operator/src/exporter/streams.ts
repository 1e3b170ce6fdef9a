/** What is read of an engine's history: one query a stream, and what its rows say. Pure. */
import { z } from 'zod';
import type { EngineRequest } from '../engine/request.ts';
import { engineTime } from '../engine/request.ts';
import { CHECK, type Decision, REVIEW, SLA_TIMER } from './refundProcess.ts';
import type { Event } from './totals.ts';

/** As long as the columns that an engine has for ids; times and states are shorter. */
const short = z.string().max(64);
/** As long as that for keys. */
const key = z.string().max(255);

/**
 * A row of a history table. Of what else the engine says of it nothing is kept: an engine is whatever a pool names as
 * one, and many rows are in memory at once.
 */
const rowSchema = z.object({
  id: short,
  processDefinitionKey: key.nullish(),
  processInstanceId: short.nullish(),
  startTime: short.nullish(),
  endTime: short.nullish(),
  createTime: short.nullish(),
  durationInMillis: z.int().nullish(),
  canceled: z.boolean().nullish(),
  state: short.nullish(),
});
export type Row = z.infer<typeof rowSchema>;

/** A part of a stream: both ends are in it, in ms since the epoch by the engine's clock. */
export interface Range {
  from: number;
  to?: number | undefined;
}

export interface Page {
  offset: number;
  size: number;
}

export interface Stream {
  name: string;
  query(process: string, range: Range, page: Page): EngineRequest<Row[]>;
  /** When a row's event happened. */
  at(row: Row): number;
  /** What a row says; undefined when it is nothing that is counted. */
  what(row: Row, decisions: ReadonlyMap<string, Decision>): Event['what'] | undefined;
}

/** Of one page of rows at most: a row is under 1 kB. */
const BODY_LIMIT = 4 * 1_048_576;
const time = (text: string | null | undefined): number => (text ? Date.parse(text) : Number.NaN);

/** Clocks of engine nodes differ: an end may be before its start. */
const duration = ({ durationInMillis }: Row): number => Math.max(durationInMillis ?? 0, 0);

export const rowsOf = (body: unknown): Row[] | undefined => z.array(rowSchema).safeParse(body).data;

const variableSchema = z.object({ processInstanceId: short.nullish(), value: z.unknown() });
/** Variables of process instances; of what their values are nothing is known yet. */
export const variablesOf = (body: unknown): z.infer<typeof variableSchema>[] | undefined =>
  z.array(variableSchema).safeParse(body).data;

const request = (path: string, rest: Partial<EngineRequest<Row[]>>): EngineRequest<Row[]> => ({
  path,
  expected: 'rows of its history',
  read: rowsOf,
  maxBytes: BODY_LIMIT,
  ...rest,
});

const paged = ({ offset, size }: Page) => ({ firstResult: String(offset), maxResults: String(size) });
// By id where the times are the same, so that pages do not overlap.
const sorted = (...fields: string[]) => fields.map((sortBy) => ({ sortBy, sortOrder: 'asc' }));

const instances = (process: string, page: Page, sortBy: string, range: object) =>
  request('/history/process-instance', {
    params: paged(page),
    body: { processDefinitionKey: process, ...range, sorting: sorted(sortBy, 'instanceId') },
  });

/** Ended instances of one activity. Of every process: the engine cannot be asked for those of one. */
const activities = (activityId: string, what: Stream['what']): Stream => ({
  name: activityId,
  query: (_process, { from, to }, page) =>
    request('/history/activity-instance', {
      params: paged(page),
      body: {
        activityId,
        finishedAfter: engineTime(from),
        ...(to !== undefined && { finishedBefore: engineTime(to) }),
        sorting: sorted('endTime', 'activityInstanceId'),
      },
    }),
  at: ({ endTime }) => time(endTime),
  // Cancelled: by the timer, by somebody who ended the instance, or because it is to be decided again.
  what: (row, decisions) => (row.canceled ? undefined : what(row, decisions)),
});

export const STREAMS: readonly Stream[] = [
  {
    name: 'started',
    query: (process, { from, to }, page) =>
      instances(process, page, 'startTime', {
        startedAfter: engineTime(from),
        ...(to !== undefined && { startedBefore: engineTime(to) }),
      }),
    at: ({ startTime }) => time(startTime),
    what: () => ({ kind: 'started' }),
  },
  {
    name: 'ended',
    query: (process, { from, to }, page) =>
      instances(process, page, 'endTime', {
        finishedAfter: engineTime(from),
        ...(to !== undefined && { finishedBefore: engineTime(to) }),
      }),
    at: ({ endTime }) => time(endTime),
    what: (row) =>
      row.state === 'COMPLETED' ? { kind: 'completed', durationMs: duration(row) } : { kind: 'terminated' },
  },
  activities(CHECK, ({ processInstanceId }, decisions) => ({
    kind: 'decided',
    decision: decisions.get(processInstanceId ?? '') ?? 'OTHER',
  })),
  activities(REVIEW, (row) => ({ kind: 'reviewed', durationMs: duration(row) })),
  activities(SLA_TIMER, () => ({ kind: 'breached' })),
  {
    name: 'incidents',
    query: (process, { from, to }, page) =>
      request('/history/incident', {
        params: {
          ...paged(page),
          processDefinitionKeyIn: process,
          // Here, and only here, the engine leaves out the ends of the range.
          createTimeAfter: engineTime(from - 1),
          ...(to !== undefined && { createTimeBefore: engineTime(to + 1) }),
          sortBy: 'createTime',
          sortOrder: 'asc',
        },
      }),
    at: ({ createTime }) => time(createTime),
    what: () => ({ kind: 'incident' }),
  },
];
