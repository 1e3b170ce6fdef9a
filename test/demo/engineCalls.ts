/** What the demo asks of the engine, spread over its nodes. */
import { EngineClient, long, type UserTask, type Variables } from '../engine/client.ts';
import type { PlannedRequest } from './load.ts';

/** What one activity of one instance did, from the history. */
export interface Activity {
  processInstanceId: string;
  activityName: string;
  startTime: string;
  endTime: string | null;
}

export interface EngineCalls {
  /** Starts one refund and returns its process instance's id. */
  start(request: PlannedRequest): Promise<string>;
  /** Tasks that wait for a worker, and tasks that one holds. */
  backlog(): Promise<{ pending: number; inFlight: number }>;
  /** Instances with this decision since the engine's database was made. */
  countDecision(decision: string): Promise<number>;
  /** Finished instances whose business key starts with `prefix`. */
  countEnded(prefix: string): Promise<number>;
  /** Open tasks of people, of instances whose business key starts with `prefix`. */
  openUserTasks(prefix: string): Promise<UserTask[]>;
  claimAndComplete(taskId: string, userId: string, variables: Variables): Promise<void>;
  /** The decision of every process instance that was decided since, by its id. */
  decisions(since: Date): Promise<Map<string, string>>;
  /** Activities that began since. */
  activities(filter: { activityId?: string; activityType?: string }, since: Date): Promise<Activity[]>;
  countIncidents(): Promise<number>;
}

/** More rows than a demo makes; without a limit of its own the engine may set one. */
const ALL = 100_000;

/** @param engines base URLs of the nodes (`http://…/engine-rest`), all of one engine */
export function engineCalls(engines: readonly string[]): EngineCalls {
  const nodes = engines.map((baseURL) => new EngineClient(baseURL));
  if (nodes.length === 0) throw new Error('the environment has no engine');
  let turn = 0;
  const node = () => nodes[turn++ % nodes.length] as EngineClient;
  const open = { withRetriesLeft: true, active: true };
  return {
    start: ({ bookingId, variables }) => node().startRefund(asEngineVariables({ bookingId, ...variables })),
    async backlog() {
      const [pending, inFlight] = await Promise.all([
        node().externalTaskCount({ ...open, notLocked: true }),
        node().externalTaskCount({ ...open, locked: true }),
      ]);
      return { pending, inFlight };
    },
    async countDecision(decision) {
      const query = { variableName: 'fareRuleCheck', variableValue: decision };
      const { http } = node();
      return (await http.post<{ count: number }>('/history/variable-instance/count', query)).data.count;
    },
    countEnded: (prefix) =>
      node().countProcessInstances({ processInstanceBusinessKeyLike: `${prefix}%`, finished: true }),
    async openUserTasks(prefix) {
      const params = { processInstanceBusinessKeyLike: `${prefix}%`, active: true, maxResults: 200 };
      return (await node().http.get<UserTask[]>('/task', { params })).data;
    },
    async claimAndComplete(taskId, userId, variables) {
      const client = node();
      await client.claim(taskId, userId);
      await client.submitForm(taskId, variables);
    },
    async decisions(since) {
      const query = { variableName: 'fareRuleCheck' };
      const options = { params: { maxResults: ALL, deserializeValues: false } };
      type Row = { processInstanceId: string; value: string; createTime: string };
      const { data } = await node().http.post<Row[]>('/history/variable-instance', query, options);
      const recent = data.filter(({ createTime }) => Date.parse(createTime) >= since.getTime());
      return new Map(recent.map(({ processInstanceId, value }) => [processInstanceId, value]));
    },
    async activities(filter, since) {
      const params = { ...filter, startedAfter: engineTime(since), maxResults: ALL };
      return (await node().http.get<Activity[]>('/history/activity-instance', { params })).data;
    },
    countIncidents: async () => (await node().incidents()).length,
  };
}

/** The engine's notation of a time: `2026-11-24T08:00:00.000+0000`. */
const engineTime = (time: Date): string => time.toISOString().replace('Z', '+0000');

/** A price is a Long; without that word the engine takes a whole number for an Integer. */
function asEngineVariables(variables: { bookingId: string } & PlannedRequest['variables']): Variables {
  const { ticketPriceMinor, ...others } = variables;
  return { ...others, ...(ticketPriceMinor !== undefined && { ticketPriceMinor: long(ticketPriceMinor) }) };
}
