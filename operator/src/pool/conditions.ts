/** Each condition of a pool as a function of what was observed and planned. */
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { type ConditionType, REASONS, type Reason } from '../reasons.ts';
import { keyProblem } from './keyProblem.ts';
import type { KeyTrouble, Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import { findProblem } from './podProblems.ts';
import { scalingActive, scalingLimited } from './scaling/conditions.ts';

export interface Verdict {
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: Reason;
  message: string;
}

export type Judgement = Omit<Verdict, 'type'>;

/** All conditions, Ready first. Those that a broken spec or a deletion leaves undecided are left out. */
export function verdicts(observation: Observation, plan: Plan): Verdict[] {
  const { spec } = plan;
  if (!spec.ok) {
    return [
      { type: 'Ready', status: 'False', reason: REASONS.InvalidSpec, message: spec.problems.join('; ') },
    ];
  }
  const others: Verdict[] = [
    { type: 'EngineReachable', ...engineReachable(observation) },
    { type: 'CredentialsReady', ...credentialsReady(plan, spec.spec, observation.workers?.keyTroubles) },
    { type: 'WorkersAvailable', ...workersAvailable(observation, spec.spec.scaling.minReplicas) },
    ...(plan.scaling
      ? [
          { type: 'ScalingActive' as const, ...scalingActive(observation, plan.scaling) },
          { type: 'ScalingLimited' as const, ...scalingLimited(plan.scaling) },
        ]
      : []),
  ];
  return [{ type: 'Ready', ...ready(plan, others) }, ...others];
}

function ready(plan: Plan, others: Verdict[]): Judgement {
  const [conflict] = plan.conflicts;
  if (conflict) {
    const { kind, metadata } = conflict;
    return {
      status: 'False',
      reason: REASONS.NameConflict,
      message:
        `${kind} ${metadata.namespace}/${metadata.name} is there already and does not belong to this pool: ` +
        'it is left alone; delete it or give the pool another name',
    };
  }
  // Credentials before workers: the cause before its effect.
  const order: ConditionType[] = ['CredentialsReady', 'EngineReachable', 'WorkersAvailable', 'ScalingActive'];
  const failing = order
    .map((type) => others.find((verdict) => verdict.type === type && verdict.status !== 'True'))
    .find((verdict) => verdict !== undefined);
  if (!failing)
    return { status: 'True', reason: REASONS.Ready, message: 'Workers run and scale with the backlog' };
  return { status: 'False', reason: failing.reason, message: `${failing.type}: ${failing.message}` };
}

function engineReachable({ backlog }: Observation): Judgement {
  if (backlog.known) {
    return { status: 'True', reason: REASONS.Counted, message: 'The engine answers' };
  }
  if (backlog.reason === undefined) {
    return { status: 'Unknown', reason: REASONS.NotAskedYet, message: 'The engine has not answered yet' };
  }
  return {
    status: 'False',
    reason: REASONS.CountFailed,
    message: `${backlog.reason}; replicas hold until the engine answers`,
  };
}

function credentialsReady(
  { credentials }: Plan,
  spec: PoolSpec,
  troubles: KeyTrouble[] | undefined,
): Judgement {
  // A key that workers cannot use stops their work; what only the operator may not read does not.
  const startable = !credentials || credentials.ready || !credentials.blocking;
  const problem = startable ? keyProblem(spec.llm, troubles) : undefined;
  if (problem) return { status: 'False', ...problem };
  if (credentials && !credentials.ready) {
    return { status: 'False', reason: credentials.reason, message: credentials.message };
  }
  return {
    status: 'True',
    reason: REASONS.CredentialsFound,
    message: `All referenced credentials were found${inClear(spec)}`,
  };
}

/** No reason to stop, and worth knowing: a password that anybody on the way may read. */
function inClear({ engine: { oauth2 } }: PoolSpec): string {
  return oauth2?.tokenURL.startsWith('http:')
    ? '; spec.engine.oauth2.tokenURL is http, so CLIENT_ID and CLIENT_SECRET are sent in clear text: use https'
    : '';
}

function workersAvailable({ live, pods }: Observation, minReplicas: number): Judgement {
  const { deployment } = live;
  if (!deployment) {
    return { status: 'False', reason: REASONS.DeploymentMissing, message: 'The Deployment is not there yet' };
  }
  const problem = findProblem(deployment, pods);
  if (problem) return { status: 'False', ...problem };
  const { status = {} } = deployment;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const current = (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  if (!current || updatedReplicas < replicas) {
    return {
      status: 'False',
      reason: REASONS.RollingOut,
      message: `${updatedReplicas} of ${replicas} pods run the current template, ${readyReplicas} are ready`,
    };
  }
  // A person may have scaled to less than the fewest; then what was asked for counts.
  const needed = Math.min(minReplicas, deployment.spec.replicas ?? minReplicas);
  const message = `${availableReplicas} of ${deployment.spec.replicas ?? replicas} pods are available, at least ${needed} needed`;
  return availableReplicas >= needed
    ? { status: 'True', reason: REASONS.MinimumAvailable, message }
    : { status: 'False', reason: REASONS.NotEnoughReady, message };
}
