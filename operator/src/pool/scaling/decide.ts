/**
 * The scaling decision for one observation: everything in this folder, put
 * together. Pure: the time and the memory come in, the next memory goes out.
 */
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import type { Observation } from '../observation.ts';
import { findProblem } from '../podProblems.ts';
import { behavior } from './behavior.ts';
import { spentBudget } from './budget.ts';
import { type CostChange, deletionCosts } from './deletionCost.ts';
import { type Desired, desiredReplicas, proposed } from './desired.ts';
import { direct, SYNC_PERIOD_MS } from './direct.ts';
import { rememberAnswer, stepDownAhead } from './downStep.ts';
import { earlyStep } from './earlyStep.ts';
import { fallBack } from './fallback.ts';
import type { HpaSpec } from './hpa.ts';
import { milli, type Scale } from './hpaMetrics.ts';
import { type Limits, limits } from './limits.ts';
import type { ScalingMemory } from './memory.ts';
import { type ScalingMode, scalingMode } from './mode.ts';
import { type Overlap, overlap } from './overlap.ts';
import { pause } from './pause.ts';
import { holdPeak, PEAK_HOLD_MS } from './peakHold.ts';
import { quotaCeiling } from './quota.ts';
import { pods, seconds } from './sentences.ts';
import { cpuSignal, signals } from './signals.ts';
import { type ZeroCause, zero } from './zero.ts';

export interface ScalingDecision {
  mode: ScalingMode;
  overlap: Overlap;
  limits: Limits;
  /** Bounds and behavior of the autoscaler, or of direct mode in its place. */
  hpa: HpaSpec;
  /** Absent while the backlog is unknown. */
  desired?: Desired;
  /** Tasks to serve as the metric; absent while unknown, which is answered with 503. */
  served?: number;
  /** The number to write to the scale now. */
  scaleTo?: number;
  /** Why the operator keeps the pool at zero. */
  zero?: ZeroCause;
  /** The pool went to `fallback.replicas`, because its backlog has been unknown for too long. */
  fellBack: boolean;
  costs: CostChange[];
  /** Why the pool has the size that it has, in one sentence. */
  reason: string;
  /** Milliseconds until the passing of time alone may change the decision. */
  lookAgainInMs?: number;
  memory: ScalingMemory;
}

export function decideScaling(observation: Observation, spec: PoolSpec): ScalingDecision {
  const { pool, live, backlog, now, memory = {}, workers = {} } = observation;
  const { scaling } = spec;
  const scale = scaleOf(observation);
  const running = Math.max(scale.specReplicas, scale.statusReplicas);
  const mode = scalingMode(observation.metricsApi, observation.foreignScaler);
  const budget = spentBudget(spec.llm, workers);
  const shared = overlap(claimOf(observation, spec), observation.claims ?? []);
  const problem = findProblem(live.deployment, observation.pods)?.reason;
  const quota = quotaCeiling(spec, workers, memory.quotaCeiling);
  const bounds = limits(
    scaling,
    {
      fewest: fewestPods(scaling, scale),
      pause: pause(scaling, pool.metadata.annotations),
      overlap: shared,
      quotaCeiling: quota,
      budget,
      podProblem: problem,
    },
    running,
  );
  const { hold } = bounds;
  const hpa = autoscalerBounds(scaling, bounds);
  const within = (replicas: number) => Math.min(Math.max(replicas, hpa.minReplicas), hpa.maxReplicas);

  const desired = backlog.known
    ? desiredReplicas(
        [
          ...signals(spec, backlog, workers, scale.statusReplicas),
          ...cpuSignal(live.autoscaler, scaling.cpuUtilization, scale.statusReplicas),
        ],
        backlog,
        bounds,
        scaling.tasksPerReplica,
        scale.statusReplicas,
      )
    : undefined;
  const wantedFor = (demand: number) =>
    within(proposed(demand, scaling.tasksPerReplica, scale.statusReplicas));
  const hpaDesired = live.autoscaler?.status?.desiredReplicas ?? 0;
  const { served, peak } = holdPeak(memory.peak, desired?.demand, wantedFor, hpaDesired, now);

  const toZero = zero(
    {
      specReplicas: scale.specReplicas,
      tasks: backlog.known ? backlog.pending + backlog.inFlight : undefined,
      idleAfterMs: scaling.idle && durationMs(scaling.idle.after),
      budgetStops: budget?.stops ?? false,
      cause: scale.specReplicas === 0 ? pool.status?.scaling?.zero : undefined,
      hold,
      wanted: Math.min(wantedFor(desired?.demand ?? 0), bounds.ceiling.replicas),
    },
    memory.idleSince,
    now,
  );
  const blind = fallBack(
    backlog.known,
    scaling.fallback && {
      replicas: Math.min(within(scaling.fallback.replicas), bounds.ceiling.replicas),
      afterMs: durationMs(scaling.fallback.after),
    },
    (replicas) =>
      replicas > scale.specReplicas
        ? !hold.out && (scale.specReplicas > 0 || toZero.cause === 'Idle')
        : replicas < scale.specReplicas && !hold.in,
    memory.blindness,
    now,
  );
  const early =
    desired &&
    earlyStep({ scale, wanted: wantedFor(desired.demand), obstacle: obstacleOf(observation, problem) });
  const alone =
    mode.kind === 'direct'
      ? direct(
          hpa,
          scale,
          {
            demandMilli: served === undefined ? undefined : milli(served),
            perPodMilli: scaling.tasksPerReplica * 1_000,
          },
          early,
          memory.direct,
          now,
        )
      : undefined;
  const scaleTo =
    mode.kind === 'standBack'
      ? undefined
      : (toZero.scaleTo ?? blind.scaleTo ?? (alone ? alone.scaleTo : early));

  const windowMs = durationMs(scaling.scaleDownStabilization);
  const answers = rememberAnswer(memory.answers, desired?.replicas, windowMs, now);
  const ahead =
    mode.kind !== 'standBack' && !hold.in && stepDownAhead(answers, scale.specReplicas, windowMs, now);
  const lookAgainInMs = firstOf(
    [
      mode.kind === 'direct' && alone?.state.syncedAt !== undefined && alone.state.syncedAt + SYNC_PERIOD_MS,
      scaling.idle && toZero.idleSince !== undefined && toZero.idleSince + durationMs(scaling.idle.after),
      scaling.fallback && blind.blindness && blind.blindness.since + durationMs(scaling.fallback.after),
      peak && served !== desired?.demand && peak.at + PEAK_HOLD_MS,
    ],
    now,
  );
  const fellBack = blind.blindness?.fellBack ?? false;
  return {
    mode,
    overlap: shared,
    limits: bounds,
    hpa,
    ...(desired && { desired }),
    ...(served !== undefined && { served }),
    ...(scaleTo !== undefined && scaleTo !== scale.specReplicas && { scaleTo }),
    ...(toZero.cause && { zero: toZero.cause }),
    fellBack,
    costs: deletionCosts(observation.pods, workers.inFlightByPod ?? {}, ahead),
    reason: reasonOf(observation, spec, scale, {
      desired,
      fellBack,
      cause: toZero.cause,
      because: budget?.because,
    }),
    ...(lookAgainInMs !== undefined && { lookAgainInMs }),
    memory: {
      idleSince: toZero.idleSince,
      blindness: blind.blindness,
      peak,
      answers,
      direct: alone?.state,
      quotaCeiling: quota,
    },
  };
}

