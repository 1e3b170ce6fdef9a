/** Which credentials a pool refers to, and what came of reading them. */
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { CREDENTIAL_FILES } from '../../../crds/src/workerEnv.ts';
import { REASONS, type Reason } from '../reasons.ts';
import { grantCommand } from './grant.ts';
import type { SecretReading } from './observation.ts';

export interface CredentialRef {
  /** Field of the spec, to blame. */
  field: string;
  secret: string;
  key: string;
  /** The file's name in the pod. */
  file: string;
}

export type Credentials =
  | { ready: true }
  | {
      ready: false;
      reason: Reason;
      message: string;
      /** Whether a new pod could not start. What is only hidden from the operator the kubelet mounts all the same. */
      blocking: boolean;
    };

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

/**
 * What could be read, by the file's name in the pod; base64. One Secret that is missing or not granted takes
 * nothing from the others.
 */
export function credentialValues(
  spec: PoolSpec,
  readings: Record<string, SecretReading>,
): Record<string, string> {
  return Object.fromEntries(
    credentialRefs(spec).flatMap((ref) => {
      const value = keyValue(ref, readings);
      return value ? [[ref.file, value]] : [];
    }),
  );
}

/**
 * Whether all references lead somewhere. The first that fails is the one that is reported, those that keep
 * workers from starting before those that only the operator may not read.
 * @param operator how the API server calls this process; undefined while that is not known
 */
export function checkCredentials(
  namespace: string,
  pool: string,
  spec: PoolSpec,
  readings: Record<string, SecretReading>,
  operator: string | undefined,
): Credentials {
  const failing = credentialRefs(spec).filter((ref) => !keyValue(ref, readings));
  const hidden = (ref: CredentialRef) => readings[ref.secret]?.state === 'forbidden';
  const worst = failing.find((ref) => !hidden(ref)) ?? failing[0];
  if (!worst) return { ready: true };
  const grant = () => grantCommand({ namespace, pool, secrets: referencedSecrets(spec), operator });
  return {
    ready: false,
    ...problem(namespace, worst, readings[worst.secret] ?? { state: 'missing' }, grant),
    blocking: !hidden(worst),
  };
}

function keyValue(
  { secret, key }: CredentialRef,
  readings: Record<string, SecretReading>,
): string | undefined {
  const reading = readings[secret];
  return reading?.state === 'found' ? reading.secret.data?.[key] : undefined;
}

function problem(
  namespace: string,
  { field, secret, key }: CredentialRef,
  reading: SecretReading,
  grant: () => string,
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
          `${field}: the operator may not read Secret "${secret}" in namespace ${namespace}; ` +
          `what it can do without goes on. To allow it: ${grant()}`,
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
