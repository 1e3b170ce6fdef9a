/** The conditions that tell of scaling: whether it works, and what holds it. */
import { REASONS, type Reason } from '../../reasons.ts';
import type { Judgement } from '../conditions.ts';
import type { Autoscaler } from '../objects.ts';
import type { Observation } from '../observation.ts';
import type { ScalingDecision } from './decide.ts';
import type { LimitName } from './limits.ts';

type Active = (decision: ScalingDecision, observation: Observation) => Judgement | undefined;

/** The first that has something to say does: what stops scaling comes before how it works. */
const CHECKS: Active[] = [standsBack, overlapsOlder, paused, fellBack, atZero, direct, overlapsYounger];

export function scalingActive(observation: Observation, decision: ScalingDecision): Judgement {
  for (const check of CHECKS) {
    const judgement = check(decision, observation);
    if (judgement) return judgement;
  }
  return autoscalerReads(observation.live.autoscaler);
}

function standsBack({ mode }: ScalingDecision): Judgement | undefined {
  return mode.kind === 'standBack'
    ? {
        status: 'False',
        reason: REASONS.ForeignScaler,
        message: `${mode.scaler} scales the Deployment, which is left to it: delete it, and this operator goes on`,
      }
    : undefined;
}

function overlapsOlder({ overlap }: ScalingDecision): Judgement | undefined {
  return overlap.older === undefined
    ? undefined
    : {
        status: 'False',
        reason: REASONS.OverlapsOlderPool,
        message:
          `Pool ${overlap.older} is older and serves the same tasks, so this one keeps the pods that it has: ` +
          'give the two different topics, process definitions or tenants, or delete one',
      };
}

function paused({ limits: { hold } }: ScalingDecision): Judgement | undefined {
  if (!hold.in && !hold.out) return undefined;
  const direction =
    hold.in && hold.out
      ? 'Pods are neither added nor removed'
      : hold.in
        ? 'No pod is removed'
        : 'No pod is added';
  return {
    status: 'False',
    reason: REASONS.Paused,
    message: `${direction}: scaling is paused by spec.scaling.pause or by an annotation`,
  };
}

function fellBack(decision: ScalingDecision): Judgement | undefined {
  return decision.fellBack
    ? { status: 'False', reason: REASONS.FallbackReplicas, message: decision.reason }
    : undefined;
}

function atZero({ zero, reason }: ScalingDecision): Judgement | undefined {
  if (zero === undefined) return undefined;
  return zero === 'Idle'
    ? { status: 'True', reason: REASONS.Idle, message: reason }
    : { status: 'False', reason: REASONS.BudgetSpent, message: reason };
}

function direct({ mode }: ScalingDecision, { metricsApi }: Observation): Judgement | undefined {
  if (mode.kind !== 'direct') return undefined;
  return {
    status: 'True',
    reason: metricsApi.state === 'foreign' ? REASONS.ForeignMetricsProvider : REASONS.DirectMode,
    message:
      `${mode.because}: the operator writes the number of pods itself, by the same rules, ` +
      'without a HorizontalPodAutoscaler and its CPU signal',
  };
}

function overlapsYounger({ overlap }: ScalingDecision): Judgement | undefined {
  return overlap.younger.length === 0
    ? undefined
    : {
        status: 'True',
        reason: REASONS.OverlapsYoungerPool,
        message: `This pool scales; ${overlap.younger.join(', ')} would serve the same tasks and holds, because it is younger`,
      };
}

function autoscalerReads(autoscaler: Autoscaler | undefined): Judgement {
  const condition = (type: string) => autoscaler?.status?.conditions?.find((item) => item.type === type);
  const active = condition('ScalingActive');
  const able = condition('AbleToScale');
  if (!active) {
    return {
      status: 'Unknown',
      reason: REASONS.AwaitingAutoscaler,
      message: 'The HorizontalPodAutoscaler has not reported yet; it does so every 15 s',
    };
  }
  if (active.status === 'True' && able?.status !== 'False') {
    return {
      status: 'True',
      reason: REASONS.MetricsRead,
      message: 'The HorizontalPodAutoscaler reads its metrics',
    };
  }
  const failing = active.status === 'True' && able ? able : active;
  if (failing.reason === 'ScalingDisabled') {
    return {
      status: 'False',
      reason: REASONS.PausedAtZero,
      message: 'The Deployment was scaled to 0 by hand, which pauses scaling: scale it to 1 or more to go on',
    };
  }
  return {
    status: 'False',
    reason: REASONS.AutoscalerInactive,
    message: `${failing.reason ?? 'no reason'}: ${failing.message ?? 'no message'}`,
  };
}

const LIMITED: Record<Exclude<LimitName, 'minReplicas'>, Reason> = {
  maxReplicas: REASONS.AtMaximum,
  quota: REASONS.QuotaCeiling,
  budget: REASONS.BudgetCeiling,
  podProblem: REASONS.PodsFailing,
  pause: REASONS.Held,
  overlap: REASONS.Held,
};

/** True is the state to look at. That a pool at rest keeps its fewest pods is none. */
export function scalingLimited({ desired, reason }: ScalingDecision): Judgement {
  const limit = desired?.limit?.name;
  return limit === undefined || limit === 'minReplicas'
    ? {
        status: 'False',
        reason: REASONS.WithinLimits,
        message: 'The pool has the pods that its signals ask for',
      }
    : { status: 'True', reason: LIMITED[limit], message: reason };
}
