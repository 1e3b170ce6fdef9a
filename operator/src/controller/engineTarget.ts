/** What to ask the engine of a pool, and as whom. Pure. */
import { durationMs } from '../../../crds/src/duration.ts';
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { CREDENTIAL_FILES } from '../../../crds/src/workerEnv.ts';
import type { EngineAuth, EngineTarget } from '../engine/question.ts';
import { credentialValues } from '../pool/credentials.ts';
import type { SecretReading } from '../pool/observation.ts';

/** With empty credentials while they cannot be read. */
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
  return {
    urls: engine.urls,
    // The workers' names are the ones that count.
    namespace,
    topic: engine.topic,
    processDefinitionKeys: engine.processDefinitionKeys,
    tenantIds: engine.tenantIds,
    lockDurationMs: durationMs(worker.lockDuration),
    auth: engineAuth(engine, text),
    ...(values[CREDENTIAL_FILES.engineCA] && { ca: text(CREDENTIAL_FILES.engineCA) }),
  };
}

function engineAuth(engine: PoolSpec['engine'], text: (file: string) => string): EngineAuth | undefined {
  const { basicAuthSecretRef, oauth2 } = engine;
  if (oauth2) {
    return {
      kind: 'oauth2',
      tokenURL: oauth2.tokenURL,
      clientId: text(CREDENTIAL_FILES.engineClientId),
      clientSecret: text(CREDENTIAL_FILES.engineClientSecret),
      scope: oauth2.scope,
      audience: oauth2.audience,
      authentication: oauth2.clientAuthentication,
    };
  }
  return (
    basicAuthSecretRef && {
      kind: 'basic',
      username: text(CREDENTIAL_FILES.engineUsername),
      password: text(CREDENTIAL_FILES.enginePassword),
    }
  );
}
