/** Installs what a user installs: operator, process, credentials and the sample pool. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { OPERATOR_NAMESPACE } from '../cluster/controlPlane.ts';
import { OPERATOR_IMAGE, WORKER_IMAGE } from '../cluster/images.ts';
import { deployProcess } from '../engine/camunda.ts';
import { ROOT } from '../support/paths.ts';
import type { Environment } from './environment.ts';
import { type Kubectl, kubectlOf } from './kubectl.ts';
import { POOL_NAMESPACE } from './services.ts';

export const POOL_NAME = 'llm-worker';
const SAMPLE = join(ROOT, 'manifests/samples/pool-small.yaml');
const SECRET_ACCESS = join(ROOT, 'manifests/samples/secret-access.yaml');

/** `kubectl apply -k manifests`, then waits until the operator is ready. */
export async function installOperator(environment: Environment): Promise<void> {
  const kubectl = await kubectlOf(environment);
  const rendered = await kubectl(['kustomize', join(ROOT, 'manifests')]);
  const manifests = rendered
    .replaceAll(OPERATOR_IMAGE, environment.images.operator)
    .replaceAll(WORKER_IMAGE, environment.images.worker);
  // The suites apply the CRD too, under another manager's name.
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], manifests);
  await kubectl([
    'wait',
    '--for=condition=Established',
    'crd/fareruleworkerpools.farerules.dev',
    '--timeout=60s',
  ]);
  const deployment = 'deployment/fareruleworkerpool-operator';
  await kubectl(['-n', OPERATOR_NAMESPACE, 'rollout', 'status', deployment, '--timeout=120s']);
}

/** Takes the operator away again, with its CRD and therefore every pool. */
export async function uninstallOperator(environment: Environment): Promise<void> {
  const kubectl = await kubectlOf(environment);
  await kubectl(['delete', '--ignore-not-found', '-k', join(ROOT, 'manifests'), '--timeout=60s']);
}

/** Deploys the process to the engine. */
export async function installProcess(environment: Environment): Promise<void> {
  const [engine] = environment.engines;
  if (!engine) throw new Error('the environment has no engine');
  await deployProcess(engine);
}

/** Applies the small sample pool with its credentials, which the operator may read. */
export async function applyPool(environment: Environment): Promise<void> {
  const kubectl = await kubectlOf(environment);
  await applyCredentials(kubectl, environment.llm.apiKey);
  await kubectl(['apply', '--server-side', '-f', SECRET_ACCESS]);
  await kubectl(['apply', '--server-side', '-f', '-'], samplePool(environment));
}

export async function poolReady(environment: Environment): Promise<void> {
  const kubectl = await kubectlOf(environment);
  const condition = ['--for=condition=Ready', '--timeout=120s'];
  await kubectl(['-n', POOL_NAMESPACE, 'wait', `frwp/${POOL_NAME}`, ...condition]);
}

/** Applies the sample and waits until it is ready. */
export async function installPool(environment: Environment): Promise<void> {
  await applyPool(environment);
  await poolReady(environment);
}

async function applyCredentials(kubectl: Kubectl, apiKey: string): Promise<void> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'openai-credentials', namespace: POOL_NAMESPACE },
    stringData: { 'api-key': apiKey },
  };
  await kubectl(['apply', '--server-side', '-f', '-'], stringify(secret));
}

/** The sample as it is committed, or, for the real API, without the stand-in's address and label. */
function samplePool(environment: Environment): string {
  const pool = parse(readFileSync(SAMPLE, 'utf8')) as {
    spec: { llm: { baseURL?: string; providerName?: string } };
  };
  if (!environment.llm.standIn) {
    pool.spec.llm.baseURL = environment.llm.baseURLInCluster;
    delete pool.spec.llm.providerName;
  }
  return stringify(pool);
}
