/**
 * Which parameters the models take, and how the API refuses the others. A
 * model that reasons takes no `max_tokens`, and no sampling unless its
 * reasoning is off; only some can be told to do without.
 */
import { errors, type WireError } from './wire.ts';

type Body = Record<string, unknown>;

const REASONS = /^(gpt-[5-9]|o\d)/;
const CAN_DO_WITHOUT = /^gpt-(5\.[1-9]|[6-9])/;
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'];
const SAMPLING = ['top_p', 'logprobs', 'top_logprobs'];

/** Whether this call reasons before it answers. */
export function reasons(body: Body): boolean {
  if (!REASONS.test(String(body.model))) return false;
  return (body.reasoning_effort ?? (CAN_DO_WITHOUT.test(String(body.model)) ? 'none' : 'medium')) !== 'none';
}

/** What the API has against the parameters of a call; undefined when nothing. */
export function parameterProblem(body: Body): WireError | undefined {
  const model = String(body.model);
  const effort = body.reasoning_effort;
  if (REASONS.test(model)) {
    if (body.max_tokens !== undefined)
      return errors.unsupportedParameter('max_tokens', 'max_completion_tokens');
    if (effort !== undefined && !EFFORTS.includes(String(effort))) {
      return errors.unsupportedValue('reasoning_effort', effort);
    }
    if (effort === 'none' && !CAN_DO_WITHOUT.test(model))
      return errors.unsupportedValue('reasoning_effort', effort);
  } else if (effort !== undefined) return errors.unsupportedParameter('reasoning_effort');
  if (reasons(body)) {
    if (body.temperature !== undefined && body.temperature !== 1) {
      return errors.unsupportedValue('temperature', body.temperature);
    }
    const sampling = SAMPLING.find((name) => body[name] !== undefined);
    if (sampling) return errors.unsupportedParameter(sampling);
  }
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) {
    return errors.badRequest(
      'Setting max_tokens and max_completion_tokens at the same time is not supported.',
    );
  }
  if (body.top_logprobs !== undefined && body.logprobs !== true) {
    return errors.badRequest(
      'The top_logprobs parameter is only allowed when logprobs is enabled.',
      'top_logprobs',
    );
  }
  return formatProblem(body.response_format);
}

/** Strict schemas must name all their properties as required and allow no others. */
function formatProblem(format: unknown): WireError | undefined {
  if (format === undefined) return undefined;
  const { type, json_schema: named } = format as {
    type?: string;
    json_schema?: { schema?: Body; strict?: boolean };
  };
  if (type === 'text') return undefined;
  const schema = named?.schema;
  const properties = Object.keys((schema?.properties as Body | undefined) ?? {});
  const required = Array.isArray(schema?.required) ? schema.required : [];
  const strict =
    schema?.additionalProperties === false && properties.every((name) => required.includes(name));
  return type === 'json_schema' && schema?.type === 'object' && (!named?.strict || strict)
    ? undefined
    : errors.badRequest("Invalid schema for response_format 'refund_decision'.", 'response_format');
}
