import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { specSchema, statusSchema } from './crd.ts';
import { SPEC_RULES } from './rules.ts';
import { type JsonSchema, NotStructuralError, toStructural } from './structural.ts';

const convert = (schema: z.ZodType) =>
  toStructural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema);

describe('what a CRD cannot say is refused, with its place', () => {
  const Node: z.ZodType = z.object({
    get next() {
      return Node.optional();
    },
  });
  test.each<[string, z.ZodType, string]>([
    ['a reference', z.object({ node: Node }), 'a structural schema has no "'],
    [
      'a union of objects',
      z.object({ a: z.union([z.object({}), z.string()]) }),
      'a: a union is possible only',
    ],
    ['a value of any type', z.object({ a: z.object({ b: z.unknown() }) }), 'a.b: needs a type'],
    ['an open bound', z.object({ a: z.number().gt(0) }), 'a: a structural schema has no "exclusiveMinimum"'],
    ['null', z.object({ a: z.string().nullable() }), 'a: a structural schema has no "nullable"'],
    [
      'look-ahead',
      z.object({ a: z.string().regex(/^(?=a)/) }),
      'a: the pattern ^(?=a) cannot be written as RE2',
    ],
    [
      'a rule without a maximal length',
      z.object({ a: z.string().regex(/a/).meta({ 'x-pattern-message': 'm' }) }),
      'a: needs a maximal length',
    ],
    [
      'an int-or-string of three kinds',
      z.object({
        a: z.union([z.string(), z.int32(), z.boolean()]).meta({ 'x-kubernetes-int-or-string': true }),
      }),
      'a: an int-or-string is a union',
    ],
  ])('%s', (_title, schema, problem) => {
    expect(() => convert(schema)).toThrow(NotStructuralError);
    expect(() => convert(schema)).toThrow(problem);
  });
});

test('the default of an object holds those of its fields', () => {
  const schema = z.object({
    outer: z
      .object({ a: z.int32().default(1), b: z.object({ c: z.string().default('x') }).prefault({}) })
      .prefault({}),
  });
  expect(convert(schema).properties?.outer?.default).toEqual({ a: 1, b: { c: 'x' } });
});

test('bounds of the type itself are left to the format', () => {
  expect(convert(z.int32())).toEqual({ type: 'integer', format: 'int32' });
  expect(convert(z.int32().min(0))).toEqual({ type: 'integer', format: 'int32', minimum: 0 });
});

test('every rule is in the schema, at its own level', () => {
  const spec = specSchema();
  for (const { at, cel, message } of SPEC_RULES) {
    const owner = at === '' ? spec : spec.properties?.[at];
    expect(owner?.['x-kubernetes-validations']).toContainEqual(
      expect.objectContaining({ rule: cel, message }),
    );
  }
});

test('every field has a description for kubectl explain', () => {
  const missing: string[] = [];
  const visit = (schema: ReturnType<typeof specSchema>, path: string) => {
    for (const [name, child] of Object.entries({ ...schema.properties })) {
      if (!child.description) missing.push(`${path}.${name}`);
      visit(child, `${path}.${name}`);
      visit(child.items ?? {}, `${path}.${name}[]`);
    }
  };
  visit(specSchema(), 'spec');
  visit(statusSchema(), 'status');
  expect(missing).toEqual([]);
});
