/** `spec.decisions`: what may be decided without a person, and who looks at it afterwards. */
import { z } from 'zod';
import { duration, matching } from './fields.ts';

/** Rules that may decide before the model, in the order in which they are asked. */
export const RULES = ['CouponFlown', 'CarrierCancelled', 'TwentyFourHours'] as const;

export const decisionsSchema = z
  .strictObject({
    mode: z
      .enum(['Enforce', 'Shadow'])
      .default('Enforce')
      .describe(
        'Enforce: the decision completes the task. Shadow: the decision is recorded and every task goes to MANUAL, to ' +
          'compare the model with people before it decides.',
      ),
    rules: z
      .array(z.enum(RULES))
      .max(RULES.length)
      .optional()
      .describe(
        'Rules that decide before the model, where law or data leave nothing to judge. CouponFlown: a flown coupon ' +
          'goes to MANUAL. CarrierCancelled: a flight that the carrier cancelled is ALLOWED where couponFlown is false; ' +
          'where that is not known the model is asked. TwentyFourHours: a ticket bought within the last 24 ' +
          'hours, at least 7 days before departure, is ALLOWED. Left out: none.',
      ),
    maxAutoRefund: z
      .array(
        z.strictObject({
          currency: matching(/^[A-Z]{3}$/, 'must be three capital letters such as EUR', 3).describe(
            'Currency code.',
          ),
          amountMinor: z.int32().min(0).describe('Highest price, in the minor unit of the currency (cents).'),
        }),
      )
      .max(64)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['currency'] })
      .describe(
        'Tickets with a higher price go to MANUAL, as do those whose price is not known or in a currency that is not ' +
          'listed. Left out: no limit.',
      ),
    minProbability: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Least probability of the label, 0 to 1, from the log probabilities that the model reports; below it MANUAL. ' +
          'Left out: not asked for.',
      ),
    whenProbabilityUnknown: z
      .enum(['Manual', 'Accept'])
      .default('Manual')
      .describe(
        'What to do with an answer that came without log probabilities, where minProbability is set.',
      ),
    confirmAllowed: z
      .enum(['Never', 'WithoutReason', 'WithoutText'])
      .default('Never')
      .describe(
        "WithoutReason: an ALLOWED for a ticket with a customer's reason is asked for again without it, and goes to " +
          'MANUAL where the answers differ. However a reason is worded, it cannot make a refund by itself then; what ' +
          'you know, state as a fact (carrierCancelled). WithoutText: the same without the fare rules, too, for fare ' +
          'rules from a source that is not trusted. Never: the first answer counts.',
      ),
    reviewPercent: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('Percent of ALLOWED decisions that go to MANUAL for a person to check, chosen by chance.'),
    onFailure: z
      .strictObject({
        policy: z
          .enum(['Manual', 'Retry'])
          .default('Manual')
          .describe(
            'What becomes of a task that the model could not decide. Manual: it goes to MANUAL. Retry: where the reason ' +
              'may pass (the API, its limits, the key, the time), it is given back to the engine as failed and comes ' +
              'again after retryTimeout; where it is the ticket or the answer, it goes to MANUAL at once.',
          ),
        retries: z
          .int32()
          .min(1)
          .max(100)
          .default(3)
          .describe('How often a task is given back before it counts as undecidable.'),
        retryTimeout: duration('How long a task that was given back waits.').default('5m'),
        finally: z
          .enum(['Manual', 'Incident'])
          .default('Manual')
          .describe('What becomes of it after the last try: MANUAL, or an incident in the engine.'),
      })
      .prefault({})
      .describe('What to do when the model cannot be asked or gives no valid answer.'),
    audit: z
      .strictObject({
        processVariables: z
          .boolean()
          .default(false)
          .describe('Also store the record of the decision as the process variable llmAudit (JSON).'),
        persistentVolumeClaim: matching(
          /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
          'must be a Kubernetes object name: lower-case letters, digits, - and .',
          253,
        )
          .optional()
          .describe(
            'Claim of a volume that all pods can write (ReadWriteMany): each appends its records to a file of its own, ' +
              'POD.jsonl. Left out: standard output alone.',
          ),
      })
      .prefault({})
      .describe('Where the record of each decision goes, beside standard output.'),
  })
  .describe('What may be decided without a person, and who looks at it afterwards.');
