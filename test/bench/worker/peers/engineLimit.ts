/**
 * PEER: nothing but the engine. A closed loop of fetch and complete with no
 * work in between: what the engine can do, no worker can pass. Variables:
 * ENGINE_URL, TOPIC, FETCH (tasks a fetch), COMPLETES (at once).
 */
import { Agent, request } from 'node:http';

const { ENGINE_URL = '', TOPIC = '', FETCH = '', COMPLETES = '' } = process.env;
const WORKER = 'engine-limit';
const PAUSE_MS = 20;
const engine = new URL(ENGINE_URL);
const agent = new Agent({ keepAlive: true, maxSockets: Number(COMPLETES) + 1 });
const NAMES = [
  'bookingId',
  'ticketClass',
  'daysUntilFlight',
  'purchaseDate',
  'departureTime',
  'ticketPriceMinor',
  'currency',
  'fareRulesText',
  'refundReason',
];
const VARIABLES = {
  fareRuleCheck: { value: 'WITH_PENALTY', type: 'String' },
  llmProvider: { value: 'OpenAI GPT-4o-mini', type: 'String' },
  llmReasoning: { value: 'AI analysis for BENCH-1: WITH_PENALTY', type: 'String' },
  apiErrorCount: { value: 0, type: 'Integer' },
};

for (;;) {
  const tasks = await fetchAndLock();
  if (tasks.length === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const completer = async () => {
    for (let task = tasks.pop(); task; task = tasks.pop()) {
      await post(`/external-task/${task.id}/complete`, { workerId: WORKER, variables: VARIABLES });
    }
  };
  await Promise.all(Array.from({ length: Number(COMPLETES) }, completer));
}

async function fetchAndLock(): Promise<{ id: string }[]> {
  const topic = { topicName: TOPIC, lockDuration: 60_000, variables: NAMES, deserializeValues: false };
  const text = await post('/external-task/fetchAndLock', {
    workerId: WORKER,
    maxTasks: Number(FETCH),
    usePriority: true,
    topics: [topic],
  });
  return JSON.parse(text) as { id: string }[];
}

function post(path: string, body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: engine.hostname,
        port: engine.port,
        path: engine.pathname + path,
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((answer.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${path}: ${answer.statusCode} ${text.slice(0, 200)}`));
        });
      },
    );
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
