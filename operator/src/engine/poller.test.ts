import { afterEach, describe, expect, it } from '@jest/globals';
import type { Backlog } from '../pool/observation.ts';
import { registry } from '../telemetry/metrics.ts';
import { EngineResponder, type Tasks } from './engineResponder.ts';
import { BacklogPoller, STALE_MS } from './poller.ts';
import type { EngineTarget } from './question.ts';

const responders: EngineResponder[] = [];
const pollers: BacklogPoller[] = [];
afterEach(async () => {
  for (const poller of pollers.splice(0)) poller.stop();
  await Promise.all(responders.splice(0).map((responder) => responder.stop()));
});

async function engine(tasks: Tasks[] = []): Promise<EngineResponder> {
  const responder = await EngineResponder.start();
  responder.tasks = tasks;
  responders.push(responder);
  return responder;
}
function newPoller(onNews: (key: string) => void = () => undefined): BacklogPoller {
  const poller = new BacklogPoller(onNews);
  pollers.push(poller);
  return poller;
}
function track(poller: BacklogPoller, name: string, urls: string[], more: Partial<EngineTarget> = {}): void {
  poller.track(name, { namespace: 'ns', name }, { urls, topic: 't', lockDurationMs: 30_000, ...more });
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Looks every few milliseconds until the backlog is as wanted. */
async function backlogOf(
  poller: BacklogPoller,
  name: string,
  wanted: (backlog: Backlog) => boolean = ({ known }) => known,
  timeoutMs = 5_000,
): Promise<Backlog> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await pause(5)) {
    if (wanted(poller.backlog(name))) return poller.backlog(name);
  }
  throw new Error(`it is ${JSON.stringify(poller.backlog(name))}`);
}
const pending = (count: number) => (backlog: Backlog) => backlog.known && backlog.pending === count;

describe('pools of one engine', () => {
  it('share one question where they ask the same', async () => {
    const responder = await engine([{ topic: 't', waiting: 7, locked: 3 }]);
    const poller = newPoller();
    for (let pool = 0; pool < 20; pool += 1) track(poller, `p${pool}`, [responder.url]);
    for (let pool = 0; pool < 20; pool += 1) {
      expect(await backlogOf(poller, `p${pool}`)).toMatchObject({ pending: 7, inFlight: 3 });
    }
    expect(responder.counts()).toBe(2);
  });

  it('are asked for separately with other credentials: one may see what another may not', async () => {
    const responder = await engine([{ topic: 't', waiting: 1 }]);
    const poller = newPoller();
    track(poller, 'a', [responder.url], { auth: { kind: 'basic', username: 'a', password: 'a' } });
    track(poller, 'b', [responder.url], { auth: { kind: 'basic', username: 'b', password: 'b' } });
    await backlogOf(poller, 'a');
    await backlogOf(poller, 'b');
    expect(responder.counts('t')).toBe(4);
  });

  it('cost two lists a round and counts of the topics that have tasks, at most four calls at once', async () => {
    const responder = await engine([
      { topic: 't7', waiting: 2 },
      { topic: 't8', locked: 3 },
    ]);
    const poller = newPoller();
    for (let topic = 0; topic < 50; topic += 1)
      track(poller, `p${topic}`, [responder.url], { topic: `t${topic}` });
    expect(await backlogOf(poller, 'p7')).toMatchObject({ pending: 2, inFlight: 0 });
    expect(await backlogOf(poller, 'p8')).toMatchObject({ pending: 0, inFlight: 3 });
    const started = Date.now();
    expect(await backlogOf(poller, 'p9')).toMatchObject({ pending: 0, inFlight: 0 });
    expect(Date.parse((poller.backlog('p9') as { at: string }).at)).toBeLessThanOrEqual(started);
    // The waiting ones of t7 and the locked ones of t8; each list once.
    expect(responder.asked).toHaveLength(4);
    expect(responder.mostAtOnce).toBeLessThanOrEqual(4);
  });

  it('are counted one by one by an engine that lists no topics', async () => {
    const responder = await engine([{ topic: 't7', waiting: 2 }]);
    responder.fault = (response, request) => {
      if (request.url?.includes('topic-names')) return void response.writeHead(404).end('{}');
      response.end('{"count":5}');
    };
    const poller = newPoller();
    for (let topic = 0; topic < 6; topic += 1)
      track(poller, `p${topic}`, [responder.url], { topic: `t${topic}` });
    for (let topic = 0; topic < 6; topic += 1) await backlogOf(poller, `p${topic}`, pending(5));
    expect(responder.asked.filter(({ path }) => path === 'topic-names').length).toBe(1);
  });

  it('are no longer asked for once they are forgotten', async () => {
    const responder = await engine();
    const poller = newPoller();
    track(poller, 'a', [responder.url]);
    await backlogOf(poller, 'a');
    poller.forget('a');
    const asked = responder.asked.length;
    await pause(1_200);
    expect(responder.asked).toHaveLength(asked);
    expect(await registry.metrics()).not.toContain('backlog_age_seconds{namespace="ns",pool="a"}');
  });
});

