import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_AUTH } from './auth.ts';
import { NodeSet } from './nodeSet.ts';
import type { EngineNode } from './nodes.ts';

let addresses: string[] | Error;
let added: string[];
let set: NodeSet;

const open = (urls = ['http://engine:1/engine-rest']) => {
  set = new NodeSet({
    urls,
    mode: 'Auto',
    auth: NO_AUTH,
    lookup: async () => {
      if (addresses instanceof Error) throw addresses;
      return addresses;
    },
  });
  return set.open(({ target }) => added.push(target.address));
};
const known = () => set.all.map(({ target }) => target.address);
/** A request that is refused, since nobody listens on port 1. */
const fail = (node: EngineNode | undefined) =>
  node?.request({ method: 'GET', path: '', expected: 200, timeoutMs: 1_000 }).catch(() => undefined);

beforeEach(() => {
  added = [];
  addresses = ['127.0.0.1', '127.0.0.2'];
});
afterEach(() => set.close());

describe('the set of nodes', () => {
  test('is what the name stands for', async () => {
    await open();
    expect(known()).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(added).toEqual(known());
    expect(set.direct).toBe(true);
  });

  test('follows the name: a new node is told once, one that vanished is no longer in it', async () => {
    await open();
    const [first] = set.all;
    addresses = ['127.0.0.2', '127.0.0.3'];
    await set.refresh();
    expect(known()).toEqual(['127.0.0.2', '127.0.0.3']);
    expect(added).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    expect(first && set.has(first)).toBe(false);
  });

  test('is one node behind a name with one address, which may be a load balancer', async () => {
    addresses = ['127.0.0.1'];
    await open();
    expect(set.direct).toBe(false);
  });

  test('stays while names cannot be looked up', async () => {
    await open();
    addresses = new Error('EAI_AGAIN');
    await set.refresh();
    expect(known()).toHaveLength(2);
  });

  test('is empty, not made up, when no name could be looked up yet', async () => {
    addresses = new Error('ENOTFOUND');
    await open();
    expect(set.pick()).toBeUndefined();
    addresses = ['127.0.0.1'];
    await set.refresh();
    expect(set.pick()?.target.address).toBe('127.0.0.1');
  });
});

describe('the node for a request', () => {
  test('is each in turn when all are idle', async () => {
    await open();
    expect(new Set([set.pick(), set.pick()]).size).toBe(2);
  });

  test('is the one with the fewest requests under way', async () => {
    await open();
    const [busy, idle] = set.all;
    const pending = fail(busy);
    expect([set.pick(), set.pick(), set.pick()]).toEqual([idle, idle, idle]);
    await pending;
  });

  test('is one that answers, and not the one that has just failed', async () => {
    addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    await open();
    const [ailing, failed, sound] = set.all;
    await fail(ailing);
    expect(ailing?.ailing).toBe(true);
    expect([set.pick(failed), set.pick(failed)]).toEqual([sound, sound]);
  });

  test('is the one that refused a request before one that does not answer', async () => {
    await open();
    const [away, refused] = set.all;
    await fail(away);
    expect([set.pick(refused), set.pick(refused)]).toEqual([refused, refused]);
  });

  test('is each in turn when none answers, and the failed one again when it is alone', async () => {
    await open();
    await Promise.all(set.all.map(fail));
    expect(new Set([set.pick(), set.pick()]).size).toBe(2);
    addresses = ['127.0.0.1'];
    await set.refresh();
    const [alone] = set.all;
    expect(set.pick(alone)).toBe(alone);
  });
});
