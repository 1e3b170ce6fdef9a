/** Which credentials a pool refers to, and what came of reading them. */
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { CREDENTIAL_FILES } from '../../../crds/src/workerEnv.ts';
import { REASONS, type Reason } from '../reasons.ts';
import type { SecretReading } from './observation.ts';

export interface CredentialRef {
  /** Field of the spec, to blame. */
  field: string;
  secret: string;
  key: string;
  /** Key in the assembled Secret, which is the file's name in the pod. */
  file: string;
}

export type Credentials =
  | { ready: true; data: Record<string, string> }
  | { ready: false; reason: Reason; message: string };

export function credentialRefs(spec: PoolSpec): CredentialRef[] {
  const { engine, llm, cache } = spec;
  const basic = engine.basicAuthSecretRef;
  const client = engine.oauth2?.secretRef;
  return [
    ...llm.credentials.map(({ secretRef }, index) => ({
      field: `spec.llm.credentials[${index}].secretRef`,
      secret: secretRef.name,
      key: secretRef.key,
      file: CREDENTIAL_FILES.llmKey(index),
    })),
    ...(basic
      ? [
          { key: basic.usernameKey, file: CREDENTIAL_FILES.engineUsername },
          { key: basic.passwordKey, file: CREDENTIAL_FILES.enginePassword },
        ].map((ref) => ({ field: 'spec.engine.basicAuthSecretRef', secret: basic.name, ...ref }))
      : []),
    ...(client
      ? [
          { key: client.clientIdKey, file: CREDENTIAL_FILES.engineClientId },
          { key: client.clientSecretKey, file: CREDENTIAL_FILES.engineClientSecret },
        ].map((ref) => ({ field: 'spec.engine.oauth2.secretRef', secret: client.name, ...ref }))
      : []),
    ...(engine.caSecretRef
      ? [
          {
            field: 'spec.engine.caSecretRef',
            secret: engine.caSecretRef.name,
            key: engine.caSecretRef.key,
            file: CREDENTIAL_FILES.engineCA,
          },
        ]
      : []),
    ...(llm.caSecretRef
      ? [
          {
            field: 'spec.llm.caSecretRef',
            secret: llm.caSecretRef.name,
            key: llm.caSecretRef.key,
            file: CREDENTIAL_FILES.llmCA,
          },
        ]
      : []),
    ...(cache?.passwordSecretRef
      ? [
          {
            field: 'spec.cache.passwordSecretRef',
            secret: cache.passwordSecretRef.name,
            key: cache.passwordSecretRef.key,
            file: CREDENTIAL_FILES.redisPassword,
          },
        ]
      : []),
  ];
}

/** Names of the Secrets that the spec refers to, each once. */
export function referencedSecrets(spec: PoolSpec): string[] {
  return [...new Set(credentialRefs(spec).map((ref) => ref.secret))];
}

/** Copies the referenced keys together. The first reference that fails is the one that is reported. */
export function assembleCredentials(
  namespace: string,
  spec: PoolSpec,
  readings: Record<string, SecretReading>,
): Credentials {
  const data: Record<string, string> = {};
  for (const ref of credentialRefs(spec)) {
    const reading = readings[ref.secret] ?? { state: 'missing' };
    const value = reading.state === 'found' ? reading.secret.data?.[ref.key] : undefined;
    if (!value) return { ready: false, ...problem(namespace, ref, reading) };
    data[ref.file] = value;
  }
  return { ready: true, data };
}

function problem(
  namespace: string,
  { field, secret, key }: CredentialRef,
  reading: SecretReading,
): { reason: Reason; message: string } {
  switch (reading.state) {
    case 'missing':
      return {
        reason: REASONS.SecretNotFound,
        message:
          `${field}: there is no Secret "${secret}" in namespace ${namespace}: create it, for example with ` +
          `kubectl create secret generic ${secret} -n ${namespace} --from-file=${key}=FILE`,
      };
    case 'forbidden':
      return {
        reason: REASONS.SecretForbidden,
        message:
          `${field}: the operator may not read Secret "${secret}" in namespace ${namespace}: bind its ` +
          `ServiceAccount to this Role there: ${JSON.stringify(roleFor(namespace, secret))}`,
      };
    case 'failed':
      return {
        reason: REASONS.SecretUnreadable,
        message: `${field}: Secret "${secret}" could not be read (${reading.reason}); it is tried again`,
      };
    case 'found':
      return {
        reason: REASONS.SecretKeyNotFound,
        message:
          `${field}: Secret "${secret}" in namespace ${namespace} has no key "${key}", or it is empty: ` +
          'add the key or name another one in the pool',
      };
  }
}

const roleFor = (namespace: string, secret: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: `fareruleworkerpool-read-${secret}`, namespace },
  rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['list', 'watch'] }],
});
