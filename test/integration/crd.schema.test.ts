/** The CRD on a real API server: what it refuses, what it says, and what it fills in. */
import { join } from 'node:path';
import { GROUP, PLURAL, parsePoolSpec, VERSION } from '@farerules/crds/pool';
import { SPEC_RULES } from '@farerules/crds/rules';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiException, ApiextensionsV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { environment } from '../environment/environment.ts';
import { kubectlOf } from '../environment/kubectl.ts';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { BAD_NAMES, BAD_SPECS, GOOD_SPECS, pool } from './crd.cases.ts';

const kubeConfig = new KubeConfig();
kubeConfig.loadFromFile(environment().kubeconfig);
const pools = kubeConfig.makeApiClient(CustomObjectsApi);

/** Cases whose message is ours, not the API server's for a keyword of the schema. */
const OWN_WORDS = BAD_SPECS.filter(
  ({ says }) =>
    /must be (an http|a Kubernetes|a key|a redis|a duration|lower)|must not contain/.test(says) ||
    isRule(says),
);

function isRule(says: string): boolean {
  return SPEC_RULES.some(({ message }) => message.startsWith(says));
}

const isUnknownField = (says: string): boolean => says.startsWith('unknown field');

type Pool = ReturnType<typeof pool>;

/** Sends a pool as kubectl does; nothing is stored. Returns what would be. */
async function create(body: Pool): Promise<Pool> {
  const target = { group: GROUP, version: VERSION, plural: PLURAL, namespace: 'default' };
  return (await pools.createNamespacedCustomObject({
    ...target,
    body,
    dryRun: 'All',
    fieldValidation: 'Strict',
  })) as Pool;
}

/** The message of the API server's refusal. */
async function refusal(body: Pool): Promise<string> {
  const error = await create(body).then(
    () => undefined,
    (reason: ApiException<string>) => reason,
  );
  if (error === undefined) throw new Error('the API server accepted it');
  return (JSON.parse(error.body) as { message: string }).message;
}

beforeAll(async () => {
  // With kubectl, as users do: the client's own serializer leaves out defaults, enums and rules.
  const kubectl = await kubectlOf(environment());
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', join(ROOT, 'crds')]);
  const definitions = kubeConfig.makeApiClient(ApiextensionsV1Api);
  await waitFor('the CRD to be established', async () => {
    const { status } = await definitions.readCustomResourceDefinition({ name: `${PLURAL}.${GROUP}` });
    return status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True');
  });
  // Established comes before the first request is served.
  await waitFor('pools to be served', () => create(pool([])));
}, 60_000);

describe('a bad pool is refused with a message that says what is wrong', () => {
  test.each(BAD_SPECS)('$title', async ({ field, value, says }) => {
    expect(await refusal(pool([[field, value]]))).toContain(says);
  });

  test.each(BAD_NAMES)('the name %s', async (name, says) => {
    expect(await refusal(pool([], name))).toContain(says);
  });
});

test('a refused URL is not repeated, because it may hold a password', async () => {
  expect(await refusal(pool([['cache', { redisURL: 'redis://:hunter2@redis' }]]))).not.toContain('hunter2');
});

test.each(SPEC_RULES.map((rule) => rule.message))('the table breaks the rule "%s"', (message) => {
  expect(BAD_SPECS.some(({ says }) => message.startsWith(says))).toBe(true);
});

describe('the operator refuses what the API server refuses', () => {
  test.each(BAD_SPECS.filter(({ says }) => !isUnknownField(says)))('$title', ({ field, value }) => {
    expect(parsePoolSpec(pool([[field, value]]).spec)).toMatchObject({ ok: false });
  });

  test.each(OWN_WORDS)('$title, in the same words', ({ field, value, says }) => {
    expect(parsePoolSpec(pool([[field, value]]).spec)).toMatchObject({
      problems: expect.arrayContaining([expect.stringContaining(says)]),
    });
  });
});

// It is a later schema's, where it came past an API server: the operator goes on with what it knows.
test.each(BAD_SPECS.filter(({ says }) => isUnknownField(says)))(
  'the operator leaves out $title, which the API server lets nobody write by mistake',
  ({ field, value }) => {
    const read = parsePoolSpec(pool([[field, value]]).spec);
    expect(read).toMatchObject({ ok: true });
    expect(JSON.stringify(read)).not.toMatch(/hostNetwork|concurency/);
  },
);

describe('a good pool is accepted and has the same defaults in the API server and in the operator', () => {
  test.each(GOOD_SPECS)('%s', async (_title, changes) => {
    const body = pool(changes);
    expect(parsePoolSpec(body.spec)).toEqual({ ok: true, spec: (await create(body)).spec });
  });
});
