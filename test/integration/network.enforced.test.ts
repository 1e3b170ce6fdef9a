/**
 * The table of flows tried for real, between pods with the labels of ours under the policies that the charts
 * render. Only a network plugin that keeps to policies can be asked. The local cluster's bridge does not, unless
 * FRWP_POLICIES=kube-router gives it one; otherwise this is reported as skipped.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints, type Name, OPERATOR_NAMESPACE, STACK_NAMESPACE } from '../network/endpoints.ts';
import { policiesEnforced } from '../network/enforcement.ts';
import { startEnforcer } from '../network/enforcer.ts';
import { inWords, type Row } from '../network/flows.ts';
import { movedPods, movedPolicies } from '../network/moved.ts';
import type { NetworkPolicy, Pod } from '../network/policy.ts';
import { RealPods } from '../network/realPods.ts';
import { renderChart } from '../network/rendered.ts';
import { SITUATIONS } from '../network/situations.ts';
import { sleep } from '../support/wait.ts';

const stopEnforcer = process.env.FRWP_POLICIES === 'kube-router' ? await startEnforcer() : undefined;
afterAll(() => stopEnforcer?.(), 60_000);
const enforced = await policiesEnforced();
/** For every policy to be in force. */
const SETTLE_MS = 20_000;

(enforced ? describe : describe.skip)('NetworkPolicies that the cluster enforces', () => {
  const [situation] = SITUATIONS;
  if (!situation) throw new Error('there is no situation');
  const prefix = `flows-${randomBytes(3).toString('hex')}`;
  let pods: RealPods;
  let policies: NetworkPolicy[];
  let rows: Row[];
  let known: Map<Name, Pod>;

  const idOf = (name: Name): string => `p${[...known.keys()].indexOf(name)}`;

  beforeAll(async () => {
    const name = 'fareruleworkerpool-operator';
    const operator = await renderChart(name, name, OPERATOR_NAMESPACE, situation.operator);
    const stack = await renderChart('ticket-refund', 'ticket-refund', STACK_NAMESPACE, situation.stack);
    const all = [...operator, ...stack].filter(({ kind }) => kind === 'NetworkPolicy') as never[];
    policies = movedPolicies(prefix, all);
    known = movedPods<Name>(prefix, endpoints(operator, stack));
    rows = situation.flows.filter(
      ({ from, to, protocol }) => known.has(from) && known.has(to) && protocol === 'TCP',
    );
    const byId = new Map([...known].map(([name, pod]) => [idOf(name), pod]));
    pods = new RealPods(byId, [...new Set(rows.map(({ port }) => port))]);
    await pods.start();
  }, 300_000);
  afterAll(() => pods.close());

  /** The rows whose connection is not as expected. */
  async function wrong(expected: (row: Row) => boolean): Promise<string[]> {
    const found: string[] = [];
    for (const from of new Set(rows.map((row) => row.from))) {
      const ofThis = rows.filter((row) => row.from === from);
      const targets = ofThis.map(({ to, port }) => ({ pod: idOf(to), port }));
      const opened = await pods.connect(idOf(from), targets);
      found.push(...ofThis.filter((row, index) => opened[index] !== expected(row)).map(inWords));
    }
    return found;
  }

  it('are not needed for any connection to fail: without them all of them open', async () => {
    expect(await wrong(() => true)).toEqual([]);
  }, 120_000);

  it('allow and refuse what the table says', async () => {
    await pods.applyPolicies(policies);
    await sleep(SETTLE_MS);
    expect(await wrong(({ verdict }) => situation.open.includes(verdict))).toEqual([]);
  }, 180_000);
});
