/** Payments: what happens when the gateway fails, and that a booking is paid once. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';

let refunds: RefundProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
}, 60_000);

afterAll(async () => {
  expect(await refunds.engine.incidents()).toEqual([]);
  await refunds.remove();
});

const times = async (id: string, activityId: string) =>
  (await refunds.engine.activityInstances(id)).filter((one) => one.activityId === activityId).length;

const paidOnce = [{ method: 'GATEWAY', amount: '20000', currency: 'EUR' }];

describe('a payment that fails', () => {
  test.each([
    { script: 'FAIL,OK', errors: 1 },
    { script: 'FAIL,FAIL,OK', errors: 2 },
  ])('$errors times succeeds at the next attempt without anybody', async ({ script, errors }) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, paymentScript: script });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await times(id, 'task_process_payment')).toBe(errors + 1);
    expect(await times(id, 'BoundaryEvent_PaymentError')).toBe(errors);
    expect(await times(id, 'task_resolve_payment')).toBe(0);
    const result = { apiErrorCount: errors, paymentStatus: 'SUCCESS' };
    expect(await refunds.engine.variables(id)).toMatchObject(result);
    expect(await payments(bookingId)).toEqual(paidOnce);
  });

  test('with its answer lost is not made a second time', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, paymentScript: 'LOST,OK' });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await times(id, 'task_process_payment')).toBe(2);
    expect(await payments(bookingId)).toEqual(paidOnce);
  });

  test('because its script cannot be read goes to the operator instead of an incident', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, paymentScript: 'NEVER' });
    await refunds.engine.userTask(id, 'task_resolve_payment');
    expect(await payments(bookingId)).toEqual([]);
  });

  test('for want of a booking id goes to the operator, because it could be made twice', async () => {
    const id = await refunds.decided('ALLOWED', { bookingId: 'not a booking' });
    await refunds.engine.userTask(id, 'task_resolve_payment');
    expect((await refunds.engine.variables(id)).paymentError).toMatch(/bookingId is not a booking id/);
  });
});

describe('after three errors an operator', () => {
  const stuck = async (script: string) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, paymentScript: script });
    const task = await refunds.engine.userTask(id, 'task_resolve_payment');
    expect(await times(id, 'task_process_payment')).toBe(3);
    expect(await refunds.engine.variables(id)).toMatchObject({ apiErrorCount: 3 });
    await refunds.engine.claim(task.id, 'operator');
    return { bookingId, id, task };
  };

  test('has it tried again, once for each time asked', async () => {
    const { bookingId, id, task } = await stuck('FAIL,FAIL,FAIL,FAIL,OK');
    await refunds.engine.submitForm(task.id, { operatorDecision: 'RETRY' });
    const again = await waitFor('a new task for the operator', async () => {
      const open = await refunds.engine.userTask(id, 'task_resolve_payment');
      return open.id === task.id ? undefined : open;
    });
    expect(await times(id, 'task_process_payment')).toBe(4);
    await refunds.engine.submitForm(again.id, { operatorDecision: 'RETRY' });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await payments(bookingId)).toEqual(paidOnce);
  });

  test('marks it as paid by hand, and no later request pays it again', async () => {
    const { bookingId, id, task } = await stuck('FAIL,FAIL,FAIL');
    await refunds.engine.submitForm(task.id, { operatorDecision: 'PAID_BY_HAND' });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_PaidByHand');
    const later = await refunds.decided('ALLOWED', { bookingId });
    expect(await refunds.engine.waitUntilEnded(later)).toBe('EndEvent_AlreadyRefunded');
    expect(await payments(bookingId)).toEqual([{ method: 'BY_HAND', amount: '20000', currency: 'EUR' }]);
  });

  test('refuses it', async () => {
    const { bookingId, id, task } = await stuck('FAIL,FAIL,FAIL');
    await refunds.engine.submitForm(task.id, { operatorDecision: 'REFUSE' });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_RefusedByOperator');
    expect(await payments(bookingId)).toEqual([]);
  });

  test('cannot leave it undecided', async () => {
    const { id, task } = await stuck('FAIL,FAIL,FAIL');
    // 500 is what the engine answers when an instance cannot go on.
    await expect(refunds.engine.submitForm(task.id, {})).rejects.toMatchObject({ status: 500 });
    expect((await refunds.engine.userTask(id, 'task_resolve_payment')).id).toBe(task.id);
  });
});

describe('a booking that is paid', () => {
  test('is not paid again by a later request', async () => {
    const bookingId = uniqueBooking();
    const first = await refunds.decided('ALLOWED', { bookingId });
    expect(await refunds.engine.waitUntilEnded(first)).toBe('EndEvent_FullRefund');
    const second = await refunds.decided('WITH_PENALTY', { bookingId });
    expect(await refunds.engine.waitUntilEnded(second)).toBe('EndEvent_AlreadyRefunded');
    expect(await refunds.engine.variables(second)).toMatchObject({ paymentStatus: 'ALREADY_PAID' });
    expect(await payments(bookingId)).toEqual(paidOnce);
  });

  test('is paid by one of ten requests that come at the same time', async () => {
    const bookingId = uniqueBooking();
    const requests = await Promise.all(Array.from({ length: 10 }, () => refunds.start({ bookingId })));
    const tasks = await refunds.engine.fetchAndLock(refunds.topic, 'test', {
      businessKey: bookingId,
      maxTasks: 10,
    });
    expect(tasks).toHaveLength(10);
    await Promise.all(
      tasks.map((task, index) => {
        const node = refunds.nodes[index % refunds.nodes.length] ?? refunds.engine;
        return node.completeExternalTask(task.id, 'test', { fareRuleCheck: 'ALLOWED' });
      }),
    );
    const ends = await Promise.all(requests.map((id) => refunds.engine.waitUntilEnded(id)));
    expect(ends.filter((end) => end === 'EndEvent_FullRefund')).toHaveLength(1);
    expect(ends.filter((end) => end === 'EndEvent_AlreadyRefunded')).toHaveLength(9);
    expect(await payments(bookingId)).toEqual(paidOnce);
  });
});
