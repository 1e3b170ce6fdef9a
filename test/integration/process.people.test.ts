/** What people decide, and what happens when they do not decide in time. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { UserTask, Variables } from '../engine/client.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';

let refunds: RefundProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
}, 60_000);

afterAll(async () => {
  expect(await refunds.engine.incidents()).toEqual([]);
  await refunds.remove();
});

const candidateGroups = async (task: UserTask) =>
  (await refunds.engine.http.get<{ groupId: string }[]>(`/task/${task.id}/identity-links`)).data.map(
    ({ groupId }) => groupId,
  );

describe('a review', () => {
  const review = async (variables: Variables = {}) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('MANUAL', { bookingId, ...variables });
    return { bookingId, id, task: await refunds.engine.userTask(id, 'task_manual_review') };
  };

  test('that approves is paid', async () => {
    const { bookingId, id, task } = await review();
    expect(await candidateGroups(task)).toEqual(['refund-agents']);
    await refunds.engine.claim(task.id, 'agent');
    await refunds.engine.submitForm(task.id, { approved: true });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_ReviewedRefund');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '20000', currency: 'EUR' }]);
  });

  test.each<[string, Variables]>([
    ['that refuses', { approved: false }],
    ['left empty', {}],
  ])('%s ends as refused, and nothing is paid', async (_what, form) => {
    const { bookingId, id, task } = await review();
    await refunds.engine.submitForm(task.id, form);
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_Refused');
    expect(await payments(bookingId)).toEqual([]);
  });

  test('shows the ticket, the amount, and what the model said', async () => {
    const id = await refunds.start({ refundReason: 'illness' });
    await refunds.decide(id, { fareRuleCheck: 'MANUAL', llmReasoning: 'because', llmError: 'time-out' });
    const task = await refunds.engine.userTask(id, 'task_manual_review');
    const { data } = await refunds.engine.http.get(`/task/${task.id}/form-variables`);
    expect(data.ticket.value).toMatch(/^booking T-.*class Economy.*days until flight 12.*reason illness$/);
    expect(data).toMatchObject({
      refundAmount: { value: '200.00 EUR' },
      llmReasoning: { value: 'because' },
      llmError: { value: 'time-out' },
      approved: { value: null, type: 'Boolean' },
    });
    const form = await refunds.engine.http.get<string>(`/task/${task.id}/rendered-form`);
    expect(form.data).toContain('Approve refund?');
  });

  test.each<[string, Variables]>([
    ['a negative price and no class', { ticketPriceMinor: { value: -5, type: 'Long' }, ticketClass: null }],
    ['numbers and texts mixed up', { ticketPriceMinor: 'a lot', daysUntilFlight: 'soon', currency: 12 }],
    ['no ticket at all', { ticketClass: null, daysUntilFlight: null, purchaseDate: null, currency: null }],
  ])('has a form that can be read and sent for %s', async (_what, variables) => {
    const { id, task } = await review(variables);
    await refunds.engine.http.get(`/task/${task.id}/rendered-form`);
    await refunds.engine.submitForm(task.id, { approved: false });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_Refused');
  });

  test('has two hours unless the request says otherwise, also when it says nonsense', async () => {
    const due = async (variables: Variables) => {
      const { id } = await review(variables);
      const { data } = await refunds.engine.http.get('/job', { params: { processInstanceId: id } });
      return (Date.parse(data[0].dueDate) - Date.parse(data[0].createTime)) / 60_000;
    };
    expect(await due({})).toBeCloseTo(120, 1);
    expect(await due({ slaDuration: 'PT30M' })).toBeCloseTo(30, 1);
    expect(await due({ slaDuration: 'two hours' })).toBeCloseTo(120, 1);
    expect(await due({ slaDuration: '-PT1S' })).toBeCloseTo(120, 1);
  });
});

describe('a review that takes too long', () => {
  const escalated = async (claimedBy?: string) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('MANUAL', { bookingId, slaDuration: 'PT1S' });
    if (claimedBy) {
      await refunds.engine.claim((await refunds.engine.userTask(id, 'task_manual_review')).id, claimedBy);
    }
    // Nobody but the engine's own job executor fires the timer.
    return { bookingId, id, task: await refunds.engine.userTask(id, 'task_manager_escalation') };
  };

  test('is taken from the agent and given to a manager by the job executor', async () => {
    const { bookingId, id, task } = await escalated();
    expect(await candidateGroups(task)).toEqual(['refund-managers']);
    const activities = await refunds.engine.activityInstances(id);
    const review = activities.find(({ activityId }) => activityId === 'task_manual_review');
    const timer = activities.find(({ activityId }) => activityId === 'BoundaryEvent_SLA');
    expect(review?.canceled).toBe(true);
    const waited = Date.parse(timer?.endTime ?? '') - Date.parse(review?.startTime ?? '');
    expect(waited).toBeGreaterThanOrEqual(1_000);
    expect(waited).toBeLessThan(6_000);
    await refunds.engine.submitForm(task.id, { approved: false });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_SLABreachHandled');
    expect(await payments(bookingId)).toEqual([]);
  });

  test('ends as handled also when the manager approves, and is paid', async () => {
    const { bookingId, id, task } = await escalated();
    await refunds.engine.submitForm(task.id, { approved: true });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_SLABreachHandled');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '20000', currency: 'EUR' }]);
  });

  test('is not decided by the one who had claimed the review', async () => {
    const { id, task } = await escalated('manager');
    await expect(refunds.engine.claim(task.id, 'manager')).rejects.toMatchObject({
      response: { data: { message: expect.stringContaining('somebody else than the reviewer') } },
    });
    await refunds.engine.claim(task.id, 'demo');
    await refunds.engine.submitForm(task.id, {});
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_SLABreachHandled');
  });
});
