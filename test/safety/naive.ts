/**
 * The architecture document's own worker, as far as a decision goes: its
 * sanitizer, its prompt with everything put in as it comes, its reading of the
 * answer. This is what the guards are compared with; the product has none of it.
 */

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

export function naivePrompt(variables: Readonly<Record<string, unknown>>): string {
  const bookingId = text(variables.bookingId)
    .replace(/[^\p{L}\p{N}_-]/gu, '')
    .slice(0, 50);
  const lines = [
    ['Booking ID', bookingId],
    ['Ticket Class', variables.ticketClass],
    ['Days Until Flight', variables.daysUntilFlight],
    ['Purchase Date', variables.purchaseDate],
    ['Departure Time', variables.departureTime],
    ['Currency', variables.currency],
    ['Fare Rules', variables.fareRulesText],
    ['Refund Reason', variables.refundReason],
  ].filter(([, value]) => value !== undefined);
  return [
    'Analyze this ticket refund request:',
    '',
    ...lines.map(([name, value]) => `${name}: ${text(value)}`),
    '',
    'Answer with one word: ALLOWED, WITH_PENALTY or MANUAL.',
  ].join('\n');
}

export async function naiveDecision(
  baseURL: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const response = await fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'You are an airline policy expert. Respond with only one word.' },
        { role: 'user', content: naivePrompt(variables) },
      ],
      max_tokens: 10,
      temperature: 0.3,
    }),
  });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content.trim().toUpperCase() ?? '';
}
