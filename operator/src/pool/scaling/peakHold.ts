/**
 * The metric that is served holds its peak until the autoscaler has come to
 * the number that the peak asks for. Otherwise a burst that is over before the
 * next sync is one that the autoscaler never saw: its scale-down window knows
 * nothing of it, and it takes the early step back at once.
 */

/** Long enough for several syncs (15 s each); a peak that the autoscaler never takes up does not stay. */
export const PEAK_HOLD_MS = 60_000;

export interface Peak {
  /** Tasks. */
  demand: number;
  /** Milliseconds: when the demand was last this large. */
  at: number;
}

export interface HeldPeak {
  /** What to serve, in tasks; undefined while the demand is unknown. */
  served: number | undefined;
  peak: Peak | undefined;
}

/**
 * @param demand tasks now, undefined while unknown
 * @param wantedFor replicas that the autoscaler would compute for a demand now, within its bounds
 * @param autoscalerDesired its `status.desiredReplicas`
 */
export function holdPeak(
  before: Peak | undefined,
  demand: number | undefined,
  wantedFor: (demand: number) => number,
  autoscalerDesired: number,
  now: number,
): HeldPeak {
  const held = before && now - before.at < PEAK_HOLD_MS ? before : undefined;
  if (demand === undefined) return { served: undefined, peak: held };
  if (!held || demand >= held.demand || autoscalerDesired >= wantedFor(held.demand)) {
    return { served: demand, peak: { demand, at: now } };
  }
  return { served: held.demand, peak: held };
}
