/** A pool's status, written by the operator. */
import { z } from 'zod';

const condition = z.object({
  type: z.string().max(316).describe('Kind of condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z.int().min(0).optional().describe("The spec's generation that this was seen for."),
  lastTransitionTime: z.iso.datetime().describe('When the status last changed.'),
  reason: z.string().min(1).max(1024).describe('One word for why.'),
  message: z.string().max(32_768).describe('One sentence for a person.'),
});

const scalingStatus = z
  .object({
    mode: z
      .enum(['Autoscaler', 'Direct', 'StandBack'])
      .describe(
        'Who writes the number of pods: the HorizontalPodAutoscaler with the operator ahead of it on the way up, ' +
          'the operator alone, or somebody else.',
      ),
    signals: z
      .array(
        z.object({
          name: z.enum(['backlog', 'maxWait', 'responseTime', 'cpu']).describe('What was measured.'),
          value: z
            .number()
            .describe(
              'Tasks for backlog, seconds for maxWait and responseTime, percent of the request for cpu.',
            ),
          target: z
            .number()
            .describe('What the value should be at most: for backlog in one pod, else for all.'),
          asksFor: z.int32().optional().describe('Pods that it asks for. Absent where it asks for none.'),
        }),
      )
      .max(8)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .describe('Each signal with what it asks for. Absent while the backlog is unknown.'),
    winner: z.string().max(63).optional().describe('The signal that asks for the most pods.'),
    limit: z
      .enum(['minReplicas', 'maxReplicas', 'quota', 'budget', 'podProblem', 'pause', 'overlap'])
      .optional()
      .describe("What cut the winner's answer. Absent when nothing did."),
    ceiling: z.int32().describe('Most pods now, by all limits together.'),
    zero: z
      .enum(['Idle', 'BudgetSpent'])
      .optional()
      .describe('Why the operator took the pool to no pods. Absent otherwise.'),
  })
  .describe('Why the pool has the size that it has, in numbers.');

const spendingStatus = z
  .object({
    hour: z.iso.datetime().describe('Start of the hour that hourUSD belongs to.'),
    hourUSD: z.number().describe('US dollars of that hour (UTC).'),
    day: z.iso.datetime().describe('Start of the day that dayUSD belongs to.'),
    dayUSD: z.number().describe('US dollars of that day, in the time zone of the budget.'),
    countedUSD: z
      .number()
      .describe('What the present pods had counted in all: a new operator goes on from there.'),
    countedAt: z.iso.datetime().describe('When they had counted it. It stays while nothing is spent.'),
  })
  .describe('What the LLM calls cost, by the price of the model. Absent while nothing was ever spent.');

export const poolStatusSchema = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe("The spec's generation that this status belongs to."),
    desiredReplicas: z
      .int32()
      .optional()
      .describe('Pods that the backlog asks for, within the limits. Absent while unknown.'),
    replicas: z.int32().optional().describe('Pods that exist.'),
    readyReplicas: z.int32().optional().describe('Pods that are ready.'),
    pendingTasks: z.int32().optional().describe('Tasks that wait for a worker. Absent while unknown.'),
    inFlightTasks: z.int32().optional().describe('Tasks that a worker holds. Absent while unknown.'),
    lastCountTime: z.iso.datetime().optional().describe('When the engine was last asked successfully.'),
    scalingReason: z
      .string()
      .max(1024)
      .optional()
      .describe('Why the pool has the size it has, in one sentence.'),
    scaling: scalingStatus.optional(),
    spending: spendingStatus.optional(),
    conditions: z
      .array(condition)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .optional()
      .describe('Ready, EngineReachable, CredentialsReady, WorkersAvailable, ScalingActive, ScalingLimited.'),
  })
  .describe('What was last seen.');

export type PoolStatus = z.output<typeof poolStatusSchema>;
export type PoolCondition = z.output<typeof condition>;
