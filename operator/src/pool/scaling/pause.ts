/** Scaling paused by the spec or by annotation, in one direction or in both. */

import type { PoolSpec } from '../../../../crds/src/pool.ts';
import { GROUP } from '../../../../crds/src/pool.ts';

/** Directions in which the number of pods may not change. */
export interface Hold {
  /** No pod is removed. */
  in: boolean;
  /** No pod is added. */
  out: boolean;
}

export const PAUSE_ANNOTATIONS = {
  All: `${GROUP}/paused`,
  ScaleIn: `${GROUP}/paused-scale-in`,
  ScaleOut: `${GROUP}/paused-scale-out`,
} as const;

/** Spec and annotations add up; an annotation counts when its value is "true". */
export function pause(
  { pause: direction }: PoolSpec['scaling'],
  annotations: Record<string, string> = {},
): Hold {
  const asked = (name: keyof typeof PAUSE_ANNOTATIONS) =>
    direction === name || annotations[PAUSE_ANNOTATIONS[name]] === 'true';
  return { in: asked('All') || asked('ScaleIn'), out: asked('All') || asked('ScaleOut') };
}
