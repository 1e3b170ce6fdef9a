/** One request to an address that a tenant gave: bounded in time and size, every way to fail said in a sentence. */
import axios, { type AxiosInstance } from 'axios';
import { isCertificateProblem } from '../../../crds/src/certificates.ts';
import { OperatorError } from '../errors.ts';
import { namesRefused, REFUSED_ADDRESS } from './addressGuard.ts';

/** Longest wait for one answer. */
const TIMEOUT_MS = 2_000;

export interface GuardedRequest {
  method: 'GET' | 'POST';
  url: string;
  /** What an error calls the address. */
  name: string;
  /** The field that has it. */
  field: string;
  params?: Record<string, string>;
  headers: Record<string, string>;
  data?: string | object;
  /** Longest answer, in bytes. */
  limit: number;
  /** Longest wait for the answer, in milliseconds. Left out: two seconds. */
  timeoutMs?: number;
}

/** @throws OperatorError that names the field to check and holds nothing of the answer's body. */
export async function sendGuarded(
  client: AxiosInstance,
  { name, field, limit, timeoutMs = TIMEOUT_MS, ...request }: GuardedRequest,
): Promise<{ status: number; data: unknown }> {
  const refusedAddress = () =>
    failure(
      'address',
      `${name} is at a link-local address, or at one of a cloud's own services, which is never asked: check ${field}`,
    );
  // A literal address is connected to without a lookup, so the lookup's guard does not see it.
  if (namesRefused(request.url)) throw refusedAddress();
  try {
    return await client.request({
      ...request,
      maxContentLength: limit,
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const code = axios.isAxiosError(error) ? error.code : undefined;
    if (code === REFUSED_ADDRESS) throw refusedAddress();
    if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT') {
      throw failure('timeout', `${name} did not answer within ${timeoutMs / 1_000} s`);
    }
    if (isCertificateProblem(code)) {
      throw failure(
        'untrusted',
        `the certificate of ${name} is not trusted (${code}): check spec.engine.caSecretRef`,
      );
    }
    throw failure('unreachable', `${name} cannot be reached (${code ?? 'no code'})`);
  }
}

/** @param kind the rest of the code, which is the metric's label too */
export const failure = (kind: string, message: string) => new OperatorError(`engine_${kind}`, message, true);
