/** `spec.scaling`: how many pods there are. */
import { z } from 'zod';
import { duration } from './fields.ts';

export const scalingSchema = z
  .strictObject({
    minReplicas: z
      .int32()
      .min(0)
      .max(1000)
      .default(3)
      .describe('Fewest pods. 0, together with idle, for a pool that is away while there is no work.'),
    maxReplicas: z.int32().min(1).max(1000).default(20).describe('Most pods. At least minReplicas.'),
    tasksPerReplica: z
      .int32()
      .min(1)
      .max(1_000_000)
      .default(50)
      .describe('Tasks, waiting and in work together, that one pod should have. Fewer means more pods.'),
    maxWait: duration(
      'How long a task should take from its start to its decision, waiting included, at least 1s. Once the ' +
        'workers have measured how long a task takes, the number of pods follows from it; tasksPerReplica counts until then.',
    ).optional(),
    idle: z
      .strictObject({
        after: duration(
          'How long there must have been no work at all before the last pods are removed.',
        ).default('5m'),
      })
      .optional()
      .describe('Go to no pods at all when idle. With minReplicas 0 only; the next task brings them back.'),
    fallback: z
      .strictObject({
        replicas: z.int32().min(1).max(1000).describe('Pods to go to, between minReplicas and maxReplicas.'),
        after: duration('How long the backlog must have been unknown.').default('5m'),
      })
      .optional()
      .describe(
        'What to do when the engine cannot be asked for long, also from zero. Left out: the number of pods holds.',
      ),
    pause: z
      .enum(['All', 'ScaleIn', 'ScaleOut'])
      .optional()
      .describe(
        'Stop scaling: in both directions, only the removal (ScaleIn) or only the adding (ScaleOut) of pods. The ' +
          'annotations farerules.dev/paused, paused-scale-in and paused-scale-out with the value "true" do the same.',
      ),
    cpuUtilization: z
      .int32()
      .min(0)
      .max(100)
      .default(70)
      .describe(
        'CPU target in percent of the request, beside the backlog; the larger answer wins. 0 turns it off. ' +
          'Used only where the cluster serves the resource metrics API.',
      ),
    responseTime: duration('LLM response time above which more pods are asked for.').default('3s'),
    scaleDownStabilization: duration(
      'How long the backlog must have been lower before pods are removed, at most 1h.',
    ).default('300s'),
  })
  .describe('How many pods there are.');
