/** Looks at the system at a steady pace and keeps what it saw. */

import type { Environment } from '../environment/environment.ts';
import { standInControl } from '../llm/control.ts';
import { sleep } from '../support/wait.ts';
import type { EngineCalls } from './engineCalls.ts';
import type { Decisions, LlmFigures, Sample } from './samples.ts';
import type { ScaleReader } from './scaleReader.ts';
import { parsePodFigures, sumFigures } from './workerMetrics.ts';

export const SAMPLE_MS = 500;
/** Counts over the history cost the engine more than the backlog does: only every fourth sample asks. */
const HISTORY_EVERY = 4;

export interface Sampler {
  readonly samples: Sample[];
  stop(): Promise<void>;
}

interface Sources {
  environment: Environment;
  engine: EngineCalls;
  scale: ScaleReader;
  /** Business keys of the run begin with this. */
  prefix: string;
  /** Requests started so far. */
  started: () => number;
}

/** Starts to sample; `onSample` sees each sample with all before it. */
export async function startSampler(
  sources: Sources,
  onSample: (samples: Sample[]) => void,
): Promise<Sampler> {
  const { environment, engine, scale, prefix, started } = sources;
  const before = await decisionCounts(engine);
  const llm = llmSource(environment, scale);
  const start = performance.now();
  const samples: Sample[] = [];
  let stopping = false;

  const sample = async (): Promise<void> => {
    const t = (performance.now() - start) / 1_000;
    const last = samples.at(-1);
    const askHistory = samples.length % HISTORY_EVERY === 0;
    const [backlog, seenScale, figures, decisions, ended] = await Promise.all([
      known(engine.backlog()),
      known(scale.scale()),
      known(llm(askHistory)),
      askHistory ? known(decisionCounts(engine)) : undefined,
      askHistory ? known(engine.countEnded(prefix)) : undefined,
    ]);
    samples.push({
      t,
      started: started(),
      ...backlog,
      ...(seenScale && { scale: seenScale }),
      ...(figures && { llm: figures }),
      ...optional('decisions', decisions ? minus(decisions, before) : last?.decisions),
      ...optional('ended', ended ?? last?.ended),
    });
    onSample(samples);
  };
  const loop = async (): Promise<void> => {
    while (!stopping) {
      const next = performance.now() + SAMPLE_MS;
      await sample();
      await sleep(Math.max(0, next - performance.now()));
    }
  };
  const done = loop();
  return {
    samples,
    stop() {
      stopping = true;
      return done;
    },
  };
}

/** LLM figures: the stand-in's own count, or what the workers measured of the real API. */
function llmSource(
  environment: Environment,
  scale: ScaleReader,
): (fresh: boolean) => Promise<LlmFigures | undefined> {
  const { controlURL } = environment.llm;
  if (controlURL) {
    const control = standInControl(controlURL);
    return async () => {
      const { calls, byStatus, latencyMs, costUSD } = await control.stats();
      const figures: LlmFigures = { calls, errors: calls - (byStatus[200] ?? 0), costUSD };
      return latencyMs ? { ...figures, p50Ms: latencyMs.p50, p95Ms: latencyMs.p95 } : figures;
    };
  }
  // A pod that was scaled away takes its metrics with it: what it last said still counts.
  const pods = new Map<string, ReturnType<typeof parsePodFigures>>();
  let last: LlmFigures | undefined;
  return async (fresh) => {
    if (!fresh) return last;
    for (const [pod, text] of await scale.workerMetrics()) pods.set(pod, parsePodFigures(text));
    last = sumFigures(pods.values());
    return last;
  };
}

async function decisionCounts(engine: EngineCalls): Promise<Decisions> {
  const [ALLOWED, WITH_PENALTY, MANUAL] = await Promise.all([
    engine.countDecision('ALLOWED'),
    engine.countDecision('WITH_PENALTY'),
    engine.countDecision('MANUAL'),
  ]);
  return { ALLOWED, WITH_PENALTY, MANUAL };
}

const minus = (a: Decisions, b: Decisions): Decisions => ({
  ALLOWED: a.ALLOWED - b.ALLOWED,
  WITH_PENALTY: a.WITH_PENALTY - b.WITH_PENALTY,
  MANUAL: a.MANUAL - b.MANUAL,
});

/** The value, or undefined where it cannot be had: a gap in the plot, not an end of the demo. */
const known = <T>(value: Promise<T>): Promise<T | undefined> => value.catch(() => undefined);

const optional = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<K, V>>;
