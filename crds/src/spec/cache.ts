/** `spec.cache`: what the workers of a pool share. */
import { z } from 'zod';
import { duration, matching, name, secretKey } from './fields.ts';

export const cacheSchema = z
  .strictObject({
    redisURL: matching(
      /^rediss?:\/\/[^\s/?#@]+(\/\d+)?$/,
      'must be a redis:// or rediss:// URL without user or password',
      2048,
    )
      .optional()
      .describe(
        'Redis that the workers share, for example redis://redis:6379/0. It also keeps the quotas and the budget of ' +
          'all pods together. Left out: each pod remembers for itself.',
      ),
    decisions: z
      .boolean()
      .default(true)
      .describe('Reuse decisions. false: Redis is used for quotas and budget alone.'),
    entries: z
      .int32()
      .min(0)
      .max(1_000_000)
      .default(10_000)
      .describe('Decisions that each pod remembers by itself, beside or without Redis.'),
    passwordSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        key: secretKey.default('password').describe('Key that holds the password.'),
      })
      .optional()
      .describe('Password of Redis. Leave out where there is none.'),
    ttl: duration('How long a decision may be reused for an identical ticket.').default('1h'),
  })
  .describe('Reuse of decisions for identical tickets. Left out: every task asks the model.');
