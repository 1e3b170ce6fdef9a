/** What to say of API keys that the workers cannot use. */
import type { PoolSpec } from '../../../crds/src/pool.ts';
import { REASONS, type Reason } from '../reasons.ts';
import type { KeyTrouble } from './observation.ts';

/** The first key that has a problem, named by its field and its Secret, with how many have one. */
export function keyProblem(
  { credentials }: PoolSpec['llm'],
  troubles: readonly KeyTrouble[] = [],
): { reason: Reason; message: string } | undefined {
  // Pods of an earlier spec may have had more keys.
  const known = troubles.flatMap((trouble) => {
    const credential = credentials[trouble.index];
    return credential ? [{ ...trouble, ...credential }] : [];
  });
  const [first] = known;
  if (!first) return undefined;
  const { index, state, secretRef, quotaGroup } = first;
  const field = `spec.llm.credentials[${index}]`;
  const others = known.length > 1 ? `; ${known.length} of ${credentials.length} keys cannot be used` : '';
  return state === 'refused'
    ? {
        reason: REASONS.LLMKeyRefused,
        message:
          `${field}: the LLM API does not accept the key "${secretRef.key}" of Secret "${secretRef.name}": ` +
          `put a valid one there, and the workers use it within about a minute${others}`,
      }
    : {
        reason: REASONS.LLMQuotaExhausted,
        message:
          `${field}: the account of quota group "${quotaGroup}" has no quota left: add credit or raise its limit ` +
          `with the provider, or add a key of another group${others}`,
      };
}
