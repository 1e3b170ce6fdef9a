import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Certificates,
  caBundle,
  forgotten,
  renewed,
  SETTLE_MS,
  stored,
  switched,
  takingOver,
  turn,
} from './certificates.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

const NOW = 1_000_000;
const certificate = (ca: string): ServingCertificate => ({
  cert: `cert of ${ca}`,
  key: 'key',
  ca,
  renewAt: NOW + 60_000,
});
const a = certificate('a');
const b = certificate('b');
const settled = NOW - SETTLE_MS;

describe('certificates', () => {
  it.each<[string, Certificates, string]>([
    ['wait while nothing is due', { serving: a, former: [], storedAt: settled }, 'wait'],
    ['wait with the next one until the bundle is stored', { serving: a, next: b, former: [] }, 'wait'],
    [
      'wait until the API server has read the bundle',
      { serving: a, next: b, former: [], storedAt: settled + 1 },
      'wait',
    ],
    ['are switched then', { serving: a, next: b, former: [], storedAt: settled }, 'switch'],
    ['go on trusting the former for a while', { serving: b, former: ['a'], storedAt: settled + 1 }, 'wait'],
    ['trust the former no longer then', { serving: b, former: ['a'], storedAt: settled }, 'forget'],
  ])('%s', (_, certificates, due) => {
    expect(turn(certificates, NOW)).toBe(due);
  });

  it('of one CA are trusted by it once, however many are served', () => {
    const renewal = { ...a, cert: 'another of a' };
    expect(caBundle(switched(renewed({ serving: a, former: [] }, renewal), NOW))).toBe('a\n');
  });

  it('are trusted before they are served, and until after', () => {
    const trusted: [string, string][] = [];
    const look = (certificates: Certificates) => {
      trusted.push([certificates.serving.ca, caBundle(certificates)]);
      return stored(certificates, true, NOW);
    };
    const first = look({ serving: a, former: [] });
    const both = look(renewed(first, b));
    expect(turn(both, NOW)).toBe('wait');
    const after = look(switched(both, NOW + SETTLE_MS));
    look(forgotten(after));
    expect(trusted).toEqual([
      ['a', 'a\n'],
      ['a', 'a\nb\n'],
      ['b', 'b\na\n'],
      ['b', 'b\n'],
    ]);
  });

  it('start to settle again when the bundle had to be repaired', () => {
    const certificates = { serving: a, next: b, former: [], storedAt: settled };
    expect(turn(stored(certificates, false, NOW), NOW)).toBe('switch');
    expect(turn(stored(certificates, true, NOW), NOW)).toBe('wait');
  });
});

describe('a new leader', () => {
  const day = 86_400_000;
  let own: ServingCertificate;
  let before: ServingCertificate;
  beforeAll(async () => {
    own = await servingCertificate('a.b.svc', NOW, day);
    before = await servingCertificate('a.b.svc', NOW, day);
  });
  const base64 = (...pems: string[]) => Buffer.from(pems.join('\n')).toString('base64');

  it.each<[string, () => string | undefined, () => string[]]>([
    ['the CA of the leader before', () => base64(before.ca), () => [before.ca]],
    ['nothing when there was none', () => undefined, () => []],
    ['its own once', () => base64(own.ca, before.ca), () => [before.ca]],
    ['no CA of somebody else', () => base64(before.cert, 'rubbish'), () => []],
    ['two and no more', () => base64(before.ca, before.ca, before.ca), () => [before.ca, before.ca]],
  ])('trusts besides its own %s', (_, bundle, former) => {
    expect(takingOver(own, bundle()).former).toEqual(former().map((pem) => pem.trim()));
  });
});
