/** Against something that answers as an engine with authorization does; the real one is asked in test/integration. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import winston from 'winston';
import { waitFor } from '../../../test/support/wait.ts';
import { Limiter } from '../support/limiter.ts';
import { Book } from './book.ts';
import { groupEngines } from './engines.ts';
import { Follower } from './follower.ts';

const HOUR = 3_600_000;
const owner = (url: string, process: string) => ({
  engine: url,
  urls: [url],
  namespaces: ['refunds'],
  process,
});

describe('a follower of an engine with authorization', () => {
  let server: Server;
  let url: string;
  let book: Book;
  let follower: Follower | undefined;
  /** `USER RIGHT PROCESS`. */
  let granted: Set<string>;
  let sick: boolean;
  /** Pieces that were read, or tried. */
  let taken: number;
  const limiter = new Limiter(4);
  const pieces = {
    run: <T>(work: () => Promise<T>): Promise<T> => {
      taken += 1;
      return limiter.run(work);
    },
  };
  const said: string[] = [];
  const startTime = new Date(Date.now() - 2 * HOUR).toISOString().replace('Z', '+0000');

  beforeEach(async () => {
    granted = new Set();
    sick = false;
    taken = 0;
    said.length = 0;
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine');
      const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
      const [user = ''] = Buffer.from(basic, 'base64').toString().split(':');
      const may = (right: string, process: unknown) => granted.has(`${user} ${right} ${process}`);
      response.setHeader('content-type', 'application/json');
      if (sick) return response.writeHead(500).end();
      if (pathname.endsWith('/authorization/check')) {
        const authorized = may(`${searchParams.get('permissionName')}`, searchParams.get('resourceId'));
        return response.end(JSON.stringify({ authorized }));
      }
      if (pathname.endsWith('/count')) return response.end('{"count":0}');
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>;
      const { processDefinitionKey, startedAfter } = body;
      const rows = [{ id: `i-${processDefinitionKey}`, processDefinitionKey, startTime }];
      const seen = startedAfter && startTime >= startedAfter && may('READ_HISTORY', processDefinitionKey);
      response.end(JSON.stringify(seen ? rows : []));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/engine-rest`;
  });
  afterEach(async () => {
    await follower?.stop();
    server.closeAllConnections();
    server.close();
  });

  /** @param pools processes, by their user; `nobody` comes without a password */
  async function follow(pools: Record<string, string[]>): Promise<void> {
    const log = winston.createLogger({
      transports: [new winston.transports.Console({ silent: true })],
      format: winston.format((info) => {
        said.push(JSON.stringify(info));
        return info;
      })(),
    });
    const unused = async () => {
      throw new Error('not saved here');
    };
    const client = { get: async () => undefined, create: unused, replace: unused };
    book = new Book({ client, log, namespace: 'system', name: 'exporter' });
    await book.load();
    const exported = Object.entries(pools).map(([username, processDefinitionKeys]) => ({
      namespace: 'refunds',
      name: username,
      target: {
        urls: [url],
        topic: 'fares',
        processDefinitionKeys,
        lockDurationMs: 1,
        ...(username !== 'nobody' && { auth: { kind: 'basic' as const, username, password: 'hunter2' } }),
      },
    }));
    const [engine] = groupEngines(exported, []);
    if (!engine) throw new Error('one engine');
    follower = new Follower(
      engine,
      book,
      {
        intervalMs: 20,
        overlapMs: 60_000,
        lookBackMs: 3 * HOUR,
        processes: [],
        pageSize: 100,
        timeoutMs: 1_000,
        mostSeen: () => 100,
        pieces,
      },
      log,
    );
  }
  const process = (key: string) => follower?.processes.get(key);
  const text = () => said.join('\n');

  it('without the right to the history reads nothing and settles nothing, and says which right', async () => {
    granted.add('pool READ_INSTANCE refund');
    await follow({ pool: ['refund'] });
    const { settled } = book.ledger(owner(url, 'refund'), 0);
    await waitFor('the log', () => text().includes('not reading history'));
    expect(text()).toContain('grant READ_HISTORY on the process definition refund');
    expect(process('refund')).toMatchObject({ up: false });
    expect(process('refund')?.totals).toBeUndefined();
    expect(book.ledger(owner(url, 'refund'), 0).settled).toBe(settled);
    // What happened meanwhile is counted when the right is there.
    granted.add('pool READ_HISTORY refund');
    await waitFor('the history', () => process('refund')?.up === true);
    expect(process('refund')?.totals).toMatchObject({ started: 1 });
    expect(text()).not.toContain('hunter2');
  });

  it('without the right to instances does not know how many there are', async () => {
    granted.add('pool READ_HISTORY refund').add('pool READ_HISTORY order').add('pool READ_INSTANCE order');
    await follow({ pool: ['refund', 'order'] });
    await waitFor('the log', () => text().includes('not reading what is open'));
    expect(text()).toContain('grant READ_INSTANCE on the process definition');
    await waitFor('the other process', () => process('order')?.active === 0);
    expect(process('refund')?.active).toBeUndefined();
    expect(follower?.pending.size).toBe(0);
    granted.add('pool READ_INSTANCE refund');
    await waitFor(
      'the figures',
      () => process('refund')?.active === 0 && follower?.pending.get('fares') === 0,
    );
    expect(process('refund')?.openIncidents).toBe(0);
  });

  it('asks for a process as a user whose pool names it', async () => {
    for (const grant of ['a READ_HISTORY refund', 'b READ_HISTORY order']) granted.add(grant);
    await follow({ a: ['refund'], b: ['order'] });
    await waitFor('both', () => process('refund')?.up === true && process('order')?.up === true);
    expect(text()).not.toContain('not reading history');
  });

  it('asks as another user when one of two may not', async () => {
    granted.add('b READ_HISTORY refund');
    await follow({ a: ['refund'], b: ['refund'] });
    await waitFor('the history', () => process('refund')?.up === true);
  });

  it('that does not answer takes no place for a piece from the other engines, and has one when it is back', async () => {
    sick = true;
    // Of a user's rights an engine is asked before, in any case.
    await follow({ nobody: ['refund'] });
    await waitFor('the log', () => text().includes('not reading history'));
    expect(taken).toBe(0);
    sick = false;
    await waitFor('the history', () => process('refund')?.up === true);
    expect(taken).toBeGreaterThan(0);
    sick = true;
    await waitFor('the failure', () => process('refund')?.up === false);
    const then = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBe(then);
  });
});
