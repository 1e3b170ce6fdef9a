/**
 * JSON Schema as zod writes it → the structural schema that a CRD may carry.
 * A keyword that is not known to be allowed throws: the API server would refuse
 * it, or worse, accept it and ignore it.
 */

export interface CelRule {
  rule: string;
  message: string;
  fieldPath?: string;
  reason?: 'FieldValueInvalid';
}

export interface StructuralSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: StructuralSchema;
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  additionalProperties?: StructuralSchema;
  anyOf?: { type: string }[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: CelRule[];
}

export type JsonSchema = { [keyword: string]: unknown };

/** A schema that zod can express and a CRD cannot. */
export class NotStructuralError extends Error {
  constructor(path: string, problem: string) {
    super(`${path || '(root)'}: ${problem}`);
    this.name = 'NotStructuralError';
  }
}

const COPIED = [
  'description',
  'format',
  'default',
  'enum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'required',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
] as const;
const CONVERTED = [
  'type',
  'pattern',
  'x-pattern-message',
  'minimum',
  'maximum',
  'items',
  'properties',
  'additionalProperties',
  'anyOf',
];
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
const INT32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/**
 * Converts one schema and everything in it.
 * @param path where it is, for the error.
 * @throws NotStructuralError naming the place and the keyword.
 */
export function toStructural(schema: JsonSchema, path = ''): StructuralSchema {
  for (const keyword of Object.keys(schema)) {
    if (!(COPIED as readonly string[]).includes(keyword) && !CONVERTED.includes(keyword)) {
      throw new NotStructuralError(path, `a structural schema has no "${keyword}"`);
    }
  }
  const copied = Object.fromEntries(COPIED.filter((k) => k in schema).map((k) => [k, schema[k]]));
  if (schema['x-kubernetes-int-or-string']) return { ...copied, ...intOrString(schema, path) };
  if (schema.anyOf) throw new NotStructuralError(path, 'a union is possible only as an int-or-string');
  if (!TYPES.includes(String(schema.type))) {
    if (schema['x-kubernetes-preserve-unknown-fields']) return copied;
    throw new NotStructuralError(path, `needs a type, has ${JSON.stringify(schema.type)}`);
  }
  return withWholeDefault({
    ...copied,
    type: schema.type as StructuralSchema['type'],
    ...pattern(schema, path),
    ...range(schema),
    ...children(schema, path),
  });
}

/**
 * Fills an object's default with those of its fields. The API server would do
 * so too when it applies one, but not when it checks the CRD: the rules on the
 * object would fail on `{}`.
 */
function withWholeDefault(schema: StructuralSchema): StructuralSchema {
  if (schema.type !== 'object' || schema.default === undefined) return schema;
  const fields = Object.entries(schema.properties ?? {}).filter(([, child]) => child.default !== undefined);
  return {
    ...schema,
    default: {
      ...Object.fromEntries(fields.map(([name, child]) => [name, child.default])),
      ...(schema.default as object),
    },
  };
}

function children(schema: JsonSchema, path: string): StructuralSchema {
  const result: StructuralSchema = {};
  if (schema.type === 'array') result.items = toStructural((schema.items ?? {}) as JsonSchema, `${path}[]`);
  if (schema.properties) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, child]) => [
        name,
        toStructural(child, path ? `${path}.${name}` : name),
      ]),
    );
  }
  const rest = schema.additionalProperties;
  // `false` is how zod says strict. In a CRD every object is: unknown fields are pruned, or refused by kubectl.
  if (rest === undefined || rest === false || schema['x-kubernetes-preserve-unknown-fields']) return result;
  if (result.properties) {
    throw new NotStructuralError(path, 'properties and additionalProperties exclude each other');
  }
  return { ...result, additionalProperties: toStructural(rest as JsonSchema, `${path}.*`) };
}

/**
 * A pattern that has a message becomes a rule, because the API server's own
 * words for a pattern are the pattern, and because a rule's error does not
 * repeat the value, which may hold a password.
 */
function pattern(schema: JsonSchema, path: string): StructuralSchema {
  const regex = re2(schema, path);
  const message = schema['x-pattern-message'];
  if (regex === undefined || typeof message !== 'string')
    return regex === undefined ? {} : { pattern: regex };
  if (schema.maxLength === undefined) {
    throw new NotStructuralError(path, 'needs a maximal length, or its rule costs too much');
  }
  return { 'x-kubernetes-validations': [{ rule: `self.matches(r'${regex}')`, message }] };
}

/** The API server's regular expressions are RE2: neither look-around nor back-references. */
function re2(schema: JsonSchema, path: string): string | undefined {
  // What zod adds to a date says in 200 characters what the format says already.
  if (typeof schema.pattern !== 'string' || schema.format === 'date-time') return undefined;
  if (/\(\?[=!<]|\\[1-9]|\\[uc]|'/.test(schema.pattern)) {
    throw new NotStructuralError(path, `the pattern ${schema.pattern} cannot be written as RE2 in a rule`);
  }
  return schema.pattern.replaceAll('\\/', '/');
}

/** Bounds that only say "this is an int32" become the format. */
function range(schema: JsonSchema): StructuralSchema {
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  const result: StructuralSchema = {};
  if (minimum !== undefined && minimum > INT32.minimum) result.minimum = minimum;
  if (maximum !== undefined && (schema.type === 'number' || maximum < INT32.maximum))
    result.maximum = maximum;
  if (schema.type === 'integer')
    result.format = (maximum ?? INT32.maximum) > INT32.maximum ? 'int64' : 'int32';
  return result;
}

function intOrString(schema: JsonSchema, path: string): StructuralSchema {
  const branches = (schema.anyOf ?? []) as JsonSchema[];
  const text = branches.find((branch) => branch.type === 'string');
  const integer = branches.find((branch) => branch.type === 'integer');
  if (branches.length !== 2 || !text || !integer) {
    throw new NotStructuralError(path, 'an int-or-string is a union of one string and one integer');
  }
  const { maxLength } = text as { maxLength?: number };
  const regex = re2(text, path);
  return {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(regex === undefined ? {} : { pattern: regex }),
    ...(range(integer).minimum === undefined ? {} : { minimum: range(integer).minimum }),
  };
}
