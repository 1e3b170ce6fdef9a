/** Each decision of the fare-rule check takes its refund to the end event and the amount that it should. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { long, type Variables } from '../engine/client.ts';
import { deployRefundProcess, payments, type RefundProcess, uniqueBooking } from './refundProcess.ts';

let refunds: RefundProcess;

beforeAll(async () => {
  refunds = await deployRefundProcess();
}, 60_000);

afterAll(async () => {
  expect(await refunds.engine.incidents()).toEqual([]);
  await refunds.remove();
});

const ids = async (id: string) => (await refunds.engine.activityInstances(id)).map((one) => one.activityId);

describe('a decision leads to its end event', () => {
  test('ALLOWED pays the whole price', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await ids(id)).toEqual([
      'StartEvent_RefundRequested',
      'task_check_fare_rules',
      'gateway_fare_rules',
      'task_calculate_full_refund',
      'gateway_amount',
      'task_process_payment',
      'gateway_paid',
      'EndEvent_FullRefund',
    ]);
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '20000', currency: 'EUR' }]);
    expect(await refunds.engine.variables(id)).toMatchObject({ paymentStatus: 'SUCCESS', apiErrorCount: 0 });
    const { businessKey, state } = await refunds.engine.processInstance(id);
    expect({ businessKey, state }).toEqual({ businessKey: bookingId, state: 'COMPLETED' });
  });

  test('WITH_PENALTY pays the price less the penalty', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('WITH_PENALTY', { bookingId });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_PenaltyRefund');
    expect(await ids(id)).toContain('task_calculate_penalty');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '15000', currency: 'EUR' }]);
  });

  test('MANUAL waits for an agent and pays nothing', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('MANUAL', { bookingId });
    await refunds.engine.userTask(id, 'task_manual_review');
    expect(await payments(bookingId)).toEqual([]);
  });

  test.each<[string, Variables]>([
    ['an unknown word', { fareRuleCheck: 'PERHAPS' }],
    ['the right word in lower case', { fareRuleCheck: 'allowed' }],
    ['an empty text', { fareRuleCheck: '' }],
    ['null', { fareRuleCheck: null }],
    ['a number', { fareRuleCheck: 1 }],
    ['nothing', {}],
  ])('%s instead of a decision goes to manual review', async (_what, result) => {
    const id = await refunds.start();
    await refunds.decide(id, result);
    await refunds.engine.userTask(id, 'task_manual_review');
  });

  test('a decision that the caller sends with the request does not count', async () => {
    const id = await refunds.start({ fareRuleCheck: 'ALLOWED', approved: true });
    await refunds.decide(id, {});
    const task = await refunds.engine.userTask(id, 'task_manual_review');
    await refunds.engine.submitForm(task.id);
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_Refused');
  });
});

describe('amounts are right to the minor unit', () => {
  test.each([
    // A quarter of the price, half up; at least 50.00 EUR, 8000 JPY, 15.000 KWD.
    { currency: 'EUR', price: 23_455, paid: '17591', penalty: 5_864 },
    { currency: 'EUR', price: 6_000, paid: '1000', penalty: 5_000 },
    { currency: 'JPY', price: 40_002, paid: '30001', penalty: 10_001 },
    { currency: 'JPY', price: 9_000, paid: '1000', penalty: 8_000 },
    { currency: 'KWD', price: 123_457, paid: '92593', penalty: 30_864 },
    { currency: 'KWD', price: 15_001, paid: '1', penalty: 15_000 },
    { currency: 'CHF', price: 10_000, paid: '7500', penalty: 2_500 },
  ])('$price minor units of $currency less penalty are $paid', async ({ currency, price, paid, penalty }) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('WITH_PENALTY', { bookingId, ticketPriceMinor: long(price), currency });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_PenaltyRefund');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: paid, currency }]);
    expect(await refunds.engine.variables(id)).toMatchObject({ penaltyMinor: penalty });
  });

  test('a penalty above the price leaves nothing, and nothing is paid', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('WITH_PENALTY', { bookingId, ticketPriceMinor: long(4_999) });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_NothingToRefund');
    expect(await ids(id)).not.toContain('task_process_payment');
    expect(await payments(bookingId)).toEqual([]);
    expect(await refunds.engine.variables(id)).toMatchObject({ refundAmountMinor: 0, penaltyMinor: 4_999 });
  });
});

describe('a price that is missing or makes no sense', () => {
  const noPrice = { ticketPriceMinor: null, currency: null };

  test('does not keep an allowed refund from being paid, as whatever was paid for the booking', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, ...noPrice });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '', currency: '' }]);
  });

  test.each<[string, Variables]>([
    ['negative', { ticketPriceMinor: long(-1) }],
    ['a text', { ticketPriceMinor: '200.00' }],
    ['a fraction', { ticketPriceMinor: { value: 200.5, type: 'Double' } }],
    ['without currency', { currency: null }],
    ['in an unknown currency', { currency: 'Euro' }],
  ])('%s: goes to an agent and pays nothing', async (_what, variables) => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('ALLOWED', { bookingId, ...variables });
    await refunds.engine.userTask(id, 'task_manual_review');
    expect(await payments(bookingId)).toEqual([]);
  });

  test('is completed by the agent where the penalty depends on it', async () => {
    const bookingId = uniqueBooking();
    const id = await refunds.decided('WITH_PENALTY', { bookingId, ...noPrice });
    const first = await refunds.engine.userTask(id, 'task_manual_review');
    expect((await refunds.engine.variables(id)).refundAmount).toMatch(
      /^unknown: ticketPriceMinor is missing/,
    );
    await refunds.engine.submitForm(first.id, { approved: true });
    const again = await refunds.engine.userTask(id, 'task_manual_review');
    expect(again.id).not.toBe(first.id);
    const price = { reviewedPriceMinor: long(40_000), reviewedCurrency: 'EUR' };
    await refunds.engine.submitForm(again.id, { approved: true, ...price });
    expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_ReviewedRefund');
    expect(await payments(bookingId)).toEqual([{ method: 'GATEWAY', amount: '30000', currency: 'EUR' }]);
  });
});
