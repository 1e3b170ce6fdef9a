import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import { type CertificateTexts, certificateProblem } from './certificateProblem.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

const HOST = 'metrics.system.svc';
const DAY = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

interface Pair {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

/** A certificate by an issuer, or by itself. */
async function issue(subject: string, extensions: x509.Extension[], issuer?: Pair): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return { certificate, keys };
}

const authority = () => new x509.BasicConstraintsExtension(true, undefined, true);
const name = (host = HOST) => new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]);
const use = (oid: string) => new x509.ExtendedKeyUsageExtension([oid]);
const pem = ({ certificate }: Pair) => certificate.toString('pem');
const key = async ({ keys }: Pair) =>
  x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');

describe('a certificate from files', () => {
  let own: ServingCertificate;
  let other: ServingCertificate;
  let long: CertificateTexts;
  let selfSigned: CertificateTexts;
  let forClients: CertificateTexts;
  let commonName: CertificateTexts;

  beforeAll(async () => {
    own = await servingCertificate(HOST, Date.now(), DAY);
    other = await servingCertificate(HOST, Date.now(), DAY);
    const root = await issue('CN=root', [authority()]);
    const middle = await issue('CN=middle', [authority()], root);
    const leaf = await issue('CN=leaf', [name()], middle);
    const texts = async (pair: Pair, ...more: Pair[]): Promise<CertificateTexts> => ({
      'tls.crt': [pair, ...more].map(pem).join('\n'),
      'tls.key': await key(pair),
      'ca.crt': pem(root),
    });
    long = await texts(leaf, middle);
    const alone = await issue('CN=alone', [name()]);
    selfSigned = { ...(await texts(alone)), 'ca.crt': pem(alone) };
    forClients = await texts(await issue('CN=client', [name(), use(x509.ExtendedKeyUsage.clientAuth)], root));
    commonName = await texts(await issue(`CN=${HOST}`, [], root));
  });
  const files = (change: Partial<CertificateTexts> = {}): CertificateTexts => ({
    'tls.crt': own.cert,
    'tls.key': own.key,
    'ca.crt': own.ca,
    ...change,
  });

  it.each<[string, () => CertificateTexts]>([
    ['that an authority issued', () => files()],
    ['with its intermediate', () => long],
    ['that is its own authority, as cert-manager’s SelfSigned issuer makes it', () => selfSigned],
    ['beside a second authority', () => files({ 'ca.crt': `${other.ca}\n${own.ca}` })],
  ])('%s is taken', (_, texts) => {
    expect(certificateProblem(texts(), HOST)).toBeUndefined();
  });

  it.each<[string, () => CertificateTexts, string]>([
    ['an empty certificate', () => files({ 'tls.crt': ' \n' }), 'tls.crt is empty'],
    ['an empty authority', () => files({ 'ca.crt': '' }), 'ca.crt is empty'],
    ['a certificate that is none', () => files({ 'tls.crt': 'x' }), 'tls.crt holds no certificate in PEM'],
    [
      'a certificate that is broken',
      () => files({ 'tls.crt': own.cert.replace('MII', 'AAA') }),
      'tls.crt holds no certificate in PEM',
    ],
    ['an authority that is none', () => files({ 'ca.crt': own.key }), 'ca.crt holds no certificate in PEM'],
    ['a key that is none', () => files({ 'tls.key': own.cert }), 'tls.key holds no private key in PEM'],
    ['another’s key', () => files({ 'tls.key': other.key }), 'tls.key is not the key of tls.crt'],
    [
      'another’s authority, of the same name',
      () => files({ 'ca.crt': other.ca }),
      'tls.crt was not issued by an authority in ca.crt',
    ],
    [
      'a missing intermediate',
      () => ({
        ...long,
        'tls.crt': `${long['tls.crt'].split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----`,
      }),
      'tls.crt was not issued by an authority in ca.crt',
    ],
    ['a certificate for clients', () => forClients, 'tls.crt is not for servers'],
    ['a name that is the common name alone', () => commonName, `tls.crt is not for the name ${HOST}`],
  ])('%s is refused', (_, texts, problem) => {
    expect(certificateProblem(texts(), HOST)).toBe(problem);
  });

  it('for another name is refused', () => {
    expect(certificateProblem(files(), 'metrics.other.svc')).toBe(
      'tls.crt is not for the name metrics.other.svc',
    );
  });
});
