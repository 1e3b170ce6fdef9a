/**
 * PEER: the engine's official JavaScript client, as its documentation has it,
 * with the architecture document's question to the model through the official
 * SDK. Variables: ENGINE_URL, TOPIC, LLM_URL, and CLIENT_OPTIONS (JSON) for
 * what is not the client's default.
 */
import { Client, Variables } from 'camunda-external-task-client-js';
import OpenAI from 'openai';

const { ENGINE_URL = '', TOPIC = '', LLM_URL = '', CLIENT_OPTIONS = '{}' } = process.env;
const RETRY_TIMEOUT_MS = 1_000;

// Its own defaults, the two retries included.
const openai = new OpenAI({ apiKey: 'sk-of-the-benchmark', baseURL: LLM_URL });
const client = new Client({ baseUrl: ENGINE_URL, ...JSON.parse(CLIENT_OPTIONS) });

client.subscribe(TOPIC, async ({ task, taskService }) => {
  const get = (name: string) => String(task.variables.get(name));
  try {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'You are an airline policy expert. Respond with only one word.' },
        { role: 'user', content: question(get) },
      ],
      max_tokens: 10,
      temperature: 0.3,
    });
    const decision = completion.choices[0]?.message.content?.trim().toUpperCase() ?? 'MANUAL';
    const variables = new Variables()
      .set('fareRuleCheck', decision)
      .set('llmProvider', 'OpenAI GPT-4o-mini')
      .set('llmReasoning', `AI analysis for ${get('bookingId')}`)
      .set('apiErrorCount', 0);
    await taskService.complete(task, variables);
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : 'failed';
    await taskService.handleFailure(task, { errorMessage, retries: 3, retryTimeout: RETRY_TIMEOUT_MS });
  }
});

function question(get: (name: string) => string): string {
  return [
    'Analyze this ticket refund request:',
    '',
    `Booking ID: ${get('bookingId')}`,
    `Ticket Class: ${get('ticketClass')}`,
    `Days Until Flight: ${get('daysUntilFlight')}`,
    `Purchase Date: ${get('purchaseDate')}`,
    `Ticket Price: ${get('ticketPriceMinor')} ${get('currency')}`,
    `Fare Rules: ${get('fareRulesText')}`,
    `Refund Reason: ${get('refundReason')}`,
    '',
    'Answer with one word: ALLOWED, WITH_PENALTY or MANUAL.',
  ].join('\n');
}
