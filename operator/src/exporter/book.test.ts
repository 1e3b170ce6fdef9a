import { describe, expect, it } from '@jest/globals';
import winston from 'winston';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../pool/objects.ts';
import { Book, type BookConfigMap } from './book.ts';
import { type ExportedPool, groupEngines } from './engines.ts';

const log = winston.createLogger({ silent: true });
const owner = {
  engine: 'http://a/engine-rest',
  urls: ['http://a/engine-rest'],
  namespaces: ['refunds'],
  process: 'ticket-refund',
};
const other = { ...owner, process: 'other' };
const DAY = 86_400_000;

/**
 * One ConfigMap with a version, for what takes the real API server days or chance;
 * test/integration/operator.exporter has the real one.
 */
class OneConfigMap {
  live: BookConfigMap | undefined;
  writes = 0;

  /** The Role that is to own it. */
  role: KubeObject | undefined;

  async get<T extends KubeObject>({ kind }: { kind: string }): Promise<T | undefined> {
    return (kind === 'Role' ? this.role : this.live) as T | undefined;
  }
  async create<T extends KubeObject>(object: KubeObject): Promise<T> {
    if (this.live) throw new KubeError(409, 'AlreadyExists', 'there is one');
    return this.write(object);
  }
  async replace<T extends KubeObject>(object: T): Promise<T> {
    if (!this.live) throw new KubeError(404, 'NotFound', 'there is none');
    if (this.live.metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new KubeError(409, 'Conflict', 'it has changed');
    }
    return this.write(object);
  }
  write<T extends KubeObject>(object: KubeObject): T {
    this.writes += 1;
    this.live = structuredClone({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.writes) },
    });
    return structuredClone(this.live) as KubeObject as T;
  }
}

async function open(client: OneConfigMap): Promise<Book> {
  const book = new Book({ client, log, namespace: 'system', name: 'exporter' });
  await book.load();
  return book;
}

const happen = (book: Book, id: string, of = owner) =>
  book.ledger(of, 0).add([{ id, at: 1, what: { kind: 'breached' } }]);
const breaches = (book: Book, of = owner) => book.ledger(of, 0).totals.breaches;