describe('a count', () => {
  it('is news only when it changed, and has the time at which it was asked for', async () => {
    const responder = await engine([{ topic: 't', waiting: 1 }]);
    const news: Backlog[] = [];
    const poller = newPoller((key) => news.push(poller.backlog(key)));
    const before = Date.now();
    // The answer takes a while: the time is that of the question.
    responder.fault = (response) => void setTimeout(() => response.end('{"count":1}'), 300);
    track(poller, 'a', [responder.url]);
    const backlog = await backlogOf(poller, 'a');
    expect(Date.parse((backlog as { at: string }).at)).toBeLessThan(before + 250);
    await pause(1_500);
    expect(news).toHaveLength(1);
    responder.fault = undefined;
    responder.tasks = [{ topic: 't', waiting: 9 }];
    await backlogOf(poller, 'a', pending(9));
    expect(news).toHaveLength(2);
  });

  it('has its age among the metrics', async () => {
    const responder = await engine();
    const poller = newPoller();
    track(poller, 'aged', [responder.url]);
    await backlogOf(poller, 'aged');
    const text = await registry.metrics();
    expect(text).toMatch(/fareruleworkerpool_backlog_age_seconds\{namespace="ns",pool="aged"\} [01]\.?\d*/);
    expect(text).toMatch(/fareruleworkerpool_engine_calls_total\{outcome="ok"\} \d+/);
  });
});

describe('filters', () => {
  const filters = { processDefinitionKeys: ['refund'], tenantIds: ['a'] };

  it.each([
    ['processDefinitionKeyIn', /spec\.engine\.processDefinitionKeys.*7\.24/],
    ['tenantIdIn', /spec\.engine\.tenantIds/],
  ])(
    'that the engine ignores (%s) make the backlog unknown, and say which field',
    async (ignored, reason) => {
      const responder = await engine([{ topic: 't', waiting: 5 }]);
      responder.ignores = [ignored];
      const poller = newPoller();
      track(poller, 'filtered', [responder.url], filters);
      track(poller, 'plain', [responder.url]);
      const backlog = await backlogOf(poller, 'filtered', (seen) => !seen.known && seen.reason !== undefined);
      expect(backlog).toMatchObject({ known: false, reason: expect.stringMatching(reason) });
      expect(await backlogOf(poller, 'plain')).toMatchObject({ pending: 5 });
    },
  );

  it('that the engine knows are checked once, and not before there is a task', async () => {
    const responder = await engine();
    const checks = () =>
      responder.asked.filter(({ query }) => JSON.stringify(query).includes('no-such-value'));
    const poller = newPoller();
    track(poller, 'a', [responder.url], filters);
    await backlogOf(poller, 'a', pending(0));
    expect(checks()).toHaveLength(0);
    responder.tasks = [{ topic: 't', waiting: 5 }];
    await backlogOf(poller, 'a', pending(5));
    responder.tasks = [{ topic: 't', waiting: 6 }];
    await backlogOf(poller, 'a', pending(6));
    expect(checks()).toHaveLength(2);
  });
});

