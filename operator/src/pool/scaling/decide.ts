/**
 * The scaling decision for one observation: everything in this folder, put
 * together. Pure: the time and the memory come in, the next memory goes out.
 */
import { durationMs } from '../../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../../crds/src/pool.ts';
import { type DirectiveChange, directivesOf, podDirectives } from '../directives.ts';
import type { Observation } from '../observation.ts';
import { findProblem } from '../podProblems.ts';
import { behavior } from './behavior.ts';
import { type SpentBudget, spentBudget } from './budget.ts';
import { type CostChange, deletionCosts } from './deletionCost.ts';
import { type Desired, desiredReplicas, proposed } from './desired.ts';
import { direct, SYNC_PERIOD_MS } from './direct.ts';
import { rememberAnswer, stepDownAheadAt } from './downStep.ts';
import { earlyStep } from './earlyStep.ts';
import { fewestPods, obstacleOf, scaleOf } from './facts.ts';
import { fallBack } from './fallback.ts';
import type { HpaSpec } from './hpa.ts';
import { milli, type Scale } from './hpaMetrics.ts';
import { type Limits, limits, type Restraints } from './limits.ts';
import type { ScalingMemory } from './memory.ts';
import { type ScalingMode, scalingMode } from './mode.ts';
import { claimOf, type Overlap, overlap } from './overlap.ts';
import { pause } from './pause.ts';
import { holdPeak, PEAK_HOLD_MS } from './peakHold.ts';
import { quotaCeiling } from './quota.ts';
import { scalingReason } from './reason.ts';
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
  directives: DirectiveChange[];
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
  const mode = scalingMode(observation.metricsApi, observation.foreignScaler, pool.status?.scaling?.mode);
  const budget = spentBudget(spec.llm, workers, now);
  const restraints = restraintsOf(observation, spec, scale, budget);
  const { podProblem } = restraints;
  const bounds = limits(scaling, restraints, Math.max(scale.specReplicas, scale.statusReplicas));
  const { hold } = bounds;
  const hpa = autoscalerBounds(scaling, bounds);
  const within = (replicas: number, { minReplicas, maxReplicas } = hpa) =>
    Math.min(Math.max(replicas, minReplicas), maxReplicas);

  const measured = backlog.known && [
    ...signals(spec, backlog, workers, scale.statusReplicas),
    ...cpuSignal(live.autoscaler, scaling.cpuUtilization, scale.statusReplicas),
  ];
  const desired = measured
    ? desiredReplicas(measured, backlog, bounds, scaling.tasksPerReplica, scale.statusReplicas)
    : undefined;
  const wantedFor = (demand: number) =>
    within(proposed(demand, scaling.tasksPerReplica, scale.statusReplicas));
  // Pods that are on their way out count for no limit: what is held is the number that is asked for.
  const settledFor = (demand: number) =>
    within(
      proposed(demand, scaling.tasksPerReplica, scale.specReplicas),
      autoscalerBounds(scaling, limits(scaling, restraints, scale.specReplicas)),
    );
  // Without an autoscaler of ours there is nobody to wait for.
  const agreed =
    mode.kind === 'autoscaler' ? (live.autoscaler?.status?.desiredReplicas ?? 0) : Number.MAX_VALUE;
  const { served, peak } = holdPeak(memory.peak, desired?.demand, wantedFor, agreed, now);

  const toZero = zero(
    {
      specReplicas: scale.specReplicas,
      tasks: backlog.known ? backlog.pending + backlog.inFlight : undefined,
      idleAfterMs: scaling.idle && durationMs(scaling.idle.after),
      budgetStops: budget?.action === 'Stop',
      cause: memory.zero ?? pool.status?.scaling?.zero,
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
    earlyStep({
      scale,
      wanted: wantedFor(desired.demand),
      settled: settledFor(desired.demand),
      obstacle: obstacleOf(observation, podProblem),
    });
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
  const mayStepDown = mode.kind !== 'standBack' && !hold.in;
  const aheadAt = mayStepDown ? stepDownAheadAt(answers, scale.specReplicas, windowMs) : undefined;
  const ahead = aheadAt !== undefined && now >= aheadAt;
  const costs = deletionCosts(observation.pods, workers.inFlightByPod ?? {}, ahead, memory.unseenCosts);
  const directives = podDirectives(
    observation.pods,
    directivesOf(spec, observation.pods, {
      replicas: scaleTo ?? scale.specReplicas,
      starting: podProblem === undefined,
      budget,
    }),
    memory.unseenDirectives,
  );
  const lookAgainInMs = firstOf(
    [
      mode.kind === 'direct' && alone?.state.syncedAt !== undefined && alone.state.syncedAt + SYNC_PERIOD_MS,
      scaling.idle && toZero.idleSince !== undefined && toZero.idleSince + durationMs(scaling.idle.after),
      scaling.fallback && blind.blindness && blind.blindness.since + durationMs(scaling.fallback.after),
      budget?.until,
      peak && served !== desired?.demand && peak.at + PEAK_HOLD_MS,
      aheadAt,
    ],
    now,
  );
  const fellBack = blind.blindness?.fellBack ?? false;
  return {
    mode,
    overlap: restraints.overlap,
    limits: bounds,
    hpa,
    ...(desired && { desired }),
    ...(served !== undefined && { served }),
    ...(scaleTo !== undefined && scaleTo !== scale.specReplicas && { scaleTo }),
    ...(toZero.cause && { zero: toZero.cause }),
    fellBack,
    costs: costs.changes,
    directives: directives.changes,
    reason: scalingReason(scaling, {
      backlog,
      replicas: scale.statusReplicas,
      desired: desired?.reason,
      fellBack,
      zero: toZero.cause,
      spent: budget,
    }),
    ...(lookAgainInMs !== undefined && { lookAgainInMs }),
    memory: {
      idleSince: toZero.idleSince,
      zero: toZero.cause,
      blindness: blind.blindness,
      peak,
      served,
      answers,
      unseenCosts: costs.unseen,
      unseenDirectives: directives.unseen,
      direct: alone?.state,
      quotaCeiling: restraints.quotaCeiling,
    },
  };
}

function restraintsOf(
  observation: Observation,
  spec: PoolSpec,
  scale: Scale,
  budget: SpentBudget | undefined,
): Restraints {
  const { pool, live, memory = {}, workers = {} } = observation;
  return {
    fewest: fewestPods(spec.scaling, scale),
    pause: pause(spec.scaling, pool.metadata.annotations),
    overlap: overlap(
      { ...claimOf(pool, spec), unproven: observation.unproven ?? [] },
      observation.claims ?? [],
    ),
    quotaCeiling: quotaCeiling(spec, workers, memory.quotaCeiling),
    // Pods whose tasks go to MANUAL cost nothing: there is no reason to hold them.
    budget: budget?.action === 'Manual' ? undefined : budget,
    podProblem: findProblem(live.deployment, observation.pods)?.reason,
  };
}

/** Time until the first of these moments that is still to come. */
function firstOf(moments: (number | false | undefined)[], now: number): number | undefined {
  const ahead = moments.filter((at): at is number => typeof at === 'number' && at > now);
  return ahead.length > 0 ? Math.min(...ahead) - now : undefined;
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
