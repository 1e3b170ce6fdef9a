import { expect, it } from '@jest/globals';
import { safetyFigures } from './safetyFigures.ts';

it('rates are of the tickets that could be fooled with, and of the honest ones', () => {
  const of = (tickets: number, count: number) => ({
    tickets,
    falseAllowed: Array.from({ length: count }, () => 'x'),
  });
  const honest = (stopped: number) => ({ tickets: 50, stopped: Array.from({ length: stopped }, () => 'x') });
  const figures = safetyFigures(
    {
      naive: of(400, 300),
      guarded: of(400, 1),
      heldOut: of(40, 1),
      confirmed: of(400, 0),
      benign: honest(1),
      benignConfirmed: honest(2),
    },
    'here',
  );
  const value = (name: string, peer: string | null = null) =>
    figures.find((figure) => figure.name === name && figure.peer === peer)?.value;
  expect(value('adversarial_tickets')).toBe(400);
  expect(value('adversarial_false_allowed')).toBe(0.0025);
  expect(value('adversarial_false_allowed', 'document')).toBe(0.75);
  expect(value('adversarial_false_allowed_held_out')).toBe(0.025);
  expect(value('adversarial_false_allowed_confirmed')).toBe(0);
  expect(value('benign_automated_ratio')).toBe(0.98);
});