describe('the book', () => {
  it('gives the next process the totals of the last one', async () => {
    const client = new OneConfigMap();
    const first = await open(client);
    happen(first, 'a');
    await first.save(0);
    const second = await open(client);
    happen(second, 'a');
    happen(second, 'b');
    expect(breaches(second)).toBe(2);
    expect(second.engines()).toEqual([
      { name: owner.engine, urls: owner.urls, namespaces: owner.namespaces },
    ]);
  });

  it('belongs to the Role of this operator, also where an earlier one gave it another owner', async () => {
    const client = new OneConfigMap();
    const first = await open(client);
    happen(first, 'a');
    await first.save(0);
    const former = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      name: 'operator',
      uid: '1',
    };
    if (client.live) client.live.metadata.ownerReferences = [former];
    client.role = {
      apiVersion: former.apiVersion,
      kind: 'Role',
      metadata: { name: 'operator', uid: '2' },
    } as KubeObject;
    const second = new Book({ client, log, namespace: 'system', name: 'exporter', ownerName: 'operator' });
    await second.load();
    happen(second, 'b');
    await second.save(1);
    expect(client.live?.metadata.ownerReferences).toEqual([{ ...former, kind: 'Role', uid: '2' }]);
  });

  it('is written when something has happened, and only then', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    for (let time = 0; time < 5; time += 1) await book.save(time);
    expect(client.writes).toBe(1);
    happen(book, 'b');
    await book.save(6);
    expect(client.writes).toBe(2);
    // A quiet day: what is settled moves on, which is worth a write now and then.
    for (let minute = 1; minute <= 60; minute += 1) {
      book.ledger(owner, 0).settle(minute * 60_000);
      await book.save(minute);
    }
    expect(client.writes).toBe(2 + 5);
  });

  it('is read again when somebody else has written it, and what is not in there is thrown away', async () => {
    const client = new OneConfigMap();
    const [first, second] = [await open(client), await open(client)];
    happen(first, 'a');
    await first.save(0);
    happen(second, 'b');
    happen(second, 'c');
    expect(await second.save(0)).toBe(false);
    expect(breaches(second)).toBe(1);
    happen(second, 'b');
    expect(await second.save(0)).toBe(true);
    expect(breaches(await open(client))).toBe(2);
  });

  it('keeps what was never saved, and nobody else has, when it is read again', async () => {
    const client = new OneConfigMap();
    const [first, second] = [await open(client), await open(client)];
    happen(first, 'a');
    await first.save(0);
    happen(second, 'b', other);
    expect(await second.save(0)).toBe(false);
    expect(breaches(second)).toBe(1);
    expect(await second.save(0)).toBe(true);
    const third = await open(client);
    expect([breaches(third), breaches(third, other)]).toEqual([1, 1]);
  });

  it('is written again when somebody has deleted it', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    await book.save(0);
    client.live = undefined;
    happen(book, 'b');
    expect(await book.save(0)).toBe(true);
    expect(breaches(await open(client))).toBe(2);
  });

  it('keeps an account that no pool needs for a month, and not when its pool comes back', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    happen(book, 'a', other);
    await book.save(0);
    book.release(other);
    await book.save(DAY);
    await book.save(30 * DAY);
    expect(book.size).toBe(2);
    // The next leader knows since when.
    const next = await open(client);
    next.ledger(owner, 0);
    await next.save(30 * DAY);
    expect(next.size).toBe(2);
    await next.save(32 * DAY);
    expect(next.size).toBe(1);
    expect(Object.keys(client.live?.data ?? {})).toHaveLength(1);
    expect(breaches(next)).toBe(1);
  });

  it('tells of an engine what the account says that was needed last', async () => {
    const book = await open(new OneConfigMap());
    happen(book, 'a');
    happen(book, 'a', { ...other, urls: ['http://old/engine-rest'] });
    book.release(other);
    await book.save(5);
    expect(book.engines()).toEqual([expect.objectContaining({ urls: owner.urls, unusedSince: undefined })]);
    book.release(owner);
    await book.save(6);
    expect(book.engines()).toEqual([expect.objectContaining({ urls: owner.urls, unusedSince: 6 })]);
    book.ledger(owner, 0);
    expect(book.engines()).toEqual([expect.objectContaining({ urls: owner.urls, unusedSince: undefined })]);
  });

  it.each(Array.from({ length: 8 }, (_, n) => `http://e.ns${n}.svc:8080/engine-rest`))(
    'leads the next leader to the account of %s that goes on, after a password was changed pool by pool',
    async (url) => {
      const pool = (namespace: string, password: string): ExportedPool => ({
        namespace,
        name: 'pool',
        target: {
          urls: [url],
          topic: 'fares',
          lockDurationMs: 1,
          auth: { kind: 'basic', username: 'w', password },
        },
      });
      const client = new OneConfigMap();
      let book = await open(client);
      let now = 0;
      let using: (typeof owner)[] = [];
      /** Groups, as the exporter does it, and saves. Returns the engines' names. */
      const lead = async (pools: ExportedPool[]): Promise<string[]> => {
        const before = using;
        using = groupEngines(pools, book.engines()).map(({ name, urls, namespaces }) => ({
          engine: name,
          urls: [...urls],
          namespaces: [...namespaces],
          process: 'refund',
        }));
        for (const one of using) book.ledger(one, 0);
        for (const one of before) if (!using.some(({ engine }) => engine === one.engine)) book.release(one);
        now += 1;
        await book.save(now);
        return using.map(({ engine }) => engine);
      };
      expect(await lead([pool('a', 'old'), pool('b', 'old')])).toEqual([url]);
      expect(await lead([pool('a', 'new'), pool('b', 'old')])).toEqual([url, `${url}#2`]);
      expect(await lead([pool('a', 'new'), pool('b', 'new')])).toEqual([url]);
      // The API server hands the keys of a ConfigMap out in their order, which is that of hashes.
      const data = Object.entries(client.live?.data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      client.live = { ...(client.live as BookConfigMap), data: Object.fromEntries(data) };
      book = await open(client);
      using = [];
      expect(await lead([pool('a', 'new'), pool('b', 'new')])).toEqual([url]);
    },
  );

  it('that is closed leaves all accounts in use', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    book.release(owner);
    await book.save(0, { closing: true });
    expect(Object.values(client.live?.data ?? {}).join()).not.toContain('unusedSince');
  });

  it('goes on with the accounts that can be read', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    await book.save(0);
    client.live = { ...(client.live as BookConfigMap), data: { ...client.live?.data, broken: '{"engine"' } };
    expect((await open(client)).size).toBe(1);
  });

  it('keeps what it cannot read beside the account that begins again', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    await book.save(0);
    const [key = ''] = Object.keys(client.live?.data ?? {});
    const later = '{"of":"a later version"}';
    client.live = { ...(client.live as BookConfigMap), data: { [key]: later } };
    const next = await open(client);
    happen(next, 'b');
    await next.save(0);
    expect(breaches(next)).toBe(1);
    expect(client.live?.data?.[`unreadable.${key}`]).toBe(later);
    // And so does the next leader, which says nothing of it.
    const third = await open(client);
    expect([third.size, breaches(third)]).toEqual([1, 1]);
    const before = client.writes;
    await third.save(0);
    expect(client.writes).toBe(before);
    happen(third, 'c');
    await third.save(0);
    expect(client.live?.data?.[`unreadable.${key}`]).toBe(later);
  });

  it('keeps nothing unreadable that would take the room of what is counted', async () => {
    const client = new OneConfigMap();
    const book = await open(client);
    happen(book, 'a');
    await book.save(0);
    client.live = { ...(client.live as BookConfigMap), data: { large: 'x'.repeat(900_001) } };
    const next = await open(client);
    happen(next, 'b');
    await next.save(0);
    expect(Object.keys(client.live?.data ?? {})).toHaveLength(1);
    const writes = client.writes;
    await next.save(0);
    expect(client.writes).toBe(writes);
  });
});
