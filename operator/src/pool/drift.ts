/** Whether a live object still is what was applied. */
import { APPLIED_ANNOTATION } from './names.ts';
import type { KubeObject, Manifest } from './objects.ts';

/**
 * The manifest with a hash of itself as an annotation. Comparing live fields
 * finds what was edited or removed by others; the hash finds what we ourselves
 * no longer ask for.
 */
export function stamped(manifest: Manifest): Manifest {
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      annotations: { ...manifest.metadata.annotations, [APPLIED_ANNOTATION]: fnv1a(canonicalJson(manifest)) },
    },
  };
}

/** Whether applying `desired` would change nothing of `live`. */
export function inSync(live: KubeObject, desired: Manifest): boolean {
  return covers(live, desired);
}

/**
 * Whether every field of `desired` has its value in `live`. More is allowed:
 * the API server fills in defaults, and what others add is theirs.
 */
export function covers(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    if (!Array.isArray(live)) return false;
    if (desired.every(isNamed)) {
      return desired.every((item) =>
        live.some((other) => isNamed(other) && other.name === item.name && covers(other, item)),
      );
    }
    return live.length === desired.length && desired.every((item, index) => covers(live[index], item));
  }
  if (isRecord(desired)) {
    return isRecord(live) && Object.entries(desired).every(([field, value]) => covers(live[field], value));
  }
  return live === desired || sameQuantity(live, desired);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is { name: string } =>
  isRecord(value) && typeof value.name === 'string';

const QUANTITY = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([munkMGTPE]|[KMGTPE]i)?$/;
const SCALE: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The API server rewrites quantities (1000m becomes 1): equal amounts are equal. */
function sameQuantity(a: unknown, b: unknown): boolean {
  const first = quantity(a);
  const second = quantity(b);
  return first !== undefined && second !== undefined && Math.abs(first - second) <= Math.abs(first) * 1e-12;
}

function quantity(value: unknown): number | undefined {
  const match = QUANTITY.exec(String(value));
  if (!match) return undefined;
  return Number(match[1]) * (match[2] ? (SCALE[match[2]] ?? Number.NaN) : 1);
}

/** JSON with sorted keys: two equal manifests have one text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${fields.join(',')}}`;
}

/** 64-bit FNV-1a: tells manifests apart, protects nothing. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
