/** Reads the ticket back out of a prompt: one `Name: value` line per field; free text is a JSON string. */

export interface PromptTicket {
  ticketClass: string;
  daysUntilFlight: number;
  fareRules: string;
  refundReason: string;
}

/** The ticket in a user prompt, or undefined when the prompt has no class or no days. */
export function ticketInPrompt(prompt: string): PromptTicket | undefined {
  const fields = new Map<string, string>();
  for (const line of prompt.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    // The first line of a name counts: a later one may come from free text.
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  const ticketClass = fields.get('ticket class');
  const days = fields.get('days until flight');
  if (!ticketClass || !days || !/^-?\d+$/.test(days)) return undefined;
  return {
    ticketClass,
    daysUntilFlight: Number(days),
    fareRules: unquoted(fields.get('fare rules')),
    refundReason: unquoted(fields.get('refund reason')),
  };
}

function unquoted(text = ''): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
