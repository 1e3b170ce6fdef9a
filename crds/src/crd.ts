/** The CustomResourceDefinition, made from the resource's schema and its rules. */
import { z } from 'zod';
import {
  GROUP,
  KIND,
  MAX_NAME_LENGTH,
  PLURAL,
  poolSpecSchema,
  poolStatusSchema,
  SHORT_NAME,
  VERSION,
} from './pool.ts';
import { SPEC_RULES, type SpecRule } from './rules.ts';
import { type CelRule, type JsonSchema, type StructuralSchema, toStructural } from './structural.ts';

/** Rules on the object's own name, which only the API server can check at creation. */
const NAME_RULES: CelRule[] = [
  {
    rule: `size(self.metadata.name) <= ${MAX_NAME_LENGTH}`,
    message: `metadata.name must have at most ${MAX_NAME_LENGTH} characters: the names of the pool's objects and pods are made from it`,
  },
  {
    rule: "!self.metadata.name.contains('.')",
    message: 'metadata.name must not contain a dot: it becomes the value of a label and part of pod names',
  },
];

const structural = (schema: z.ZodType): StructuralSchema =>
  toStructural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema);

/** The spec's structural schema with the rules that span several fields. */
export function specSchema(): StructuralSchema {
  const schema = structural(poolSpecSchema);
  for (const rule of SPEC_RULES) {
    const owner = rule.at === '' ? schema : schema.properties?.[rule.at];
    if (!owner) throw new Error(`the rule on ${rule.path} is at "${rule.at}", which the spec does not have`);
    owner['x-kubernetes-validations'] = [...(owner['x-kubernetes-validations'] ?? []), celRule(rule)];
  }
  return schema;
}

function celRule({ at, cel, path, message }: SpecRule): CelRule {
  const relative = at === '' ? path : path.slice(at.length + 1);
  return { rule: cel, message, fieldPath: `.${relative}`, reason: 'FieldValueInvalid' };
}

/** The status's structural schema. */
export function statusSchema(): StructuralSchema {
  return structural(poolStatusSchema);
}

const column = (name: string, type: string, jsonPath: string, description: string, priority?: number) => ({
  name,
  type,
  jsonPath,
  description,
  ...(priority === undefined ? {} : { priority }),
});

const PRINTER_COLUMNS = [
  column('Desired', 'integer', '.status.desiredReplicas', 'Pods that the pool should have.'),
  column('Pods', 'integer', '.status.readyReplicas', 'Pods that are ready.'),
  column('Pending', 'integer', '.status.pendingTasks', 'Tasks that wait for a worker.'),
  column('In-Flight', 'integer', '.status.inFlightTasks', 'Tasks that a worker holds.'),
  column('Ready', 'string', ".status.conditions[?(@.type=='Ready')].status", 'Whether the pool works.'),
  column('Age', 'date', '.metadata.creationTimestamp', 'Time since the pool was made.'),
  column('Reason', 'string', ".status.conditions[?(@.type=='Ready')].reason", 'Why it is ready or not.', 1),
  column('Scaling', 'string', '.status.scalingReason', 'Why the pool has the size that it has.', 1),
];

/** The whole CustomResourceDefinition object. */
export function customResourceDefinition() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: KIND.toLowerCase(),
        shortNames: [SHORT_NAME],
        categories: ['all'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: rootSchema() },
        },
      ],
    },
  };
}

function rootSchema(): StructuralSchema {
  return {
    type: 'object',
    description:
      'FareRuleWorkerPool is a pool of workers that decide ticket refunds with a language model: they serve an ' +
      'external-task topic of a Camunda 7 engine, and their number follows its backlog.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of this representation of the object.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
      spec: withDefaultsTold(specSchema()),
      status: statusSchema(),
    },
    'x-kubernetes-validations': NAME_RULES,
  };
}

/** `kubectl explain` does not show defaults, so descriptions say them. */
function withDefaultsTold(schema: StructuralSchema): StructuralSchema {
  const { description, default: fallback, properties, items } = schema;
  const told = ['string', 'number', 'boolean'].includes(typeof fallback);
  return {
    ...schema,
    ...(told ? { description: `${description} Default: ${fallback as string | number | boolean}.` } : {}),
    ...(items ? { items: withDefaultsTold(items) } : {}),
    ...(properties ? { properties: mapValues(properties, withDefaultsTold) } : {}),
  };
}

const mapValues = <T>(object: Record<string, T>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