describe('an engine that fails', () => {
  it('is asked by one call after each back-off, and all questions resume when it is answered', async () => {
    const responder = await engine([{ topic: 't1', waiting: 4 }]);
    responder.fault = (response) => void response.writeHead(500).end('{"message":"secret"}');
    const poller = newPoller();
    for (let topic = 0; topic < 10; topic += 1)
      track(poller, `p${topic}`, [responder.url], { topic: `t${topic}` });
    const reason = /answered 500/;
    const blind = await backlogOf(poller, 'p9', (seen) => !seen.known && reason.test(seen.reason ?? ''));
    expect(JSON.stringify(blind)).not.toContain('secret');
    const first = responder.asked.length;
    // Four calls in a row without an answer end a round of twenty: the list, those four, and three beside them.
    expect(first).toBeLessThanOrEqual(8);
    await pause(1_400);
    // A probe or two, by the jitter; the twenty questions wait.
    expect([1, 2]).toContain(responder.asked.length - first);
    responder.fault = undefined;
    expect(await backlogOf(poller, 'p1', undefined, 4_000)).toMatchObject({ pending: 4 });
    expect(await backlogOf(poller, 'p9')).toMatchObject({ pending: 0 });
  }, 10_000);

  it('without an answer at all leaves the last count for 5 s, and then tells that it is unknown', async () => {
    const responder = await engine([{ topic: 't', waiting: 3 }]);
    const news: [number, Backlog][] = [];
    const poller = newPoller((key) => news.push([Date.now(), poller.backlog(key)]));
    track(poller, 'a', [responder.url]);
    const last = await backlogOf(poller, 'a');
    const counted: Backlog[] = [last];
    responder.fault = () => undefined;
    await backlogOf(
      poller,
      'a',
      (seen) => {
        if (seen.known) counted.push(seen);
        return !seen.known;
      },
      STALE_MS + 3_000,
    );
    // It is unknown from that moment on; the telling is a timer's, a moment later.
    while (news.length < 2) await pause(20);
    const [told, backlog] = news.at(-1) ?? [0, last];
    expect(backlog).toMatchObject({
      known: false,
      reason: expect.stringContaining('did not answer within 2 s'),
    });
    const count = news.length;
    expect(count).toBe(2);
    const lastAt = Date.parse((counted.at(-1) as { at: string }).at);
    expect(told - lastAt - STALE_MS).toBeGreaterThan(0);
    // By time alone, not with the next call that fails.
    expect(told - lastAt - STALE_MS).toBeLessThan(1_000);
    responder.fault = undefined;
    await backlogOf(poller, 'a', pending(3), 12_000);
  }, 30_000);

  it('is refused at a link-local address, without a connection', async () => {
    const poller = newPoller();
    track(poller, 'a', ['http://[::ffff:169.254.169.254]/latest']);
    const { reason } = (await backlogOf(poller, 'a', (seen) => 'reason' in seen)) as { reason?: string };
    expect(reason).toMatch(
      /is at a link-local address, or at one of a cloud's own services, which is never asked: check spec\.engine\.urls$/,
    );
  });

  it('keeps the last node that answers in use, and never makes the count stale', async () => {
    const [first, second] = [
      await engine([{ topic: 't', waiting: 1 }]),
      await engine([{ topic: 't', waiting: 1 }]),
    ];
    const poller = newPoller();
    track(poller, 'a', [first.url, second.url]);
    await backlogOf(poller, 'a');
    // One visit, to know whether it would.
    expect(second.counts('t')).toBe(0);
    first.fault = (_, request) => void request.socket.destroy();
    first.tasks = second.tasks = [{ topic: 't', waiting: 2 }];
    await backlogOf(poller, 'a', (seen) => {
      expect(seen.known).toBe(true);
      return pending(2)(seen);
    });
    const calls = first.asked.length;
    await pause(3_500);
    // Half-open: after one second and two more, one call each.
    expect(first.asked.length - calls).toBeLessThanOrEqual(3);
    expect(first.asked.length - calls).toBeGreaterThan(0);
    first.fault = undefined;
    first.tasks = second.tasks = [{ topic: 't', waiting: 3 }];
    await backlogOf(poller, 'a', pending(3));
  }, 20_000);
});

