/**
 * Condition types and reasons, each declared once. A reason is one word that
 * scripts may match on; the sentence for people is the condition's message.
 */

export const CONDITIONS = [
  'Ready',
  'EngineReachable',
  'CredentialsReady',
  'WorkersAvailable',
  'ScalingActive',
  'ScalingLimited',
] as const;
export type ConditionType = (typeof CONDITIONS)[number];

export const REASONS = {
  /** Ready: every other condition holds. */
  Ready: 'Ready',
  /** The spec breaks a rule; nothing of the pool was changed. */
  InvalidSpec: 'InvalidSpec',
  /** An object with a needed name belongs to somebody else. */
  NameConflict: 'NameConflict',

  /** EngineReachable: the last count is fresh. */
  Counted: 'Counted',
  /** EngineReachable: no count has ended yet. */
  NotAskedYet: 'NotAskedYet',
  /** EngineReachable: no engine node gave a usable count. */
  CountFailed: 'CountFailed',

  /** CredentialsReady: all referenced keys were found. */
  CredentialsFound: 'CredentialsFound',
  SecretNotFound: 'SecretNotFound',
  SecretKeyNotFound: 'SecretKeyNotFound',
  /** CredentialsReady: the operator may not read a Secret; the message holds the Role to add. */
  SecretForbidden: 'SecretForbidden',
  /** CredentialsReady: a Secret could not be read for another reason. */
  SecretUnreadable: 'SecretUnreadable',
  /** CredentialsReady: the LLM API does not accept a key, as the workers say. */
  LLMKeyRefused: 'LLMKeyRefused',
  /** CredentialsReady: the account of a key has no quota left, as the workers say. */
  LLMQuotaExhausted: 'LLMQuotaExhausted',

  /** WorkersAvailable: at least the fewest pods are ready and all run the current template. */
  MinimumAvailable: 'MinimumAvailable',
  /** WorkersAvailable: the Deployment is being made or rolled. */
  RollingOut: 'RollingOut',
  NotEnoughReady: 'NotEnoughReady',
  DeploymentMissing: 'DeploymentMissing',
  Unschedulable: 'Unschedulable',
  ImageUnavailable: 'ImageUnavailable',
  ContainerConfig: 'ContainerConfig',
  CrashLoop: 'CrashLoop',
  /** WorkersAvailable: the API server refuses to create pods, for example over a quota. */
  PodsRefused: 'PodsRefused',

  /** ScalingActive: the HorizontalPodAutoscaler reads its metrics. */
  MetricsRead: 'MetricsRead',
  /** ScalingActive: the HorizontalPodAutoscaler has not reported yet. */
  AwaitingAutoscaler: 'AwaitingAutoscaler',
  /** ScalingActive: another provider serves external.metrics.k8s.io; the operator scales alone. */
  ForeignMetricsProvider: 'ForeignMetricsProvider',
  /** ScalingActive: this operator serves no metrics API and scales alone. */
  DirectMode: 'DirectMode',
  /** ScalingActive: another autoscaler aims at the Deployment; the operator stands back. */
  ForeignScaler: 'ForeignScaler',
  /** ScalingActive: by spec or annotation. */
  Paused: 'Paused',
  /** ScalingActive: an older pool serves the same tasks, so this one holds. */
  OverlapsOlderPool: 'OverlapsOlderPool',
  /** ScalingActive: a younger pool serves the same tasks and holds. */
  OverlapsYoungerPool: 'OverlapsYoungerPool',
  /** ScalingActive: no pods, because there is no work. */
  Idle: 'Idle',
  /** ScalingActive: no pods until the budget's hour or day is over. */
  BudgetSpent: 'BudgetSpent',
  /** ScalingActive: the backlog has been unknown for so long that the pool went to its fallback. */
  FallbackReplicas: 'FallbackReplicas',
  /** ScalingActive: the HorizontalPodAutoscaler says that it cannot scale. */
  AutoscalerInactive: 'AutoscalerInactive',
  /** ScalingActive: the Deployment was scaled to zero by hand, which pauses the HorizontalPodAutoscaler. */
  PausedAtZero: 'PausedAtZero',

  /** ScalingLimited: nothing keeps the pool from having the pods that its signals ask for. */
  WithinLimits: 'WithinLimits',
  /** ScalingLimited: more are asked for than maxReplicas. */
  AtMaximum: 'AtMaximum',
  /** ScalingLimited: the LLM quota cannot feed more. */
  QuotaCeiling: 'QuotaCeiling',
  /** ScalingLimited: the budget is spent, so no pod is added. */
  BudgetCeiling: 'BudgetCeiling',
  /** ScalingLimited: new pods do not start, so none is added. */
  PodsFailing: 'PodsFailing',
  /** ScalingLimited: paused, or held for an older pool; ScalingActive says which. */
  Held: 'Held',
} as const;
export type Reason = (typeof REASONS)[keyof typeof REASONS];

/** Passing states of a healthy start or rollout: no reason to warn. */
export const PROGRESS: ReadonlySet<string> = new Set([
  REASONS.DeploymentMissing,
  REASONS.RollingOut,
  REASONS.NotEnoughReady,
]);
