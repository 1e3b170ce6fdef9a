import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { buildPrompt } from '../../worker/src/fare/prompt.ts';
import { ticketSchema } from '../../worker/src/fare/ticket.ts';
import { type StandIn, startStandIn } from './standIn.ts';
import { TICKETS, variablesAt } from './tickets.ts';

const NOW = new Date('2026-11-24T08:00:00Z');

describe('the table of tickets', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn({ latencyMs: { min: 0, max: 0 } });
  });
  afterAll(() => standIn.stop());

  test('has at least 40 different tickets and every decision at least ten times', () => {
    expect(new Set(TICKETS.map((ticket) => ticket.name)).size).toBe(TICKETS.length);
    const different = new Set(TICKETS.map((ticket) => JSON.stringify(ticket.variables)));
    expect(different.size).toBeGreaterThanOrEqual(40);
    for (const decision of ['ALLOWED', 'WITH_PENALTY', 'MANUAL']) {
      const share = TICKETS.filter((ticket) => ticket.expected === decision);
      expect(share.length).toBeGreaterThanOrEqual(10);
    }
  });

  test.each(TICKETS)("gets the table's decision over the wire: $name", async (ticket) => {
    const parsed = ticketSchema.parse({ bookingId: 'T-1', ...variablesAt(ticket, NOW) });
    const prompt = buildPrompt(parsed, { includeBookingId: false, answerFormat: 'OneWord' });
    const openai = new OpenAI({ baseURL: standIn.baseURL, apiKey: 'sk-stand-in', maxRetries: 0 });
    const answer = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: prompt.system },
        { role: 'user', content: prompt.user },
      ],
      max_tokens: 10,
    });
    expect(answer.choices[0]?.message.content).toBe(ticket.expected);
  });

  test('gives a departure on the day that the days until the flight say', () => {
    const ticket = TICKETS.find(({ name }) => name === 'flexible economy to Osaka');
    expect(ticket && variablesAt(ticket, NOW).departureTime).toBe('2026-12-03T01:30:00Z');
  });
});
