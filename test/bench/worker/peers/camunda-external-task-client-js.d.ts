/** The client has no types of its own; these are as much of it as the peers use. */
declare module 'camunda-external-task-client-js' {
  export interface Task {
    id: string;
    variables: { get(name: string): unknown };
  }

  export class Variables {
    set(name: string, value: unknown): Variables;
  }

  export interface TaskService {
    complete(task: Task, variables: Variables): Promise<void>;
    handleFailure(
      task: Task,
      failure: { errorMessage: string; retries: number; retryTimeout: number },
    ): Promise<void>;
  }

  export class Client {
    constructor(options: {
      baseUrl: string;
      workerId?: string;
      maxTasks?: number;
      interval?: number;
      lockDuration?: number;
      asyncResponseTimeout?: number;
      maxParallelExecutions?: number;
    });
    subscribe(
      topic: string,
      handler: (work: { task: Task; taskService: TaskService }) => Promise<void>,
    ): unknown;
  }
}
