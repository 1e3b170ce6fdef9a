/**
 * What the operator tells one running worker: an annotation of its pod, which
 * the pod sees as a file (downward API). A change of the annotation reaches the
 * file within seconds and restarts nothing.
 */
import { z } from 'zod';

export const DIRECTIVES_ANNOTATION = 'farerules.dev/directives';
/** Name of the file in the directives directory. */
export const DIRECTIVES_FILE = 'directives';

export const directivesSchema = z.object({
  /** Pods that share each quota group's limits when there is no Redis to keep them together. */
  podsSharingQuota: z.int().min(1),
  /** Until when the budget is spent; absent while there is money. */
  budgetSpentUntil: z.iso.datetime().optional(),
});

export type Directives = z.output<typeof directivesSchema>;
