/**
 * Which parameters a model takes. Models differ: some refuse `max_tokens`,
 * some refuse a temperature while they reason. What a name does not tell, a
 * pool can state. Pure.
 */

export interface ProfileSettings {
  model: string;
  profile: 'Auto' | 'MaxTokens' | 'MaxCompletionTokens' | 'Reasoning';
  reasoningEffort?: Effort | undefined;
  answerFormat: 'OneWord' | 'Structured';
  /** Undefined: by the format and by whether the model reasons. */
  maxTokens?: number | undefined;
  temperature: number;
  /** Whether log probabilities of the label are asked for. */
  logprobs: boolean;
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high';

/** The parameters of a call, under the names that the API has for them. */
export interface CallParameters {
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  reasoning_effort?: Effort;
  logprobs?: true;
  top_logprobs?: number;
}

/** Enough for every way of writing three labels; the API allows 20, compatible ones often no more than 5. */
const TOP_LOGPROBS = 5;

const MAX_TOKENS = { OneWord: 10, Structured: 100 } as const;
/** Reasoning is charged as output and comes first: with less, the answer itself would be cut off. */
const MAX_TOKENS_REASONING = 2_000;

interface Family {
  limit: 'max_tokens' | 'max_completion_tokens';
  takesEffort: boolean;
  /** The effort to ask for where none is stated. */
  effort?: Effort;
  /** Whether it reasons where no effort is asked for. */
  reasons: boolean;
  /** Whether it takes a temperature and log probabilities while it does not reason. */
  samples: boolean;
}

const PLAIN: Family = { limit: 'max_tokens', takesEffort: false, reasons: false, samples: true };
const REASONING: Family = {
  limit: 'max_completion_tokens',
  takesEffort: true,
  reasons: true,
  samples: true,
};

/** The first that matches the name, without the vendor that a gateway puts before it, counts. */
const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^gpt-[34]/, PLAIN],
  // Those that can answer without reasoning do so unless told otherwise.
  [/^gpt-(5\.[1-9]|[6-9])(?!.*-pro)/, { ...REASONING, effort: 'none' }],
  [/^(gpt-[5-9]|o\d)/, REASONING],
];

/** An effort that is stated for a model of unknown kind is meant. */
const UNKNOWN: Family = { ...PLAIN, takesEffort: true };
const STATED: Readonly<Record<Exclude<ProfileSettings['profile'], 'Auto'>, Family>> = {
  MaxTokens: UNKNOWN,
  MaxCompletionTokens: { ...UNKNOWN, limit: 'max_completion_tokens' },
  Reasoning: { ...REASONING, samples: false },
};

/** What to send with each call to this model. */
export function callParameters(settings: ProfileSettings): CallParameters {
  const { model, profile, reasoningEffort, answerFormat, temperature } = settings;
  const family = profile === 'Auto' ? byName(model) : STATED[profile];
  const effort = family.takesEffort ? (reasoningEffort ?? family.effort) : undefined;
  const reasons = effort === undefined ? family.reasons : effort !== 'none';
  const samples = family.samples && !reasons;
  return {
    [family.limit]: settings.maxTokens ?? (reasons ? MAX_TOKENS_REASONING : MAX_TOKENS[answerFormat]),
    ...(effort && { reasoning_effort: effort }),
    ...(samples && { temperature }),
    ...(samples && settings.logprobs && { logprobs: true, top_logprobs: TOP_LOGPROBS }),
  };
}

/** Most tokens that an answer to such a call may have. */
export function tokenLimit({ max_tokens, max_completion_tokens }: CallParameters): number {
  return max_tokens ?? max_completion_tokens ?? 0;
}

function byName(model: string): Family {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
