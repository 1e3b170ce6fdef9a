/**
 * `spec.behavior` of a HorizontalPodAutoscaler, as in Kubernetes 1.34:
 * stabilisation windows over past recommendations, and rates over past steps.
 * Times are milliseconds since any fixed moment.
 */

export interface Policy {
  type: 'Pods' | 'Percent';
  value: number;
  periodSeconds: number;
}

export interface Rules {
  stabilizationWindowSeconds: number;
  selectPolicy: 'Max' | 'Min' | 'Disabled';
  policies: Policy[];
}

export interface Behavior {
  scaleUp: Rules;
  scaleDown: Rules;
}

export interface Recommendation {
  replicas: number;
  at: number;
}

/** A step that the autoscaler made, by how many pods. Steps of others are not known to it. */
export interface ScaleEvent {
  change: number;
  at: number;
}

/**
 * The recommendation that both windows allow: up no further than the lowest of
 * the up window, down no further than the highest of the down window.
 */
export function stabilized(
  current: number,
  proposed: number,
  past: Recommendation[],
  { scaleUp, scaleDown }: Behavior,
  now: number,
): number {
  let lowest = proposed;
  let highest = proposed;
  for (const { replicas, at } of past) {
    if (at > now - scaleUp.stabilizationWindowSeconds * 1_000) lowest = Math.min(lowest, replicas);
    if (at > now - scaleDown.stabilizationWindowSeconds * 1_000) highest = Math.max(highest, replicas);
  }
  return Math.min(Math.max(current, lowest), highest);
}

/** How the recommendation was cut. */
export type RateLimit = 'none' | 'rate' | 'bound';

/** What the rates of the behavior and the bounds leave of a stabilised recommendation. */
export function withinRates(
  current: number,
  wanted: number,
  bounds: { minReplicas: number; maxReplicas: number },
  ups: ScaleEvent[],
  downs: ScaleEvent[],
  { scaleUp, scaleDown }: Behavior,
  now: number,
): { replicas: number; limitedBy: RateLimit } {
  if (wanted > current) {
    const limit = Math.max(rateLimit(current, ups, downs, scaleUp, 1, now), current);
    const most = Math.min(bounds.maxReplicas, limit);
    if (wanted > most) return { replicas: most, limitedBy: bounds.maxReplicas > limit ? 'rate' : 'bound' };
  } else if (wanted < current) {
    const limit = Math.min(rateLimit(current, ups, downs, scaleDown, -1, now), current);
    const fewest = Math.max(bounds.minReplicas, limit);
    if (wanted < fewest)
      return { replicas: fewest, limitedBy: bounds.minReplicas < limit ? 'rate' : 'bound' };
  }
  return { replicas: wanted, limitedBy: 'none' };
}

/** How far the policies of one direction (1 up, -1 down) let replicas go now. */
function rateLimit(
  current: number,
  ups: ScaleEvent[],
  downs: ScaleEvent[],
  { selectPolicy, policies }: Rules,
  direction: 1 | -1,
  now: number,
): number {
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = current - changeWithin(ups, periodSeconds, now) + changeWithin(downs, periodSeconds, now);
    if (type === 'Pods') return start + direction * value;
    // Up is rounded up, or a small pool would never grow; down is cut off.
    const scaled = start * (1 + (direction * value) / 100);
    return direction === 1 ? Math.ceil(scaled) : Math.trunc(scaled);
  });
  // The largest change is the highest number on the way up and the lowest on the way down.
  const highest = (selectPolicy === 'Max') === (direction === 1);
  return highest ? Math.max(...limits) : Math.min(...limits);
}

function changeWithin(events: ScaleEvent[], periodSeconds: number, now: number): number {
  return events.reduce((sum, { change, at }) => (at > now - periodSeconds * 1_000 ? sum + change : sum), 0);
}

export const longestPeriodMs = ({ policies }: Rules): number =>
  Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)) * 1_000;
