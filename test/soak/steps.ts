/**
 * Who made which step, and which steps were undone; pure.
 *
 * A step is a change of a Deployment's `spec.replicas`. Its writer is the field manager that owns that field right
 * after it: a write to the scale moves the ownership, under `subresource: scale`, and every version of the object is
 * seen. managedFields lose much here: nothing is noted while nobody owns the field (soak.ts sees to that), and such an
 * entry has no time. So the step's time is that of its sight, and the audit log has to bear the writer out.
 *
 * A step of one writer is undone by a later step of the other, in the opposite direction, that comes within a minute.
 * There is no exception for a load that has turned: the load (sawtooth.ts) does not turn within a minute, and the
 * scale-down window of the pool is a minute, so that the autoscaler has no reason of its own to be that quick.
 */

export const UNDONE_WITHIN_MS = 60_000;

/** As in `metadata.managedFields`. */
export interface FieldsOf {
  manager?: string;
  subresource?: string;
  time?: Date | string;
  fieldsV1?: object;
}

export interface Sighting {
  /** Milliseconds since 1970. */
  at: number;
  /** `spec.replicas` */
  replicas: number;
  managedFields: readonly FieldsOf[];
}

export interface Step {
  at: number;
  from: number;
  to: number;
  writer: Writer;
}

export type Writer = 'operator' | 'autoscaler' | `unknown: ${string}`;

const WRITERS: Readonly<Record<string, Writer>> = {
  'fareruleworkerpool-operator': 'operator',
  'kube-controller-manager': 'autoscaler',
};

/** The one that owns `spec.replicas`; of several (who wrote the same number) the one that wrote last. */
export function writerOf(managedFields: readonly FieldsOf[]): Writer {
  const owners = managedFields
    .filter(({ fieldsV1 }) => (fieldsV1 as { 'f:spec'?: object } | undefined)?.['f:spec'] !== undefined)
    .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1 as { 'f:spec': object })['f:spec'])
    .sort((a, b) => new Date(b.time ?? 0).getTime() - new Date(a.time ?? 0).getTime());
  const { manager = 'nobody' } = owners[0] ?? {};
  return WRITERS[manager] ?? `unknown: ${manager}`;
}

/** The steps between sightings in the order of time. */
export function stepsIn(sightings: readonly Sighting[]): Step[] {
  return sightings.flatMap(({ at, replicas, managedFields }, index) => {
    const before = sightings[index - 1]?.replicas ?? replicas;
    return before === replicas ? [] : [{ at, from: before, to: replicas, writer: writerOf(managedFields) }];
  });
}

export interface Undone {
  step: Step;
  by: Step;
}

/** Each step that was undone, with the first that did it. */
export function undone(steps: readonly Step[]): Undone[] {
  return steps.flatMap((step, index) => {
    const by = steps
      .slice(index + 1)
      .find(
        (later) =>
          later.at - step.at < UNDONE_WITHIN_MS &&
          later.writer !== step.writer &&
          Math.sign(later.to - later.from) === -Math.sign(step.to - step.from),
      );
    return by ? [{ step, by }] : [];
  });
}

/** A write to a scale that the API server's audit log has: the second witness. */
export interface ScaleWrite {
  at: number;
  writer: Writer;
}

/** How far the audit log's time of a write and its sight may be apart. */
const SEEN_WITHIN_MS = 5_000;

/** Steps for which the audit log has no write of the same writer: the attribution cannot be trusted then. */
export function unwitnessed(steps: readonly Step[], writes: readonly ScaleWrite[]): Step[] {
  return steps.filter(
    (step) =>
      !writes.some(
        ({ at, writer }) => writer === step.writer && at <= step.at && step.at - at < SEEN_WITHIN_MS,
      ),
  );
}
