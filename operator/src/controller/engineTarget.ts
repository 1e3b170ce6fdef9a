/** What to ask the engine of a pool, and as whom. Pure. */
import { durationMs } from '../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { CREDENTIAL_FILES } from '../../../crds/src/workerEnv.ts';
import type { EngineAuth, EngineTarget } from '../engine/question.ts';
import { credentialValues } from '../pool/credentials.ts';
import type { SecretReading } from '../pool/observation.ts';

/** With empty credentials while they cannot be read, or one of a pair cannot. */
export function engineTarget(
  namespace: string,
  spec: PoolSpec,
  secrets: Record<string, SecretReading>,
): EngineTarget {
  const { engine, worker } = spec;
  const values = credentialValues(spec, secrets);
  const text = (file: string) =>
    Buffer.from(values[file] ?? '', 'base64')
      .toString()
      .trim();
  const pair = (one: string, other: string): readonly [string, string] => {
    const both = [text(one), text(other)] as const;
    // An engine locks a user that comes with a wrong password again and again, and no password is a wrong one.
    return both.includes('') ? ['', ''] : both;
  };
  return {
    urls: engine.urls,
    // The workers' names are the ones that count.
    namespace,
    topic: engine.topic,
    processDefinitionKeys: engine.processDefinitionKeys,
    tenantIds: engine.tenantIds,
    lockDurationMs: durationMs(worker.lockDuration),
    auth: engineAuth(engine, pair),
    ...(values[CREDENTIAL_FILES.engineCA] && { ca: text(CREDENTIAL_FILES.engineCA) }),
  };
}

function engineAuth(
  { basicAuthSecretRef, oauth2 }: PoolSpec['engine'],
  pair: (one: string, other: string) => readonly [string, string],
): EngineAuth | undefined {
  if (oauth2) {
    const [clientId, clientSecret] = pair(
      CREDENTIAL_FILES.engineClientId,
      CREDENTIAL_FILES.engineClientSecret,
    );
    return {
      kind: 'oauth2',
      tokenURL: oauth2.tokenURL,
      clientId,
      clientSecret,
      scope: oauth2.scope,
      audience: oauth2.audience,
      authentication: oauth2.clientAuthentication,
    };
  }
  if (!basicAuthSecretRef) return undefined;
  const [username, password] = pair(CREDENTIAL_FILES.engineUsername, CREDENTIAL_FILES.enginePassword);
  return { kind: 'basic', username, password };
}
