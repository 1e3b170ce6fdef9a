/**
 * Runs the stand-in as a process of its own until SIGTERM or SIGINT. Variables:
 * STANDIN_HOST, STANDIN_PORT, STANDIN_LATENCY_MIN_MS, STANDIN_LATENCY_MAX_MS,
 * STANDIN_KEYS (comma-separated `key` or `group=key`), STANDIN_RPM, STANDIN_TPM, STANDIN_SEED.
 */
import { z } from 'zod';
import { startStandIn } from './standIn.ts';

const number = z.coerce.number().int().min(0);
const env = z
  .object({
    STANDIN_HOST: z.string().default('127.0.0.1'),
    STANDIN_PORT: number.max(65_535).default(0),
    STANDIN_LATENCY_MIN_MS: number.default(1_000),
    STANDIN_LATENCY_MAX_MS: number.default(2_000),
    STANDIN_KEYS: z.string().optional(),
    STANDIN_RPM: number.optional(),
    STANDIN_TPM: number.optional(),
    STANDIN_SEED: number.default(1),
  })
  .parse(process.env);

const keys = env.STANDIN_KEYS?.split(',').map((entry) => {
  const [first = '', second] = entry.split('=');
  return second === undefined ? { key: first } : { group: first, key: second };
});
const standIn = await startStandIn({
  host: env.STANDIN_HOST,
  port: env.STANDIN_PORT,
  latencyMs: { min: env.STANDIN_LATENCY_MIN_MS, max: env.STANDIN_LATENCY_MAX_MS },
  seed: env.STANDIN_SEED,
  ...(keys && { keys }),
  ...(env.STANDIN_RPM && { rpm: env.STANDIN_RPM }),
  ...(env.STANDIN_TPM && { tpm: env.STANDIN_TPM }),
});
console.log(`stand-in LLM (not OpenAI) at ${standIn.baseURL}, controls at ${standIn.controlURL}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void standIn.stop());
}
