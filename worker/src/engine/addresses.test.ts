import { describe, expect, test } from '@jest/globals';
import { isDirect, type Lookup, type NodesMode, resolveTargets } from './addresses.ts';

const url = 'http://engine:8080/engine-rest';
const names =
  (table: Record<string, string[]>): Lookup =>
  async (host) => {
    const addresses = table[host];
    if (!addresses) throw new Error('ENOTFOUND');
    return addresses;
  };

describe('the targets of a URL', () => {
  test.each<[string, string, Record<string, string[]>, string[]]>([
    ['are all addresses of its name', url, { engine: ['10.0.0.1', '10.0.0.2'] }, ['10.0.0.1', '10.0.0.2']],
    ['are its address where it has one', 'http://10.0.0.9/engine-rest', {}, ['10.0.0.9']],
    ['may be an IPv6 address', 'http://[fd00::1]:8080/engine-rest', {}, ['fd00::1']],
    [
      'count a node with an address of each family once',
      url,
      { engine: ['::1', '127.0.0.1'] },
      ['127.0.0.1'],
    ],
    ['may all be IPv6', url, { engine: ['fd00::1', 'fd00::2'] }, ['fd00::1', 'fd00::2']],
    ['are named once', url, { engine: ['10.0.0.1', '10.0.0.1'] }, ['10.0.0.1']],
  ])('%s', async (_what, from, table, addresses) => {
    const targets = await resolveTargets([from], [], names(table));
    expect(targets).toEqual(addresses.map((address) => ({ url: from, address })));
  });

  test('stay what they were when the name cannot be looked up, or has no address for a moment', async () => {
    const known = [{ url, address: '10.0.0.1' }];
    expect(await resolveTargets([url], known, names({}))).toEqual(known);
    expect(await resolveTargets([url], known, names({ engine: [] }))).toEqual(known);
  });

  test('of other URLs change meanwhile', async () => {
    const other = 'http://other/engine-rest';
    const known = [
      { url, address: '10.0.0.1' },
      { url: other, address: '10.0.0.2' },
    ];
    const targets = await resolveTargets([url, other], known, names({ other: ['10.0.0.3'] }));
    expect(targets).toEqual([known[0], { url: other, address: '10.0.0.3' }]);
  });
});

test.each<[NodesMode, number, boolean]>([
  ['Auto', 1, false],
  ['Auto', 2, true],
  ['Direct', 1, true],
  ['Balanced', 2, false],
])('with nodes %s, %d addresses are nodes themselves: %s', (mode, addresses, direct) => {
  expect(isDirect(mode, addresses)).toBe(direct);
});
