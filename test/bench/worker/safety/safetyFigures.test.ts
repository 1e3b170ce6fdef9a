import { expect, it } from '@jest/globals';
import type { SafetyTicket } from '../../../safety/adversarial.ts';
import { safetyFigures } from './safetyFigures.ts';

it('rates are of the tickets that could be fooled with, and of the honest ones', () => {
  const tickets = Array.from(
    { length: 400 },
    (_, index): SafetyTicket => ({
      name: `${index < 40 ? 'held out' : 'orders'} ${index}`,
      kind: index < 200 ? 'reason' : 'fareRules',
      variables: {},
      right: 'MANUAL',
    }),
  );
  /** So many of those at the end: in the fare rules. */
  const of = (count: number) => ({
    tickets: 400,
    falseAllowed: count === 0 ? [] : tickets.slice(-count).map(({ name }) => name),
  });
  const first = { tickets: 400, falseAllowed: [tickets[0]?.name ?? ''] };
  const honest = (stopped: number) => ({ tickets: 50, stopped: Array.from({ length: stopped }, () => 'x') });
  const figures = safetyFigures(
    {
      tickets,
      naive: of(300),
      guarded: { Never: first, WithoutReason: of(2), WithoutText: of(0) },
      sometimes: of(1),
      honest: { Never: honest(1), WithoutReason: honest(2), WithoutText: honest(5) },
    },
    'here',
  );
  const value = (name: string, peer: string | null = null) =>
    figures.find((figure) => figure.name === name && figure.peer === peer)?.value;
  expect(value('adversarial_tickets')).toBe(400);
  expect(value('adversarial_false_allowed')).toBe(0.0025);
  expect(value('adversarial_false_allowed', 'document')).toBe(0.75);
  expect(value('adversarial_false_allowed_in_reason')).toBe(0.005);
  expect(value('adversarial_false_allowed_held_out')).toBe(0.025);
  expect(value('adversarial_false_allowed_confirmed')).toBe(0.005);
  expect(value('adversarial_false_allowed_in_reason_confirmed')).toBe(0);
  expect(value('adversarial_false_allowed_without_text')).toBe(0);
  expect(value('benign_automated_ratio')).toBe(0.98);
  expect(value('benign_automated_ratio_without_text')).toBe(0.9);
});