/** Time until the first of these moments that is still to come. */
function firstOf(moments: (number | false | undefined)[], now: number): number | undefined {
  const ahead = moments.filter((at): at is number => typeof at === 'number' && at > now);
  return ahead.length > 0 ? Math.min(...ahead) - now : undefined;
}

function scaleOf({ live: { deployment } }: Observation): Scale {
  const statusReplicas = deployment?.status?.replicas ?? 0;
  return { specReplicas: deployment?.spec.replicas ?? statusReplicas, statusReplicas };
}

function claimOf({ pool: { metadata } }: Observation, { engine }: PoolSpec) {
  const { namespace, name, creationTimestamp = '' } = metadata;
  return { namespace, name, createdAt: creationTimestamp, engine };
}

/** A pool that may be at zero still keeps one pod until it has been idle long enough. */
function fewestPods({ minReplicas }: PoolSpec['scaling'], { specReplicas }: Scale) {
  return minReplicas === 0 && specReplicas > 0
    ? { replicas: 1, because: 'the pool has not been idle for long enough' }
    : { replicas: minReplicas, because: `minReplicas is ${minReplicas}` };
}

/** The autoscaler's minimum is never 0, whatever the Kubernetes version would allow: see zero.ts. */
function autoscalerBounds(scaling: PoolSpec['scaling'], { floor, ceiling, hold }: Limits): HpaSpec {
  const minReplicas = Math.max(1, hold.in ? Math.min(scaling.minReplicas, floor.replicas) : floor.replicas);
  return {
    minReplicas,
    maxReplicas: Math.max(minReplicas, ceiling.replicas),
    behavior: behavior(scaling, hold),
  };
}

/** Why more pods would not help just now. */
function obstacleOf({ live: { deployment } }: Observation, problem: string | undefined): string | undefined {
  if (!deployment) return 'no Deployment';
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = deployment.status ?? {};
  const rolling = observedGeneration < (deployment.metadata.generation ?? 0) || updatedReplicas < replicas;
  return problem ?? (rolling ? 'rollout' : undefined);
}

function reasonOf(
  { backlog }: Observation,
  { scaling }: PoolSpec,
  { specReplicas, statusReplicas }: Scale,
  seen: {
    desired: Desired | undefined;
    fellBack: boolean;
    cause: ZeroCause | undefined;
    because: string | undefined;
  },
): string {
  if (seen.cause === 'BudgetSpent') return `Stopped: ${seen.because ?? 'the budget was spent'}.`;
  if (!backlog.known) {
    const why = `the backlog is unknown (${backlog.reason ?? 'not asked yet'})`;
    if (!seen.fellBack || !scaling.fallback) return `Holds ${pods(statusReplicas)}: ${why}.`;
    const after = seconds(durationMs(scaling.fallback.after) / 1_000);
    return `Falls back to ${pods(scaling.fallback.replicas)}: for more than ${after} ${why}.`;
  }
  if (seen.cause === 'Idle' && specReplicas === 0)
    return 'At zero: there is no work; the next task wakes the pool.';
  return seen.desired?.reason ?? '';
}
