/** JSON schemas that refuse unknown fields, out of what Kubernetes publishes about its kinds. Pure. */

/** A schema, or a part of one. */
export type Schema = Record<string, unknown>;

/** `api/openapi-spec/swagger.json` of Kubernetes. */
export interface Swagger {
  definitions: Record<string, Schema>;
}

export interface Kind {
  group: string;
  version: string;
  kind: string;
}

/** Written as a text in OpenAPI, but a number is accepted, too. */
const NUMBERS = [
  'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
];
const PREFIX = '#/definitions/';

/** A file name as kubeconform looks for it: `deployment-apps-v1.json`, `service-v1.json`. */
export function fileName({ group, version, kind }: Kind): string {
  const parts = [kind, group.split('.')[0], version].filter(Boolean);
  return `${parts.join('-').toLowerCase()}.json`;
}

/** A schema for every kind of the API, complete in itself. */
export function kindSchemas({ definitions }: Swagger): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, strictDefinition(name, definition)]),
  );
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = (definition['x-kubernetes-group-version-kind'] ?? []) as Kind[];
    // Those with several are the options of a deletion and the like.
    const [kind] = kinds;
    if (!kind || kinds.length > 1) continue;
    const names = reachable(name, strict);
    schemas.set(fileName(kind), {
      // Not in the definition: within another object (volumeClaimTemplates) neither is needed.
      allOf: [{ $ref: PREFIX + name }, identified(kind)],
      definitions: Object.fromEntries(names.map((each) => [each, strict[each]])),
    });
  }
  return schemas;
}

/**
 * The schema of a CustomResourceDefinition's kind, one for each version that an API server takes.
 * @param crd as it is applied
 */
export function customSchemas(crd: {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[];
  };
}): Map<string, Schema> {
  const { group, names, versions } = crd.spec;
  const served = versions.filter((version) => version.served);
  return new Map(
    served.map(({ name: version, schema }) => {
      const body = strictSchema(schema.openAPIV3Schema);
      const kind = { group, version, kind: names.kind };
      const properties = {
        ...identified(kind).properties,
        metadata: { type: 'object' },
        ...omit(body.properties as Schema, ['apiVersion', 'kind', 'metadata']),
      };
      return [fileName(kind), { ...body, ...identified(kind), properties }] as const;
    }),
  );
}

function strictDefinition(name: string, definition: Schema): Schema {
  return NUMBERS.includes(name) ? { type: ['string', 'number'] } : strictSchema(definition);
}

/** An object that says what it is. */
function identified({ group, version, kind }: Kind): { required: string[]; properties: Schema } {
  const apiVersion = group ? `${group}/${version}` : version;
  return {
    required: ['apiVersion', 'kind'],
    properties: { apiVersion: { const: apiVersion }, kind: { const: kind } },
  };
}

/** The schema without what is only for people, refusing fields that it does not name. */
function strictSchema(schema: Schema): Schema {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const numeric = schema['x-kubernetes-int-or-string'] === true;
  const kept = Object.entries(schema).filter(
    ([key]) => !key.startsWith('x-kubernetes-') && !['description', 'format', 'default'].includes(key),
  );
  const strict = Object.fromEntries(kept.map(([key, value]) => [key, deepened(key, value)]));
  if (numeric) return { ...omit(strict, ['type', 'anyOf']), type: ['string', 'integer'] };
  if (schema.properties && !open && schema.additionalProperties === undefined) {
    strict.additionalProperties = false;
  }
  return strict;
}

function deepened(key: string, value: unknown): unknown {
  const isSchema = (candidate: unknown): candidate is Schema =>
    typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
  if (key === 'properties' && isSchema(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [name, isSchema(child) ? strictSchema(child) : child]),
    );
  }
  if ((key === 'items' || key === 'additionalProperties') && isSchema(value)) return strictSchema(value);
  return value;
}

/** Names of the definitions that one of them needs, itself first. */
function reachable(start: string, definitions: Record<string, Schema>): string[] {
  const seen = new Set([start]);
  for (const name of seen) {
    for (const [, found] of JSON.stringify(definitions[name]).matchAll(
      /"\$ref":"#\/definitions\/([^"]+)"/g,
    )) {
      if (found) seen.add(found);
    }
  }
  return [...seen];
}

function omit(schema: Schema, keys: string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}
