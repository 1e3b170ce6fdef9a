/** `spec.llm`: the model, the keys to it, and what it may cost. */
import { z } from 'zod';
import { isTimeZone } from '../day.ts';
import { LISTED_NAMES } from '../listPrices.ts';
import { duration, matching, name, oneWord, quotaGroup, secretKey, url } from './fields.ts';

export const llmSchema = z
  .strictObject({
    baseURL: url
      .default('https://api.openai.com/v1')
      .describe('Base URL of an OpenAI-compatible chat completions API.'),
    model: oneWord(128).default('gpt-4o-mini').describe('Model name as the API expects it.'),
    providerName: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe(
        'What the process variable llmProvider says. Left out: "OpenAI GPT-4o-mini" for that model, else the model name.',
      ),
    profile: z
      .enum(['Auto', 'MaxTokens', 'MaxCompletionTokens', 'Reasoning'])
      .default('Auto')
      .describe(
        'Which parameters the model takes. MaxTokens: max_tokens, temperature and logprobs. MaxCompletionTokens: the ' +
          'same with max_completion_tokens. Reasoning: max_completion_tokens and reasoning_effort alone. Auto: by the ' +
          "model's name.",
      ),
    reasoningEffort: z
      .enum(['none', 'minimal', 'low', 'medium', 'high'])
      .optional()
      .describe(
        'Reasoning of models that can. Left out: none where the model can do without, otherwise its own default.',
      ),
    answerFormat: z
      .enum(['OneWord', 'Structured'])
      .default('OneWord')
      .describe(
        'OneWord: one of the three labels as text. Structured: a JSON object that the API holds to a schema.',
      ),
    maxTokens: z
      .int32()
      .min(1)
      .max(32_768)
      .optional()
      .describe(
        'Most tokens an answer may have. Left out: 10 for one word, 100 for a structured answer, 2000 where the ' +
          'model reasons before it answers.',
      ),
    temperature: z.number().min(0).max(2).default(0.3).describe('Sampling temperature, 0 to 2.'),
    proxyURL: url
      .optional()
      .describe('HTTP proxy for the calls to the model, for example http://proxy:3128. Left out: none.'),
    caSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        key: secretKey.default('ca.crt').describe('Key that holds the PEM certificates.'),
      })
      .optional()
      .describe("Certificates to trust for the model's API (and its proxy) beside the usual ones."),
    timeout: duration('Longest wait for one LLM call. Must be shorter than worker.lockDuration.').default(
      '8s',
    ),
    maxAttempts: z
      .int32()
      .min(1)
      .max(10)
      .default(3)
      .describe(
        'Most calls for one task, the first included; all of them stay within the lock. Then the task goes to MANUAL.',
      ),
    includeBookingId: z
      .boolean()
      .default(false)
      .describe(
        'Send the booking id to the model. Off by default: the decision does not need it, and with it tickets of ' +
          'different bookings share no decision.',
      ),
    price: z
      .strictObject({
        inputPerMillionUSD: z.number().min(0).describe('US dollars per million input tokens.'),
        outputPerMillionUSD: z.number().min(0).describe('US dollars per million output tokens.'),
      })
      .optional()
      .describe(
        `Price of the model, for the cost metric and the budget. Left out: the list price of ${LISTED_NAMES.join(', ')}; ` +
          'for others cost is not reported, and a budget is refused.',
      ),
    credentials: z
      .array(
        z.strictObject({
          secretRef: z
            .strictObject({
              name: name.describe("Name of a Secret in the pool's namespace."),
              key: secretKey.default('api-key').describe('Key that holds the API key.'),
            })
            .describe('Where the API key is.'),
          quotaGroup: quotaGroup
            .default('default')
            .describe('Keys of one organisation and project share its limits: give them the same group.'),
        }),
      )
      .min(1)
      .max(16)
      .describe('API keys. With several, calls are spread over them.'),
    quotas: z
      .array(
        z.strictObject({
          group: quotaGroup.default('default').describe('Quota group of the keys that share these limits.'),
          requestsPerMinute: z.int32().min(1).optional().describe('Calls a minute. Left out: no limit.'),
          tokensPerMinute: z
            .int32()
            .min(1)
            .optional()
            .describe('Tokens a minute, input and output. Left out: no limit.'),
        }),
      )
      .max(16)
      .optional()
      .describe(
        "This pool's share of each quota group's limits. No pods are added that the quota cannot feed. " +
          'Left out for a group: it is taken to have none.',
      ),
    budget: z
      .strictObject({
        perHourUSD: z.number().min(0.01).optional().describe('US dollars an hour (UTC).'),
        perDayUSD: z
          .number()
          .min(0.01)
          .optional()
          .describe('US dollars a day, midnight to midnight in timeZone.'),
        whenSpent: z
          .enum(['Hold', 'Stop', 'Manual'])
          .default('Hold')
          .describe(
            'Hold: no pod is added until the period is over. Stop: all workers are removed until then; tasks wait in ' +
              'the engine. Manual: tasks go to MANUAL until then, without a call.',
          ),
        timeZone: matching(
          /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/,
          'must be a time zone such as UTC or Europe/Berlin',
          64,
        )
          .refine(isTimeZone, 'is not the name of a time zone')
          .default('UTC')
          .describe('Time zone in which the day of perDayUSD begins, by its name in the IANA database.'),
      })
      .optional()
      .describe('What the calls of this pool may cost, by the price of the model. Left out: no limit.'),
  })
  .describe('The language model that decides.');
