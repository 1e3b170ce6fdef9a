import { describe, expect, it } from '@jest/globals';
import { random } from '../../../test/support/random.ts';
import { type EngineTarget, userKey } from '../engine/question.ts';
import { engineURL } from '../pool/engineURL.ts';
import { type ExportedPool, groupEngines, processesOf } from './engines.ts';

const pool = (
  name: string,
  urls: string[],
  processDefinitionKeys?: string[],
  namespace = 'refunds',
): ExportedPool => ({
  namespace,
  name,
  target: { urls, topic: 'analyze-fare-rules', lockDurationMs: 30_000, processDefinitionKeys },
});
const [A, B, C] = [
  'http://a.engines:8080/engine-rest',
  'http://b.engines:8080/engine-rest',
  'http://c.engines:8080/engine-rest',
] as const;

/** Name of each engine with its pools. */
const grouped = (
  pools: ExportedPool[],
  known: { name: string; urls: string[]; namespaces?: string[]; unusedSince?: number }[] = [],
) =>
  groupEngines(
    pools,
    known.map((engine) => ({ namespaces: ['refunds'], ...engine })),
  ).map(({ name, pools: of }) => [name, of.map((one) => one.name)]);

describe('pools have the same engine', () => {
  it.each<[string, ExportedPool[], unknown]>([
    [
      'not, when they share no URL',
      [pool('one', [A]), pool('two', [B])],
      [
        [A, ['one']],
        [B, ['two']],
      ],
    ],
    ['when they share one', [pool('one', [A, B]), pool('two', [B, C])], [[A, ['one', 'two']]]],
    [
      'when it is written otherwise',
      [pool('one', [A]), pool('two', ['HTTP://A.engines:8080/engine-rest/'])],
      [[A, ['one', 'two']]],
    ],
    [
      'when a third one shares one with each',
      [pool('one', [A]), pool('two', [B]), pool('x', [B, A])],
      [[A, ['one', 'two', 'x']]],
    ],
  ])('%s, in any order', (_, pools, expected) => {
    expect(grouped(pools)).toEqual(expected);
    expect(grouped([...pools].reverse())).toEqual(expected);
  });
});

it('a short name is that of a Service beside the pool, and the name of its engine says where', () => {
  const short = ['http://camunda-platform:8080/engine-rest'];
  expect(grouped([pool('one', short), pool('two', short, undefined, 'rail')])).toEqual([
    ['http://camunda-platform.rail.svc:8080/engine-rest', ['two']],
    ['http://camunda-platform.refunds.svc:8080/engine-rest', ['one']],
  ]);
});

describe('pools of two namespaces have the same engine', () => {
  const user = (password: string) => ({ kind: 'basic' as const, username: 'pool', password });
  const as = (auth: EngineTarget['auth'], one: ExportedPool): ExportedPool => ({
    ...one,
    target: { ...one.target, auth },
  });
  const other = (urls: string[]) => pool('two', urls, undefined, 'aaa');

  it.each<[string, ExportedPool[], boolean]>([
    ['when they are the same user', [as(user('x'), pool('one', [A, B])), as(user('x'), other([B, C]))], true],
    ['not, as two users', [as(user('x'), pool('one', [A])), as(user('y'), other([A]))], false],
    ['not, as a user and nobody', [as(user('x'), pool('one', [A])), other([A])], false],
    ['when both are nobody and say the same', [pool('one', [A, B]), other([B, A])], true],
    ['not, when one says more', [pool('one', [A]), other([C, A])], false],
    [
      'not, by passwords that cannot be read',
      [as(user(''), pool('one', [A])), as(user(''), other([C, A]))],
      false,
    ],
    [
      'not, when one has two users there',
      [as(user('x'), pool('one', [A])), as(user('y'), pool('x', [A])), as(user('y'), other([A]))],
      false,
    ],
  ])('%s', (_, pools, same) => {
    const engines = groupEngines(pools, []);
    expect(engines.some(({ namespaces }) => namespaces.join() === 'aaa,refunds')).toBe(same);
    expect(new Set(engines.map(({ name }) => name)).size).toBe(engines.length);
  });

  it('and are asked with in the order of their names, whatever put them together', () => {
    const same = (one: ExportedPool) => as(user('x'), one);
    const pools = [same(pool('p1', [A])), same(pool('p2', [B])), same(pool('p3', [A])), same(other([A, B]))];
    expect(grouped(pools)).toEqual([[A, ['two', 'p1', 'p2', 'p3']]]);
  });

  it('or none that the other one can put together: two engines stay two whoever names both', () => {
    expect(grouped([pool('one', [A]), pool('two', [B]), pool('x', [C, A, B], undefined, 'aaa')])).toEqual([
      [A, ['x']],
      [`${A}#2`, ['one']],
      [B, ['two']],
    ]);
  });

  it('and no other one goes on with its name and its totals', () => {
    const known = [{ name: A, urls: [A] }];
    const intruder = pool('x', [C, A], undefined, 'aaa');
    expect(grouped([intruder, pool('one', [A])], known)).toEqual([
      [C, ['x']],
      [A, ['one']],
    ]);
    expect(grouped([pool('x', [A], undefined, 'aaa')], known)).toEqual([[`${A}#2`, ['x']]]);
    const both = [{ name: A, urls: [A], namespaces: ['aaa', 'refunds'] }];
    expect(grouped([intruder, pool('one', [A])], both)).toEqual([
      [C, ['x']],
      [A, ['one']],
    ]);
  });

  it('each with a name of its own', () => {
    const three = ['a', 'b', 'c'].map((name) => as(user(name), pool(name, [A], undefined, name)));
    expect(grouped(three).map(([name]) => name)).toEqual([A, `${A}#2`, `${A}#3`]);
  });
});

