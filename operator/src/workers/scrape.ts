/** Asks one worker pod for its metrics. */
import { Agent, get, type IncomingMessage } from 'node:http';
import { OperatorError } from '../errors.ts';
import { type PodReading, readPod } from './reading.ts';

/** Longest time for one pod, from the connection to the last byte. */
export const TIMEOUT_MS = 1_500;
/** A worker's metrics have some 15 kB: what is much longer is something else. */
export const BODY_LIMIT = 256 * 1_024;

/** Pods come and go, and seconds lie between two questions: a connection is not worth keeping. */
const agent = new Agent({ keepAlive: false });

/**
 * Follows no redirect and repeats nothing of the answer.
 * @throws OperatorError whose code is the label of the metric
 */
export async function scrapePod(address: string, port: number, stop: AbortSignal): Promise<PodReading> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let text: string;
  try {
    const signal = AbortSignal.any([timeout, stop]);
    text = await body(await request(address, port, signal));
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (timeout.aborted) throw failure('timeout', `did not answer within ${TIMEOUT_MS / 1_000} s`);
    throw failure('unreachable', 'cannot be reached');
  }
  const reading = readPod(text);
  if (!reading) throw failure('not_metrics', "did not answer with a worker's metrics");
  return reading;
}

function request(address: string, port: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      path: '/metrics',
      agent,
      signal,
      headers: { accept: 'text/plain' },
    };
    get(options, resolve).on('error', reject);
  });
}

async function body(response: IncomingMessage): Promise<string> {
  try {
    if (response.statusCode !== 200) {
      throw failure('status', `answered ${response.statusCode} where 200 was expected`);
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > BODY_LIMIT) throw failure('too_long', `answered with more than ${BODY_LIMIT} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    response.destroy();
  }
}

const failure = (code: string, message: string) => new OperatorError(code, `the pod ${message}`, true);
