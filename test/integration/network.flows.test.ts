/**
 * The table of flows held against the policies that the charts render. It needs Helm and no cluster. That a
 * network plugin keeps to policies is tried in network.enforced.test.ts, where there is one that does.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints, type Name, OPERATOR_NAMESPACE, podsOf, STACK_NAMESPACE } from '../network/endpoints.ts';
import { inWords, type Row } from '../network/flows.ts';
import { allowed, type Endpoint, type NetworkPolicy, type Pod } from '../network/policy.ts';
import { renderChart } from '../network/rendered.ts';
import { SITUATIONS } from '../network/situations.ts';
import { withoutEach } from '../network/weaker.ts';

const PLUGINS = [{ podsMatchIPBlocks: true }, { podsMatchIPBlocks: false }];

describe.each(SITUATIONS)('the policies of the charts $name', (situation) => {
  const { absent, flows, open, spare } = situation;
  const rows = flows.filter(({ from, to }) => !absent.includes(from) && !absent.includes(to));
  let ours: Pod[];
  let policies: NetworkPolicy[];
  let known: Partial<Record<Name, Endpoint>>;

  beforeAll(async () => {
    const name = 'fareruleworkerpool-operator';
    const operator = await renderChart(name, name, OPERATOR_NAMESPACE, situation.operator);
    const stack = await renderChart('ticket-refund', 'ticket-refund', STACK_NAMESPACE, situation.stack);
    policies = [...operator, ...stack].filter(({ kind }) => kind === 'NetworkPolicy') as never[];
    ours = [...podsOf(operator, OPERATOR_NAMESPACE), ...podsOf(stack, STACK_NAMESPACE)];
    known = endpoints(operator, stack);
  }, 300_000);

  /** Whether the connection opens, whichever way the plugin takes ipBlocks. */
  function opens(row: Row, by = policies): boolean {
    const from = known[row.from];
    const to = known[row.to];
    if (!from || !to) throw new Error(`${from ? row.to : row.from} is not among what the charts make`);
    const answers = new Set(PLUGINS.map((plugin) => allowed(by, { ...row, from, to }, plugin)));
    if (answers.size > 1) throw new Error(`${inWords(row)}: it depends on the network plugin`);
    return answers.has(true);
  }

  it.each(rows.map((row) => [inWords(row), row] as const))('%s', (_, row) => {
    expect(opens(row)).toBe(open.includes(row.verdict));
  });

  it('are held against every pod that the table knows', () => {
    expect(absent.filter((name) => name in known && name !== 'a Redis elsewhere')).toEqual([]);
  });

  it('close every pod of ours in both directions but for what they name', () => {
    const stranger = { namespace: 'default', labels: {}, ip: '10.244.7.8' };
    const internet = { ip: '93.184.215.14' };
    const bare = ours.filter((pod) =>
      PLUGINS.some(
        (plugin) =>
          allowed(policies, { from: pod, to: internet, port: 25 }, plugin) ||
          allowed(policies, { from: stranger, to: pod, port: 25 }, plugin),
      ),
    );
    expect(bare.map(({ labels }) => labels)).toEqual([]);
  });

  it('have no rule that no flow needs, and none whose loss would go unnoticed', () => {
    const unneeded = withoutEach(policies)
      .filter(({ weaker }) => rows.every((row) => opens(row, weaker) === opens(row)))
      .map(({ what }) => what);
    expect(unneeded).toEqual(Object.keys(spare));
  });
});