describe('an engine', () => {
  it.each([
    ['when a node comes that sorts before it', [A, B]],
    ['when its first node goes', [C, B]],
  ])('keeps its name %s', (_, urls) => {
    expect(grouped([pool('one', urls)], [{ name: B, urls: [B, C] }])).toEqual([[B, ['one']]]);
  });

  it('that parts in two leaves its name to the part that has it', () => {
    const known = [{ name: A, urls: [A, B] }];
    expect(grouped([pool('one', [B]), pool('two', [A])], known)).toEqual([
      [B, ['one']],
      [A, ['two']],
    ]);
  });

  it.each<[string, { name: string; unusedSince?: number }[], string]>([
    ['that is in use', [{ name: A, unusedSince: 7 }, { name: `${A}#2` }], `${A}#2`],
    [
      'that was in use last',
      [
        { name: A, unusedSince: 7 },
        { name: B, unusedSince: 8 },
      ],
      B,
    ],
    ['that had the name first, of two in use', [{ name: `${A}#10` }, { name: `${A}#2` }, { name: A }], A],
    ['with the lower number', [{ name: `${A}#10` }, { name: `${A}#2` }], `${A}#2`],
    ['with the name that sorts before, when nothing else tells them apart', [{ name: B }, { name: A }], A],
  ])('goes on with the account %s, in whatever order the accounts are read', (_, accounts, expected) => {
    const known = accounts.map((account) => ({ ...account, urls: [A, B] }));
    for (const order of [known, known.toReversed()]) {
      expect(grouped([pool('one', [A])], order)).toEqual([[expected, ['one']]]);
    }
  });

  it('has a name of its own where another one has kept the name of its URL', () => {
    const known = [{ name: A, urls: [B] }];
    expect(grouped([pool('one', [B]), pool('two', [A])], known)).toEqual([
      [A, ['one']],
      [`${A}#2`, ['two']],
    ]);
  });
});

it.each([
  ['those that it names', ['x', 'y'], ['x', 'y']],
  ['the usual ones when it names none', undefined, ['ticket-refund']],
  ['the usual ones when its list is empty', [], ['ticket-refund']],
])('the processes of a pool are %s', (_, keys, expected) => {
  expect(processesOf(pool('one', [A], keys), ['ticket-refund'])).toEqual(expected);
});

