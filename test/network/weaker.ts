/** Sets of policies that each lack one thing: a table that does not notice the loss says nothing about it. */
import type { NetworkPolicy } from './policy.ts';

export interface Weaker {
  /** What was taken away. */
  what: string;
  weaker: NetworkPolicy[];
}

/** Without each policy, and without each rule and each port or peer of a rule that has several. */
export function withoutEach(policies: NetworkPolicy[]): Weaker[] {
  return policies.flatMap((policy, index) => {
    const others = policies.toSpliced(index, 1);
    const name = `${policy.metadata.namespace}/${policy.metadata.name}`;
    return [
      { what: name, weaker: others },
      ...lesser(policy).map(({ what, policy: less }) => ({
        what: `${name} ${what}`,
        weaker: [...others, less],
      })),
    ];
  });
}

function lesser(policy: NetworkPolicy): { what: string; policy: NetworkPolicy }[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    (policy.spec[direction] ?? []).flatMap((rule, index) => {
      const changed = (rules: object[]) => ({ ...policy, spec: { ...policy.spec, [direction]: rules } });
      const rules = policy.spec[direction] ?? [];
      const what = `${direction}[${index}]`;
      const lists = (['from', 'to', 'ports'] as const).flatMap((field) => {
        const list = (rule as Record<string, object[] | undefined>)[field] ?? [];
        if (list.length < 2) return [];
        return list.map((_, entry) => ({
          what: `${what}.${field}[${entry}]`,
          policy: changed(rules.with(index, { ...rule, [field]: list.toSpliced(entry, 1) })),
        }));
      });
      return [{ what, policy: changed(rules.toSpliced(index, 1)) }, ...lists];
    }),
  );
}
