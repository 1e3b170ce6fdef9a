/** The parts of Kubernetes objects that decisions look at, as plain JSON. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Who set which fields; of the fields only what is asked for. */
export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  subresource?: string;
  fieldsV1?: Record<string, Record<string, unknown> | undefined>;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  creationTimestamp?: string;
  deletionTimestamp?: string;
  managedFields?: ManagedFields[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object as the operator wants it: whole, except for what others own. */
export interface Manifest extends KubeObject {
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
  [field: string]: unknown;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
}

export interface Deployment extends KubeObject {
  spec: { replicas?: number };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface Autoscaler extends KubeObject {
  spec?: { scaleTargetRef?: { kind: string; name: string } };
  status?: {
    desiredReplicas?: number;
    conditions?: Condition[];
    currentMetrics?: { resource?: { name: string; current?: { averageUtilization?: number | null } } }[];
  };
}

export interface Secret extends KubeObject {
  /** Base64, as the API server has it. */
  data?: Record<string, string>;
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  image?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface ContainerState {
  waiting?: { reason?: string };
  terminated?: { exitCode?: number; reason?: string };
}

export interface Pod extends KubeObject {
  status?: {
    phase?: string;
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}