/** Which pools have the same engine, as it is defined: what is the same as something is put together, until nothing is. */
function byDefinition(pools: ExportedPool[]): string[] {
  const urls = (group: ExportedPool[]) =>
    new Set(group.flatMap(({ namespace, target }) => target.urls.map((url) => engineURL(url, namespace))));
  const shareURL = (a: ExportedPool[], b: ExportedPool[]) => [...urls(a)].some((url) => urls(b).has(url));
  const inNamespace = (a: ExportedPool[], b: ExportedPool[]) =>
    a[0]?.namespace === b[0]?.namespace && shareURL(a, b);
  const across = (a: ExportedPool[], b: ExportedPool[]) => {
    const users = new Set([...a, ...b].map(({ target }) => userKey(target)));
    if (users.size > 1 || !shareURL(a, b)) return false;
    const passwords = [...a, ...b].map(({ target: { auth } }) => auth?.kind === 'basic' && auth.password);
    return passwords.every(Boolean) || `${[...urls(a)].sort()}` === `${[...urls(b)].sort()}`;
  };
  const together = (groups: ExportedPool[][], same: typeof across): ExportedPool[][] => {
    for (const [place, one] of groups.entries()) {
      const other = groups.findIndex((later, at) => at > place && same(one, later));
      if (other < 0) continue;
      const rest = groups.filter((_, at) => at !== place && at !== other);
      return together(rest.toSpliced(place, 0, [...one, ...(groups[other] ?? [])]), same);
    }
    return groups;
  };
  const single = pools.toSorted((a, b) => (label(a) < label(b) ? -1 : 1)).map((one) => [one]);
  return together(together(single, inNamespace), across).map((group) => group.map(label).sort().join());
}
const label = ({ namespace, name }: ExportedPool): string => `${namespace}/${name}`;

it('pools have the same engine exactly when the definition says so, whatever they say', () => {
  const next = random(7);
  const below = (most: number) => Math.floor(next() * most);
  const hosts = ['a.engines', 'b.engines', 'c.engines', 'short', 'd.engines', 'e.engines'];
  for (let life = 0; life < 400; life += 1) {
    const pools = Array.from({ length: 1 + below(9) }, (_, n): ExportedPool => {
      const urls = Array.from({ length: 1 + below(3) }, () => `http://${hosts[below(hosts.length)]}:8080`);
      const one = pool(`${below(100)}-${n}`, urls, undefined, `ns${below(3)}`);
      const auth = { kind: 'basic' as const, username: 'w', password: ['', 'x', 'y'][below(3)] ?? '' };
      return { ...one, target: { ...one.target, ...(below(4) > 0 && { auth }) } };
    });
    const engines = groupEngines(pools, []);
    expect(engines.map((engine) => engine.pools.map(label).sort().join())).toEqual(byDefinition(pools));
    // Sorted, so that the same one is asked with.
    for (const { pools: of } of engines) expect(of.map(label)).toEqual(of.map(label).sort());
    // Whoever groups them again finds every engine by its name.
    expect(groupEngines(pools.toReversed(), engines.toReversed())).toEqual(engines);
  }
});

it.each<[string, (n: number) => { url: string; namespace: string; user: number }]>([
  ['of an engine each', (n) => ({ url: `http://e.ns${n}.svc`, namespace: `ns${n}`, user: n })],
  ['of one engine and one user', (n) => ({ url: 'http://e.engines.svc', namespace: `ns${n}`, user: 0 })],
  [
    'of one engine, each as another user',
    (n) => ({ url: 'http://e.engines.svc', namespace: `ns${n}`, user: n }),
  ],
])(
  'pools %s are looked at as often each, however many there are: pair by pair, all would wait for a thousand',
  (_, of) => {
    const looksForEach = (count: number) => {
      let looks = 0;
      const pools = Array.from({ length: count }, (_unused, n): ExportedPool => {
        const { url, namespace, user } = of(n);
        const one = pool('pool', [url], undefined, namespace);
        const auth = { kind: 'basic' as const, username: 'w', password: `${user}` };
        const get = (target: ExportedPool['target'], field: string | symbol): unknown => {
          looks += 1;
          return Reflect.get(target, field);
        };
        return { ...one, target: new Proxy({ ...one.target, auth }, { get }) };
      });
      groupEngines(pools, groupEngines(pools, []));
      return looks / count;
    };
    expect(looksForEach(100)).toBeGreaterThan(0);
    expect(looksForEach(400)).toBeCloseTo(looksForEach(100), 5);
  },
);
