/** The nodes of an engine cluster share the work. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deployRefundProcess, type RefundProcess } from './refundProcess.ts';

let refunds: RefundProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
}, 60_000);

afterAll(() => refunds.remove());

test('what starts on one node is fetched, decided and seen on the other', async () => {
  const [first, second] = refunds.nodes;
  if (!first || !second || refunds.nodes.length < 2)
    throw new Error('the environment has one engine node only');
  const id = await refunds.start();
  await refunds.decide(id, { fareRuleCheck: 'ALLOWED' }, second);
  expect(await second.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
  expect(await first.processInstance(id)).toEqual(await second.processInstance(id));
  expect(await first.completions(id)).toHaveLength(1);
});

test('both count the same backlog and the same paths', async () => {
  const waiting = await refunds.start();
  const query = { topicName: refunds.topic, notLocked: true };
  for (const node of refunds.nodes) expect(await node.externalTaskCount(query)).toBe(1);
  await refunds.decide(waiting, { fareRuleCheck: 'ALLOWED' });
  await refunds.engine.waitUntilEnded(waiting);
  const paths = await Promise.all(refunds.nodes.map((node) => node.activityCounts(refunds.definitionId)));
  for (const counts of paths)
    expect(counts).toMatchObject({ EndEvent_FullRefund: 2, task_process_payment: 2 });
});
