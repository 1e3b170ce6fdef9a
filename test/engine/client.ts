/** What tests and the demo ask of the engine's REST API: start refunds, do people's part, read the history. */
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { waitFor } from '../support/wait.ts';
import { type BasicAuth, PROCESS_KEY, TOPIC } from './camunda.ts';

export interface EngineVariable {
  value: unknown;
  type?: string;
}

/** Values as the engine types them: a whole number is an Integer, or a Long where it says so. */
export type Variables = Record<string, string | number | boolean | null | EngineVariable>;

export interface ProcessInstance {
  id: string;
  businessKey: string | null;
  state: 'ACTIVE' | 'SUSPENDED' | 'COMPLETED' | 'EXTERNALLY_TERMINATED' | 'INTERNALLY_TERMINATED';
  startTime: string;
  endTime: string | null;
  durationInMillis: number | null;
}

export interface ActivityInstance {
  activityId: string;
  activityType: string;
  processInstanceId: string;
  canceled: boolean;
  startTime: string;
  endTime: string | null;
}

export interface UserTask {
  id: string;
  name: string;
  taskDefinitionKey: string;
  assignee: string | null;
  processInstanceId: string;
}

export interface ExternalTask {
  id: string;
  workerId: string;
  processInstanceId: string;
  businessKey: string | null;
  retries: number | null;
  variables: Record<string, EngineVariable>;
}

export interface ExternalTaskLogEntry {
  externalTaskId: string;
  timestamp: string;
  processInstanceId: string;
  workerId: string | null;
  retries: number | null;
  errorMessage: string | null;
  creationLog: boolean;
  failureLog: boolean;
  successLog: boolean;
  deletionLog: boolean;
}

/** Query parameters as the engine names them. */
type Query = Record<string, string | number | boolean>;

export interface EngineClientOptions {
  processKey?: string;
  basicAuth?: BasicAuth;
  /** Whom to trust, and the name that the certificate must have where that is not the URL's host. */
  tls?: { ca: string; servername: string };
}

export class EngineClient {
  readonly http: AxiosInstance;
  readonly processKey: string;

  constructor(baseURL: string, options: EngineClientOptions = {}) {
    this.processKey = options.processKey ?? PROCESS_KEY;
    const httpsAgent = options.tls && new HttpsAgent(options.tls);
    this.http = axios.create({ baseURL, auth: options.basicAuth, httpsAgent, timeout: 30_000, proxy: false });
  }

  /** Starts a refund and returns its process instance id; the business key is the booking unless given. */
  async startRefund(variables: Variables, businessKey = bookingOf(variables)): Promise<string> {
    const body = { variables: typed(variables), businessKey };
    const { data } = await this.http.post<{ id: string }>(
      `/process-definition/key/${this.processKey}/start`,
      body,
    );
    return data.id;
  }

  /** A process instance as the history knows it. */
  async processInstance(id: string): Promise<ProcessInstance> {
    const { data } = await this.http.get<ProcessInstance[]>('/history/process-instance', {
      params: { processInstanceId: id },
    });
    const [found] = data;
    if (!found) throw new Error(`no process instance ${id} in the history`);
    return found;
  }

  /** Process instances of this key, for example `countProcessInstances({ finished: true })`. */
  async countProcessInstances(query: Query = {}): Promise<number> {
    return this.count('/history/process-instance/count', { processDefinitionKey: this.processKey, ...query });
  }

  /** What a process instance went through, in order. */
  async activityInstances(processInstanceId: string): Promise<ActivityInstance[]> {
    const { data } = await this.http.get<ActivityInstance[]>('/history/activity-instance', {
      params: { processInstanceId, sortBy: 'occurrence', sortOrder: 'asc' },
    });
    return data;
  }

  /** The end event of a process instance; undefined while it runs. */
  async endEvent(processInstanceId: string): Promise<string | undefined> {
    const activities = await this.activityInstances(processInstanceId);
    return activities.findLast(({ activityType }) => activityType === 'noneEndEvent')?.activityId;
  }

  /** How many process instances of the current process definition went through each activity, by activity id. */
  async activityCounts(processDefinitionId: string): Promise<Record<string, number>> {
    const { data } = await this.http.get<{ id: string; finished: number }[]>(
      `/history/process-definition/${processDefinitionId}/statistics`,
      { params: { finished: true } },
    );
    return Object.fromEntries(data.map(({ id, finished }) => [id, finished]));
  }

