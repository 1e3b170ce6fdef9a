/** The kinds of text and numbers that fields of the spec have. */
import { z } from 'zod';
import { DURATION_PATTERN } from '../duration.ts';

/**
 * Text that matches a pattern. Where it does not, the API server and the
 * operator say the same sentence, and the rules that span fields are not asked:
 * they take what they compare for well-formed.
 */
export const matching = (pattern: RegExp, message: string, maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(pattern, { error: message, abort: true })
    .meta({ 'x-pattern-message': message });

export const duration = (description: string) =>
  matching(new RegExp(DURATION_PATTERN), 'must be a duration such as 500ms, 30s or 1h30m', 16).describe(
    description,
  );

export const name = matching(
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  'must be a Kubernetes object name: lower-case letters, digits, - and .',
  253,
);

export const secretKey = matching(
  /^[-._a-zA-Z0-9]+$/,
  'must be a key of a Secret: letters, digits, -, _ and .',
  253,
);

export const url = matching(
  /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
  'must be an http or https URL without user, query or fragment',
  2048,
);

export const quotaGroup = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  'must be lower-case letters, digits and -',
  63,
);

export const oneWord = (maxLength: number) => matching(/^\S+$/, 'must not contain white space', maxLength);

export const labelMap = z.record(z.string().max(317), z.string().max(262_144));

export const quantity = z
  .union([
    matching(
      /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
      'must be a quantity such as 250m, 0.5 or 512Mi',
      32,
    ),
    z.int32().min(0),
  ])
  .meta({ 'x-kubernetes-int-or-string': true });
export const resourceList = z.record(z.string().max(317), quantity);