describe('fifty engines that hang among a hundred', () => {
  it('delay no healthy one: each is counted again before the first of the hanging calls is given up', async () => {
    const [healthy, hanging] = [await engine([{ topic: 't', waiting: 1 }]), await engine()];
    let givenUp = 0;
    hanging.fault = (response) => response.on('close', () => (givenUp += 1));
    const poller = newPoller();
    const indexes = [...Array(50).keys()];
    // Other credentials make other engines of the same address.
    const auth = (index: number) => ({ kind: 'basic' as const, username: `u${index}`, password: 'p' });
    for (const index of indexes) track(poller, `h${index}`, [healthy.url], { auth: auth(index) });
    for (const index of indexes) await backlogOf(poller, `h${index}`);
    for (const index of indexes) track(poller, `f${index}`, [hanging.url], { auth: auth(index) });
    while (hanging.asked.length < 50) await pause(5);
    const allHang = Date.now();
    const countedSince = (backlog: Backlog) => backlog.known && Date.parse(backlog.at) >= allHang;
    for (const index of indexes) await backlogOf(poller, `h${index}`, countedSince);
    expect(givenUp).toBe(0);
  }, 30_000);
});

describe('what shows that a pool has a share in the tasks of an engine', () => {
  const auth = { kind: 'basic', username: 'a', password: 'wrong' } as const;
  /** Rounds with `unproven`, until it is as wanted. */
  async function unproven(poller: BacklogPoller, name: string, wanted: string[]): Promise<void> {
    for (const end = Date.now() + 5_000; Date.now() < end; await pause(5)) {
      if (poller.unproven(name).join() === wanted.join()) return;
    }
    throw new Error(`it is ${poller.unproven(name)}`);
  }
  const refuse: EngineResponder['fault'] = (response) => void response.writeHead(401).end('{}');

  it('is its answer, at each node, those included that no count needs', async () => {
    const [first, second] = [await engine(), await engine()];
    const told: string[] = [];
    const poller = new BacklogPoller(
      () => undefined,
      (key) => told.push(key),
    );
    pollers.push(poller);
    second.fault = refuse;
    track(poller, 'p', [first.url, second.url], { auth });
    expect(poller.unproven('p')).toEqual([]);
    await unproven(poller, 'p', [second.url]);
    expect(poller.backlog('p').known).toBe(true);
    await pause(1_000);
    expect(told).toEqual(['p']);
  });

  it('is no answer to the question for rights: an engine refuses that one in another way', async () => {
    const [mine, theirs] = [await engine(), await engine()];
    mine.fault = (response, request) => {
      if (request.url?.includes('/authorization/check')) return void response.writeHead(500).end('{}');
      response.end('{"count":1}');
    };
    let asked = 0;
    theirs.fault = async (response, request) => {
      if (request.url?.includes('/authorization/check')) asked += 1;
      // Later than the question for rights, which goes to a node that is not known to refuse.
      else await pause(200);
      response.writeHead(401).end('{}');
    };
    const poller = newPoller();
    track(poller, 'p', [mine.url, theirs.url], { auth });
    await unproven(poller, 'p', [theirs.url]);
    expect(asked).toBeGreaterThan(0);
    await pause(1_500);
    expect(poller.unproven('p')).toContain(theirs.url);
  });

  it('is missing everywhere while nothing was counted', async () => {
    const only = await engine();
    only.fault = refuse;
    const poller = newPoller();
    track(poller, 'p', [only.url], { auth });
    await unproven(poller, 'p', [only.url]);
    only.fault = undefined;
    await unproven(poller, 'p', []);
    // An engine that was counted at is away, not a stranger.
    await backlogOf(poller, 'p');
    only.fault = refuse;
    await backlogOf(poller, 'p', ({ known }) => !known, 8_000);
    expect(poller.unproven('p')).toEqual([]);
  }, 15_000);
});