  /** Waits until a process instance has ended and returns its end event. */
  async waitUntilEnded(processInstanceId: string, timeoutMs = 20_000): Promise<string> {
    await waitFor(
      `process instance ${processInstanceId} to end`,
      async () => {
        if ((await this.processInstance(processInstanceId)).endTime) return true;
        const activities = await this.activityInstances(processInstanceId);
        throw new Error(`it waits in ${activities.at(-1)?.activityId}`);
      },
      { timeoutMs },
    );
    const end = await this.endEvent(processInstanceId);
    if (!end) throw new Error(`process instance ${processInstanceId} ended without an end event`);
    return end;
  }

  /** The variables of a process instance, running or ended. */
  async variables(processInstanceId: string): Promise<Record<string, unknown>> {
    const { data } = await this.http.get<{ name: string; value: unknown }[]>('/history/variable-instance', {
      params: { processInstanceId },
    });
    return Object.fromEntries(data.map(({ name, value }) => [name, value]));
  }

  /** Waits until a worker has decided, and returns the variables then. */
  decision(processInstanceId: string): Promise<Record<string, unknown>> {
    return waitFor(`a decision for ${processInstanceId}`, async () => {
      const variables = await this.variables(processInstanceId);
      return variables.llmReasoning ? variables : undefined;
    });
  }

  /** Entries of the external-task log that say that a worker completed a task. */
  async completions(processInstanceId: string) {
    return (await this.externalTaskLog(processInstanceId)).filter(({ successLog }) => successLog);
  }

  /** Incidents that are open, of one process instance or of all of this key. */
  async incidents(processInstanceId?: string): Promise<{ activityId: string; incidentMessage: string }[]> {
    const params = processInstanceId ? { processInstanceId } : { processDefinitionKeyIn: this.processKey };
    return (await this.http.get('/incident', { params })).data;
  }

  /** External tasks, for example `externalTaskCount({ notLocked: true })`. */
  async externalTaskCount(query: Query = {}): Promise<number> {
    return this.count('/external-task/count', { topicName: TOPIC, ...query });
  }

  /** What happened to the external tasks of a process instance, oldest first. */
  async externalTaskLog(processInstanceId: string): Promise<ExternalTaskLogEntry[]> {
    const { data } = await this.http.get<ExternalTaskLogEntry[]>('/history/external-task-log', {
      params: { processInstanceId, sortBy: 'timestamp', sortOrder: 'asc' },
    });
    return data;
  }

  /** Takes tasks as a worker would, of one business key if given, without waiting for one. */
  async fetchAndLock(
    topic: string,
    workerId: string,
    options: { businessKey?: string; maxTasks?: number; lockMs?: number } = {},
  ): Promise<ExternalTask[]> {
    const { businessKey, maxTasks = 1, lockMs = 30_000 } = options;
    const topics = [{ topicName: topic, lockDuration: lockMs, businessKey }];
    return (
      await this.http.post<ExternalTask[]>('/external-task/fetchAndLock', { workerId, maxTasks, topics })
    ).data;
  }

  /** Completes an external task as a worker would. */
  async completeExternalTask(id: string, workerId: string, variables: Variables): Promise<void> {
    await this.http.post(`/external-task/${id}/complete`, { workerId, variables: typed(variables) });
  }

  /** Waits for a user task of a process instance. */
  async userTask(
    processInstanceId: string,
    taskDefinitionKey: string,
    timeoutMs = 20_000,
  ): Promise<UserTask> {
    return waitFor(
      `user task ${taskDefinitionKey} of ${processInstanceId}`,
      async () => {
        const params = { processInstanceId, taskDefinitionKey };
        return (await this.http.get<UserTask[]>('/task', { params })).data[0];
      },
      { timeoutMs },
    );
  }

  /** Claims a user task. Throws an AxiosError with status 400 or 500 when the user must not have it. */
  async claim(taskId: string, userId: string): Promise<void> {
    await this.http.post(`/task/${taskId}/claim`, { userId });
  }

  /** Submits the form of a user task, as Tasklist does. */
  async submitForm(taskId: string, variables: Variables = {}): Promise<void> {
    await this.http.post(`/task/${taskId}/submit-form`, { variables: typed(variables) });
  }

  private async count(path: string, params: Query): Promise<number> {
    return (await this.http.get<{ count: number }>(path, { params })).data.count;
  }
}

/** A Long, for `ticketPriceMinor`: the engine takes a bare whole number for an Integer. */
export const long = (value: number): EngineVariable => ({ value, type: 'Long' });

function typed(variables: Variables): Record<string, EngineVariable> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? value : { value },
    ]),
  );
}

function bookingOf(variables: Variables): string | undefined {
  const { bookingId } = variables;
  return typeof bookingId === 'string' ? bookingId : undefined;
}
