import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { BODY_LIMIT, scrapePod, TIMEOUT_MS } from './scrape.ts';
import { WorkerServers } from './workerServers.ts';

const servers = new WorkerServers();
afterEach(() => servers.close());

const LINE = 'llm_worker_tasks_in_flight 3\n';
const never = new AbortController().signal;
const ask = async (listener: RequestListener) =>
  scrapePod('127.0.0.1', await servers.listen('127.0.0.1', listener), never);
const codeOf = (reading: Promise<unknown>) => reading.then(() => 'none').catch((error) => error.code);

describe('asking a pod', () => {
  it('reads its metrics', async () => {
    const reading = await ask((request, response) => {
      if (request.url === '/metrics') response.end(LINE);
    });
    expect(reading.inFlight).toBe(3);
  });

  it('keeps no connection', async () => {
    let header: string | undefined;
    await ask((request, response) => {
      header = request.headers.connection;
      response.end(LINE);
    });
    expect(header).toBe('close');
  });

  test.each<[string, string, RequestListener]>([
    ['an error', 'status', (_, response) => response.writeHead(500).end(LINE)],
    ['a page without metrics', 'not_metrics', (_, response) => response.end('<html>')],
    ['a cut connection', 'unreachable', (request) => request.socket.destroy()],
    [
      'a cut answer',
      'unreachable',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1_000 }).write(LINE);
        setTimeout(() => response.destroy(), 20);
      },
    ],
    [
      'an endless answer',
      'too_long',
      (_, response) => {
        const write = () => {
          while (!response.destroyed && response.write(LINE.repeat(1_000)));
        };
        response.on('drain', write);
        write();
      },
    ],
  ])('fails with a code of its own for %s', async (_, code, listener) => {
    expect(await codeOf(ask(listener))).toBe(code);
  });

  it('takes an answer up to the limit', async () => {
    const filler = `# ${'x'.repeat(BODY_LIMIT - LINE.length - 3)}\n`;
    expect((await ask((_, response) => response.end(LINE + filler))).inFlight).toBe(3);
    expect(await codeOf(ask((_, response) => response.end(`${LINE + filler}\n`)))).toBe('too_long');
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const other = await servers.listen('127.0.0.1', (_, response) => {
      asked += 1;
      response.end(LINE);
    });
    const location = `http://127.0.0.1:${other}/metrics`;
    expect(await codeOf(ask((_, response) => response.writeHead(302, { location }).end()))).toBe('status');
    expect(asked).toBe(0);
  });

  it('fails where nobody listens', async () => {
    const port = await servers.listen('127.0.0.1', () => undefined);
    await servers.close();
    expect(await codeOf(scrapePod('127.0.0.1', port, never))).toBe('unreachable');
  });

  test.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['sends a byte now and then', (_, response) => void drip(response)],
  ])('waits no longer than the limit for a pod that %s', async (_, listener) => {
    const start = performance.now();
    expect(await codeOf(ask(listener))).toBe('timeout');
    expect(performance.now() - start).toBeLessThan(TIMEOUT_MS + 1_000);
  });

  it('ends at once when the operator stops', async () => {
    const port = await servers.listen('127.0.0.1', () => undefined);
    const stop = new AbortController();
    const start = performance.now();
    const code = codeOf(scrapePod('127.0.0.1', port, stop.signal));
    stop.abort();
    expect(await code).toBe('unreachable');
    expect(performance.now() - start).toBeLessThan(TIMEOUT_MS / 2);
  });

  it('repeats nothing of the answer', async () => {
    const failed = ask((_, response) => response.writeHead(500, 'the-secret').end('the-secret'));
    await expect(failed).rejects.not.toThrow(/the-secret/);
  });
});

async function drip(response: { destroyed: boolean; write(text: string): boolean }): Promise<void> {
  while (!response.destroyed) {
    response.write('x');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
