/**
 * What a pool does while its backlog is unknown: it holds, or, where the pool
 * says so, goes once to a fixed number after a while. Once, because whoever
 * scales it afterwards (a person, or the autoscaler by CPU) has a reason.
 */

export interface Blindness {
  /** Milliseconds: since when the backlog has been unknown. */
  since: number;
  /** Whether the fallback was carried out in this time. */
  fellBack: boolean;
}

export interface FallbackAnswer {
  /** The number to write now. */
  scaleTo?: number;
  /** Absent while the backlog is known. */
  blindness?: Blindness;
}

/**
 * @param fallback number of pods, within the bounds, and after how many milliseconds; undefined holds for ever
 * @param mayScale false for a pool that is paused, or at zero for another reason than having had no work
 */
export function fallBack(
  known: boolean,
  fallback: { replicas: number; afterMs: number } | undefined,
  mayScale: (replicas: number) => boolean,
  before: Blindness | undefined,
  now: number,
): FallbackAnswer {
  if (known) return {};
  const blindness = before ?? { since: now, fellBack: false };
  if (!fallback || blindness.fellBack || now - blindness.since < fallback.afterMs) return { blindness };
  if (!mayScale(fallback.replicas)) return { blindness };
  return { scaleTo: fallback.replicas, blindness: { ...blindness, fellBack: true } };
}
