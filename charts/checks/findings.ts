/** What kube-score found against what is accepted with a reason. Pure. */
import { z } from 'zod';

/** One check that one object of one chart does not pass. */
export interface Finding {
  chart: string;
  /** Kind and name. */
  object: string;
  check: string;
  /** In kube-score's words. */
  comment: string;
}

const acceptedSchema = z.array(
  z.strictObject({
    check: z.string().min(1),
    reason: z.string().min(20),
    /** For each chart, kinds and names of the objects. */
    objects: z.record(z.string(), z.array(z.string().min(1)).min(1)),
  }),
);
export type Accepted = z.output<typeof acceptedSchema>;

/**
 * The list of accepted findings.
 * @throws ZodError when one has no reason or the file has another shape
 */
export const parseAccepted = (value: unknown): Accepted => acceptedSchema.parse(value);

const scoreSchema = z.array(
  z.object({
    type_meta: z.object({ kind: z.string() }),
    object_meta: z.object({ name: z.string() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ summary: z.string(), path: z.string() })).nullable(),
      }),
    ),
  }),
);
/** kube-score's grade of what it has nothing to say about. */
const ALL_OK = 10;

/**
 * What kube-score's `json` output (version v2) finds fault with.
 * @throws ZodError when its output has another shape
 */
export function findingsIn(chart: string, output: unknown): Finding[] {
  // A chart without workloads has no scores at all.
  return scoreSchema.parse(output ?? []).flatMap((scored) =>
    scored.checks
      .filter(({ grade, skipped }) => !skipped && grade < ALL_OK)
      .map(({ check, comments }) => ({
        chart,
        object: `${scored.type_meta.kind}/${scored.object_meta.name}`,
        check: check.id,
        comment: (comments ?? [])
          .map(({ path, summary }) => (path ? `${path}: ${summary}` : summary))
          .join('; '),
      })),
  );
}

/** Sentences about findings that nobody accepted, and about accepted ones that no longer occur. */
export function problemsIn(findings: readonly Finding[], accepted: Accepted): string[] {
  const key = (check: string, chart: string, object: string) => `${check} of ${object} in ${chart}`;
  const listed = new Set(
    accepted.flatMap(({ check, objects }) =>
      Object.entries(objects).flatMap(([chart, names]) => names.map((name) => key(check, chart, name))),
    ),
  );
  const found = new Map(
    findings.map((finding) => [key(finding.check, finding.chart, finding.object), finding]),
  );
  return [
    ...[...found]
      .filter(([name]) => !listed.has(name))
      .map(([name, { comment }]) => `not accepted: ${name} (${comment})`),
    ...[...listed]
      .filter((name) => !found.has(name))
      .map((name) => `accepted, but not found any more: ${name}`),
  ];
}
