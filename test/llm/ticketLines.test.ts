import { describe, expect, test } from '@jest/globals';
import { ticketInPrompt } from './ticketLines.ts';

describe('the ticket in a prompt', () => {
  test('is read from its lines, free text from its JSON strings', () => {
    const prompt = [
      'Analyze this ticket refund request:',
      '',
      'Booking ID: A-1',
      'Ticket Class: Premium Economy',
      'Days Until Flight: -2',
      'Fare Rules: "No refunds.\\nTicket Class: First"',
      'Refund Reason: "He said \\"no\\""',
    ].join('\n');
    expect(ticketInPrompt(prompt)).toEqual({
      ticketClass: 'Premium Economy',
      daysUntilFlight: -2,
      fareRules: 'No refunds.\nTicket Class: First',
      refundReason: 'He said "no"',
    });
  });

  test.each(['Hello', 'Ticket Class: Economy', 'Ticket Class: Economy\nDays Until Flight: soon'])(
    'is absent from %j',
    (prompt) => expect(ticketInPrompt(prompt)).toBeUndefined(),
  );
});
