/** Every way in which a pool of a neighbour fails; each kind has an engine of its own. */
import { RIGHT } from '../reaction/target.ts';
import type { EngineFault } from '../scale/faults.ts';

export interface FailureKind {
  title: string;
  /** What its engine does. */
  engine?: EngineFault;
  /** Edits of the pool that break it and mend it. */
  edit?: { broken: { spec: object }; whole: { spec: object } };
  /** The condition that turns False. */
  condition: 'EngineReachable' | 'CredentialsReady' | 'Ready';
}

const ofEngine = (engine: EngineFault, title: string): FailureKind => ({
  title,
  engine,
  condition: 'EngineReachable',
});
const withSecret = (name: string) => ({ spec: { llm: { credentials: [{ secretRef: { name } }] } } });
const withBounds = (minReplicas: number, maxReplicas: number) => ({
  spec: { scaling: { minReplicas, maxReplicas } },
});

export const KINDS: FailureKind[] = [
  ofEngine('refuse', 'connection refused'),
  ofEngine('hang', 'no answer'),
  ofEngine('serverError', '500'),
  ofEngine('page', 'HTML page'),
  ofEngine('unauthorized', 'wrong credentials'),
  ofEngine('redirect', 'redirect'),
  ofEngine('garbage', 'negative count'),
  ofEngine('reset', 'connection reset'),
  {
    title: 'missing Secret',
    edit: { broken: withSecret('no-such-secret'), whole: withSecret('openai') },
    condition: 'CredentialsReady',
  },
  {
    // The API server refuses it today; one with an older CRD lets it in.
    title: 'minimum over maximum',
    edit: { broken: withBounds(RIGHT, 1), whole: withBounds(0, RIGHT) },
    condition: 'Ready',
  },
];

export const POOLS = 100;
export const FAILING = 50;
/** Engines of the healthy pools, as many as of the others. */
const HEALTHY_ENGINES = KINDS.length;

/** The first one is real, and not used here: it cannot be told to fail, so none of these pools is on it. */
export const ENGINES = 1 + HEALTHY_ENGINES + KINDS.length;

/** Index of a kind for a pool that is to fail, given the pool's index; undefined for a healthy one. */
export const kindOf = (pool: number): number | undefined =>
  pool < FAILING ? pool % KINDS.length : undefined;

export const engineOfKind = (kind: number): number => 1 + HEALTHY_ENGINES + kind;

/** Index of the engine of a pool. */
export function engineOf(pool: number): number {
  const kind = kindOf(pool);
  return kind === undefined ? 1 + (pool % HEALTHY_ENGINES) : engineOfKind(kind);
}
