import { describe, expect, test } from '@jest/globals';
import { customSchemas, fileName, kindSchemas, type Swagger } from './jsonSchema.ts';

const SWAGGER: Swagger = {
  definitions: {
    Widget: {
      type: 'object',
      description: 'for people',
      properties: {
        spec: { $ref: '#/definitions/WidgetSpec' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
      'x-kubernetes-group-version-kind': [{ group: 'apps.example', version: 'v1', kind: 'Widget' }],
    },
    WidgetSpec: {
      type: 'object',
      required: ['size'],
      properties: { size: { $ref: '#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity' } },
    },
    'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
    Unrelated: { type: 'object', properties: {} },
  },
};

describe('the schema of a kind', () => {
  const schema = kindSchemas(SWAGGER).get('widget-apps-v1.json') as {
    allOf: object[];
    definitions: Record<string, object>;
  };

  test('is complete in itself, with nothing that it does not need', () => {
    expect(Object.keys(schema.definitions)).toEqual([
      'Widget',
      'WidgetSpec',
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
    ]);
  });

  test('refuses fields that it does not name, and leaves maps open', () => {
    expect(schema.definitions.WidgetSpec).toMatchObject({ additionalProperties: false, required: ['size'] });
    expect(schema.definitions.Widget).toMatchObject({
      additionalProperties: false,
      properties: { labels: { additionalProperties: { type: 'string' } } },
    });
  });

  test('accepts a quantity as a number', () => {
    const quantity = schema.definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'];
    expect(quantity).toEqual({ type: ['string', 'number'] });
  });

  test('insists on the kind and its version, except within another object', () => {
    expect(schema.allOf).toEqual([
      { $ref: '#/definitions/Widget' },
      {
        required: ['apiVersion', 'kind'],
        properties: { apiVersion: { const: 'apps.example/v1' }, kind: { const: 'Widget' } },
      },
    ]);
    expect(schema.definitions.Widget).not.toHaveProperty('required');
  });
});

describe('the schema of a custom kind', () => {
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        properties: {
          port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: {} },
        },
      },
    },
  };
  const schemas = customSchemas({
    spec: {
      group: 'farms.dev',
      names: { kind: 'Farm' },
      versions: [
        { name: 'v1', served: true, schema: { openAPIV3Schema } },
        { name: 'v1beta1', served: false, schema: { openAPIV3Schema } },
      ],
    },
  });
  const schema = schemas.get('farm-farms-v1.json') as { properties: { spec: { properties: object } } };

  test('exists for the versions that an API server takes', () => {
    expect([...schemas.keys()]).toEqual(['farm-farms-v1.json']);
  });

  test('refuses unknown fields, except where the definition keeps them', () => {
    expect(schema.properties.spec).toMatchObject({ additionalProperties: false });
    expect(schema.properties.spec.properties).toEqual({
      port: { type: ['string', 'integer'] },
      free: { type: 'object', properties: {} },
    });
  });

  test('accepts any metadata', () => {
    expect(schema.properties).toMatchObject({ metadata: { type: 'object' }, kind: { const: 'Farm' } });
  });
});

test('the file of a kind of the core group has no group in its name', () => {
  expect(fileName({ group: '', version: 'v1', kind: 'Service' })).toBe('service-v1.json');
});
