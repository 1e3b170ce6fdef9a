/**
 * Random situations for a HorizontalPodAutoscaler, and what our reproduction of
 * its arithmetic makes of each, step by step as the real one asks for metrics.
 */
import { type HpaSpec, NEW_HPA, syncHpa } from '../../operator/src/pool/scaling/hpa.ts';
import type { Policy, Rules } from '../../operator/src/pool/scaling/hpaBehavior.ts';
import { type MetricReading, milli, type Scale } from '../../operator/src/pool/scaling/hpaMetrics.ts';

/** How often each autoscaler is answered; after that its metrics fail, so that it stays where it is. */
export const ROUNDS = 4;
const SYNC_MS = 15_000;

export interface Situation {
  name: string;
  spec: HpaSpec;
  scale: Scale;
  metrics: {
    targetMilli: number;
    /** Quantities in each round; undefined is a failure. */
    rounds: (string[] | undefined)[];
  }[];
}

/** @param next numbers from 0 up to 1 */
export function situation(name: string, next: () => number): Situation {
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const oneOf = <T>(first: T, ...others: T[]): T => [first, ...others][whole(0, others.length)] ?? first;

  const minReplicas = whole(1, 5);
  const maxReplicas = minReplicas + whole(0, 40);
  // Mostly within the bounds; sometimes beyond them, or paused.
  const specReplicas = oneOf(whole(minReplicas, maxReplicas), whole(minReplicas, maxReplicas), whole(0, 50));
  const statusReplicas = oneOf(specReplicas, specReplicas, whole(0, maxReplicas));

  // Periods and windows end between two syncs (every 15 s), never at one: their order would be chance.
  const policy = (): Policy => ({
    type: oneOf('Pods', 'Percent'),
    value: oneOf(whole(1, 5), whole(10, 200)),
    periodSeconds: oneOf(5, 20, 40, 100),
  });
  const rules = (direction: 'up' | 'down'): Rules => {
    const policies = Array.from({ length: whole(1, 3) }, policy);
    for (const each of policies) {
      if (direction === 'down' && each.type === 'Percent') each.value = Math.min(each.value, 100);
    }
    return {
      stabilizationWindowSeconds: oneOf(0, 0, 10, 25, 40, 100),
      selectPolicy: oneOf('Max', 'Max', 'Min', 'Min', 'Disabled'),
      policies,
    };
  };

  const quantity = (thousandths: number) =>
    oneOf(`${thousandths}m`, `${thousandths}m`, `${(thousandths / 1_000 + next() / 2_000).toFixed(5)}`);
  const values = (targetMilli: number): string[] | undefined => {
    if (next() < 0.12) return undefined;
    // At the edges of the tolerance, or anywhere.
    const ratio = oneOf(0.9, 1.1, 1, next() * 0.4 + 0.8, next() * 4, 0);
    const usage = Math.round(targetMilli * Math.max(statusReplicas, 1) * ratio) + oneOf(0, 0, -1, 1);
    if (usage <= 0) return [next() < 0.2 ? '-5' : '0'];
    const first = Math.floor(usage * next());
    return oneOf([quantity(usage)], [quantity(first), quantity(usage - first)]);
  };
  const metric = () => {
    const targetMilli = oneOf(50_000, whole(1, 100_000));
    return { targetMilli, rounds: Array.from({ length: ROUNDS }, () => values(targetMilli)) };
  };
  return {
    name,
    spec: { minReplicas, maxReplicas, behavior: { scaleUp: rules('up'), scaleDown: rules('down') } },
    scale: { specReplicas, statusReplicas },
    metrics: Array.from({ length: oneOf(1, 1, 2) }, metric),
  };
}

/** Our arithmetic in step with the real controller: each of its questions moves it on. */
export class Rehearsal {
  /** `status.desiredReplicas`, and every number that `spec.replicas` should have had. */
  desired = 0;
  readonly replicas: number[];
  /** Syncs that asked for metrics. */
  rounds = 0;
  private readonly situation: Situation;
  private state = NEW_HPA;

  constructor(of: Situation) {
    this.situation = of;
    this.replicas = [of.scale.specReplicas];
  }

  /** What to answer to the question for a metric; undefined is a failure. */
  answer(metric: number, at: number): string[] | undefined {
    const { metrics } = this.situation;
    const values = metrics[metric]?.rounds[this.rounds];
    // The controller asks for one metric after the other, then decides.
    if (metric === metrics.length - 1) {
      this.bringWithinBounds(at - SYNC_MS);
      this.sync(
        metrics.map(({ targetMilli, rounds }) => reading(targetMilli, rounds[this.rounds])),
        at,
      );
      this.rounds += 1;
    }
    return values;
  }

  /** The syncs that ask for nothing: a pause at zero, or a number beyond the bounds. */
  bringWithinBounds(at: number): void {
    const { minReplicas, maxReplicas } = this.situation.spec;
    if (this.current === 0 || this.current < minReplicas || this.current > maxReplicas) this.sync([], at);
  }

  get current(): number {
    return this.replicas.at(-1) ?? 0;
  }

  private sync(readings: MetricReading[], at: number): void {
    const { spec, scale } = this.situation;
    const now = { specReplicas: this.current, statusReplicas: scale.statusReplicas };
    const { desired, state } = syncHpa(spec, now, readings, this.state, at);
    this.state = state;
    if (desired === undefined) return;
    this.desired = desired;
    if (desired !== this.current) this.replicas.push(desired);
  }
}

function reading(targetMilli: number, values: string[] | undefined): MetricReading {
  if (values === undefined) return { kind: 'failed' };
  const inMilli = (text: string) => (text.endsWith('m') ? Number(text.slice(0, -1)) : milli(Number(text)));
  return { kind: 'external', targetMilli, valuesMilli: values.map(inMilli) };
}
