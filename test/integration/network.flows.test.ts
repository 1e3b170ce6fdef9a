/**
 * The table of flows held against the policies that the charts render, with the values that they come with and
 * with those for production. It needs Helm and no cluster. That a network plugin keeps to policies is tried in
 * network.enforced.test.ts, where there is one that does.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints, type Name, OPERATOR_NAMESPACE, podsOf, STACK_NAMESPACE } from '../network/endpoints.ts';
import { FLOWS, inWords, PRODUCTION_FLOWS, type Row } from '../network/flows.ts';
import { allowed, type Endpoint, type NetworkPolicy, type Pod } from '../network/policy.ts';
import { type Rendered, renderChart } from '../network/rendered.ts';
import { withoutEach } from '../network/weaker.ts';

const PLUGINS = [{ podsMatchIPBlocks: true }, { podsMatchIPBlocks: false }];

describe.each([
  ['with default values', [], FLOWS, ['a Redis elsewhere']],
  ['with production values', ['values-production.yaml'], [...FLOWS, ...PRODUCTION_FLOWS], ['Redis']],
] satisfies [string, string[], Row[], Name[]][])(
  'the policies of the charts %s',
  (_, files, table, absent) => {
    const rows = table.filter(({ from, to }) => !absent.includes(from) && !absent.includes(to));
    const production = files.length > 0;
    let ours: Pod[];
    let policies: NetworkPolicy[];
    let known: Partial<Record<Name, Endpoint>>;

    beforeAll(async () => {
      const operator = await renderChart(
        'fareruleworkerpool-operator',
        'fareruleworkerpool-operator',
        OPERATOR_NAMESPACE,
        [...files],
      );
      const stack = await renderChart('ticket-refund', 'ticket-refund', STACK_NAMESPACE, [...files]);
      policies = policiesOf([...operator, ...stack]);
      ours = [...podsOf(operator, OPERATOR_NAMESPACE), ...podsOf(stack, STACK_NAMESPACE)];
      known = endpoints(operator, stack);
    }, 300_000);

    const policiesOf = (all: Rendered[]) =>
      all.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
    const expected = ({ verdict }: Row): boolean => verdict === 'yes' || (verdict === 'named' && !production);

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
      expect(opens(row)).toBe(expected(row));
    });

    it('close every pod of ours in both directions but for what they name', () => {
      const stranger = { namespace: 'default', labels: {}, ip: '10.244.7.8' };
      const internet = { ip: '93.184.215.14' };
      const open = ours.filter((pod) =>
        PLUGINS.some(
          (plugin) =>
            allowed(policies, { from: pod, to: internet, port: 25 }, plugin) ||
            allowed(policies, { from: stranger, to: pod, port: 25 }, plugin),
        ),
      );
      expect(open.map(({ labels }) => labels)).toEqual([]);
    });

    it('have no rule that no flow needs, and none whose loss would go unnoticed', () => {
      const unneeded = withoutEach(policies)
        .filter(({ weaker }) => rows.every((row) => opens(row, weaker) === opens(row)))
        .map(({ what }) => what);
      expect(unneeded).toEqual([]);
    });
  },
);
