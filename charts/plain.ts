/** Objects as Helm renders them, made fit for `kubectl apply`. Pure. */

type Json = Record<string, unknown>;

export interface PlainObject extends Json {
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** Keys that only Helm reads, wherever labels and annotations are. */
const isHelms = (key: string) => key.startsWith('helm.sh/') || key.startsWith('meta.helm.sh/');

/**
 * The objects without what is Helm's: its labels and annotations. What was a hook becomes an object like the
 * others, except for those of `helm test`, which go.
 */
export function withoutHelm(objects: readonly PlainObject[]): PlainObject[] {
  return objects
    .filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] !== 'test')
    .map((object) => stripped(object) as PlainObject);
}

/** What is rendered ahead of time must not hold a key or a password. */
export const withoutSecrets = (objects: readonly PlainObject[]): PlainObject[] =>
  objects.filter(({ kind }) => kind !== 'Secret');

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key, child]) => !isHelms(key) && !(key === 'app.kubernetes.io/managed-by' && child === 'Helm'))
    .map(([key, child]) => [key, stripped(child)] as const)
    // Annotations that were all Helm's.
    .filter(([key, child]) => key !== 'annotations' || Object.keys(child as Json).length > 0);
  return Object.fromEntries(entries);
}
