/** Policies and pods in namespaces of their own, so that trying them for real touches nobody else's. */
import type { Endpoint, NetworkPolicy, Pod } from './policy.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';

export const movedName = (prefix: string, namespace: string): string => `${prefix}-${namespace}`;

/** The policies with every namespace renamed, those that their selectors name included. */
export const movedPolicies = (prefix: string, policies: NetworkPolicy[]): NetworkPolicy[] =>
  policies.map((policy) => {
    const { metadata, spec } = policy;
    const namespace = movedName(prefix, metadata.namespace);
    return { ...policy, metadata: { name: metadata.name, namespace }, spec: moved(prefix, spec) };
  });

/** Those of the endpoints that are pods. */
export function movedPods<N extends string>(
  prefix: string,
  endpoints: Partial<Record<N, Endpoint>>,
): Map<N, Pod> {
  const pods = (Object.entries(endpoints) as [N, Endpoint][]).flatMap(([name, endpoint]) =>
    'namespace' in endpoint
      ? [[name, { ...endpoint, namespace: movedName(prefix, endpoint.namespace) }] as const]
      : [],
  );
  return new Map(pods);
}

function moved<T>(prefix: string, value: T): T {
  if (Array.isArray(value)) return value.map((item) => moved(prefix, item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => {
    if (key === NAME_LABEL) return [key, movedName(prefix, child)];
    // An expression: { key, operator, values }.
    const aboutNames = (value as { key?: string }).key === NAME_LABEL;
    if (aboutNames && key === 'values') {
      return [key, (child as string[]).map((name) => movedName(prefix, name))];
    }
    return [key, moved(prefix, child)];
  });
  return Object.fromEntries(entries) as T;
}
