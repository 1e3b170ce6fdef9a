/** The engine's API as far as reviews by people are concerned: find them, claim them, send them back. */
import { z } from 'zod';
import { EngineError, toEngineError } from './errors.ts';
import type { EngineRequest } from './nodes.ts';

/** How a request reaches the engine: retried where that is harmless. @throws EngineError */
export type Send = (request: Omit<EngineRequest, 'timeoutMs'>) => Promise<unknown>;

const reviewSchema = z.object({
  id: z.string().min(1),
  processInstanceId: z.string().min(1),
  executionId: z.string().min(1),
  taskDefinitionKey: z.string(),
  assignee: z.string().nullish(),
});
export type Review = z.output<typeof reviewSchema>;

export interface ReviewQuery {
  userTask: string;
  processDefinitionKeys: readonly string[] | undefined;
  tenantIds: readonly string[] | undefined;
  since: Date | undefined;
}

const PAGE = 200;

/** Open reviews of instances with the variable llmError, oldest first. @throws EngineError */
export async function findReviews(send: Send, query: ReviewQuery): Promise<Review[]> {
  const { userTask, processDefinitionKeys, tenantIds, since } = query;
  const body = {
    taskDefinitionKey: userTask,
    active: true,
    processVariables: [{ name: 'llmError', operator: 'neq', value: '' }],
    ...(processDefinitionKeys?.length ? { processDefinitionKeyIn: processDefinitionKeys } : {}),
    ...(tenantIds?.length ? { tenantIdIn: tenantIds } : {}),
    ...(since ? { createdAfter: engineTime(since) } : {}),
    sorting: [
      { sortBy: 'created', sortOrder: 'asc' },
      { sortBy: 'id', sortOrder: 'asc' },
    ],
  };
  const found: Review[] = [];
  for (;;) {
    const path = `/task?firstResult=${found.length}&maxResults=${PAGE}`;
    const page = read(z.array(reviewSchema), await send({ method: 'POST', path, body, expected: 200 }));
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

/** A review as of now. @throws EngineError, NOT_FOUND when it is over. */
export async function readReview(send: Send, id: string): Promise<Review> {
  return read(
    reviewSchema,
    await send({ method: 'GET', path: `/task/${encodeURIComponent(id)}`, expected: 200 }),
  );
}

/** The value of llmError; undefined where it is not there or no text. @throws EngineError */
export async function readLlmError(send: Send, processInstanceId: string): Promise<string | undefined> {
  const path = `/variable-instance?processInstanceIdIn=${encodeURIComponent(processInstanceId)}&variableName=llmError`;
  const schema = z.array(z.object({ value: z.unknown() }));
  const [variable] = read(schema, await send({ method: 'GET', path, expected: 200 }));
  return typeof variable?.value === 'string' ? variable.value : undefined;
}

/** The activity that the worker completed last for this instance and topic; undefined where it completed none. @throws EngineError */
export async function readAnalysisActivity(
  send: Send,
  processInstanceId: string,
  topic: string,
): Promise<string | undefined> {
  const query = new URLSearchParams({
    processInstanceId,
    topicName: topic,
    successLog: 'true',
    sortBy: 'timestamp',
    sortOrder: 'desc',
    maxResults: '1',
  });
  const schema = z.array(z.object({ activityId: z.string().min(1) }));
  const path = `/history/external-task-log?${query}`;
  return read(schema, await send({ method: 'GET', path, expected: 200 }))[0]?.activityId;
}

/** Whether a person has completed a task of this instance before: what was said then must not be asked again. @throws EngineError */
export async function hasCompletedTask(send: Send, processInstanceId: string): Promise<boolean> {
  const path = `/history/task?processInstanceId=${encodeURIComponent(processInstanceId)}&finished=true`;
  const schema = z.array(z.object({ deleteReason: z.string().nullish() }));
  const finished = read(schema, await send({ method: 'GET', path, expected: 200 }));
  return finished.some(({ deleteReason }) => deleteReason === 'completed');
}

/** @throws EngineError, CONFLICT when somebody has it, NOT_FOUND when it is over. */
export async function claimReview(send: Send, id: string, userId: string): Promise<void> {
  try {
    await send({
      method: 'POST',
      path: `/task/${encodeURIComponent(id)}/claim`,
      body: { userId },
      expected: 204,
    });
  } catch (thrown) {
    const error = toEngineError(thrown);
    // The engine answers 500 to a claim that comes too late, and to one for a task that has just ended.
    throw error.code === 'SERVER_ERROR' ? new EngineError('CONFLICT', error.status) : error;
  }
}

/** @throws EngineError */
export async function unclaimReview(send: Send, id: string): Promise<void> {
  await send({ method: 'POST', path: `/task/${encodeURIComponent(id)}/unclaim`, body: {}, expected: 204 });
}

const treeSchema = z.object({
  id: z.string(),
  activityId: z.string(),
  executionIds: z.array(z.string()).nullish(),
  get childActivityInstances() {
    return z.array(treeSchema).nullish();
  },
});
type Tree = z.output<typeof treeSchema>;

/**
 * Ends a review and starts the analysis in its place, in one transaction, with llmError taken back: it must not send
 * the instance here again after the model has decided.
 * @throws EngineError, NOT_FOUND when the review is over.
 */
export async function sendBack(send: Send, review: Review, analysisActivity: string): Promise<void> {
  const instance = `/process-instance/${encodeURIComponent(review.processInstanceId)}`;
  const tree = read(
    treeSchema,
    await send({ method: 'GET', path: `${instance}/activity-instances`, expected: 200 }),
  );
  const activityInstanceId = find(tree, review);
  if (!activityInstanceId) throw new EngineError('NOT_FOUND');
  const body = {
    annotation: 'return-fallbacks: the model is asked again',
    instructions: [
      { type: 'cancel', activityInstanceId },
      {
        type: 'startBeforeActivity',
        activityId: analysisActivity,
        variables: { llmError: { value: null, type: 'Null', local: false } },
      },
    ],
  };
  await send({ method: 'POST', path: `${instance}/modification`, body, expected: 204 });
}

function find(tree: Tree, { taskDefinitionKey, executionId }: Review): string | undefined {
  if (tree.activityId === taskDefinitionKey && tree.executionIds?.includes(executionId)) return tree.id;
  for (const child of tree.childActivityInstances ?? []) {
    const found = find(child, { taskDefinitionKey, executionId } as Review);
    if (found) return found;
  }
  return undefined;
}

/** As the engine reads times in bodies. */
function engineTime(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const answer = schema.safeParse(body);
  if (!answer.success) throw new EngineError('UNEXPECTED_RESPONSE', 200);
  return answer.data;
}
