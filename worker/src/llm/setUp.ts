/** Puts the parts of this folder together, as the configuration says. */
import type { Config } from '../config.ts';
import type { ModelSettings } from './openai.ts';
import { callParameters } from './profile.ts';

export function modelSettings(config: Config): ModelSettings {
  return {
    baseURL: config.OPENAI_BASE_URL,
    model: config.LLM_MODEL,
    answerFormat: config.LLM_ANSWER_FORMAT,
    call: callParameters({
      model: config.LLM_MODEL,
      profile: config.LLM_PROFILE,
      reasoningEffort: config.LLM_REASONING_EFFORT,
      answerFormat: config.LLM_ANSWER_FORMAT,
      maxTokens: config.LLM_MAX_TOKENS,
      temperature: config.LLM_TEMPERATURE,
      logprobs: config.DECISIONS_MIN_PROBABILITY !== undefined,
    }),
  };
}
