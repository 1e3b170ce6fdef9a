import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from '@jest/globals';
import { guardedLookup, isRefused, namesRefused, REFUSED_ADDRESS } from './addressGuard.ts';

describe('an address', () => {
  it.each([
    ['169.254.169.254', true],
    ['169.254.0.0', true],
    ['169.254.255.255', true],
    ['169.253.255.255', false],
    ['169.255.0.0', false],
    ['fe80::1', true],
    ['fe80::1%eth0', true],
    ['febf:ffff::', true],
    ['fec0::', false],
    ['fe7f::', false],
    ['::ffff:169.254.169.254', true],
    ['::ffff:a9fe:a9fe', true],
    ['64:ff9b::169.254.169.254', true],
    ['::ffff:10.0.0.1', false],
    ['127.0.0.1', false],
    ['::1', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['192.168.0.1', false],
    ['fd00::1', false],
    ['100.100.100.200', true],
    ['100.100.100.201', false],
    ['::ffff:100.100.100.200', true],
    ['64:ff9b::100.100.100.200', true],
    ['168.63.129.16', true],
    ['168.63.129.17', false],
    ['192.0.0.192', true],
    ['192.0.0.191', false],
    ['fd00:ec2::254', true],
    ['fd00:ec2:0:0:0:0:0:254', true],
    ['fd00:ec2::253', false],
    ['fd00:ec2::23', true],
    ['fd20:ce::254', true],
    ['fd00:c1::a9fe:a9fe', true],
    ['fd00:42::42', true],
    ['engine.example', false],
  ])('%s is never asked: %s', (address, refused) => {
    expect(isRefused(address)).toBe(refused);
  });
});

describe('a URL', () => {
  it.each([
    ['http://169.254.169.254/engine-rest', true],
    ['http://2852039166/', true],
    ['http://0xa9fea9fe/', true],
    ['http://0251.0376.0251.0376/', true],
    ['http://169.254.43518/', true],
    ['http://169.254.169.254.:8080/', true],
    ['https://[fe80::1]:8443/', true],
    ['http://[FD00:EC2::254]/latest/', true],
    ['http://100.100.100.200/latest/', true],
    ['http://[::ffff:169.254.169.254]/', true],
    ['http://127.0.0.1:8080/engine-rest', false],
    ['http://169.254.169.254.example/', false],
    ['no url', false],
  ])('%s names one that is never asked: %s', (url, refused) => {
    expect(namesRefused(url)).toBe(refused);
  });
});

describe('a lookup', () => {
  type Outcome = [code: string | undefined, address: string | LookupAddress[], family?: number];
  /** Names resolve to these addresses. */
  const lookUp = (addresses: LookupAddress[], all: boolean, code?: string) =>
    new Promise<Outcome>((resolve) => {
      const resolver = async () => {
        if (code) throw Object.assign(new Error(code), { code });
        return addresses;
      };
      guardedLookup(resolver)('engine.example', { all }, (error, address, family) =>
        resolve([error?.code, address, family]),
      );
    });
  const good = { address: '10.0.0.1', family: 4 };
  const bad = { address: '169.254.169.254', family: 4 };

  it('gives the addresses in the form that was asked for', async () => {
    expect(await lookUp([good], true)).toEqual([undefined, [good], undefined]);
    expect(await lookUp([good], false)).toEqual([undefined, '10.0.0.1', 4]);
  });

  it('fails when any of the addresses is never asked, whichever comes first', async () => {
    expect(await lookUp([bad], false)).toEqual([REFUSED_ADDRESS, '', undefined]);
    expect(await lookUp([good, bad], true)).toEqual([REFUSED_ADDRESS, '', undefined]);
  });

  it('hands on that there is no such name', async () => {
    expect(await lookUp([], true, 'ENOTFOUND')).toEqual(['ENOTFOUND', '', undefined]);
    expect(await lookUp([], true)).toEqual(['ENOTFOUND', '', undefined]);
  });
});
