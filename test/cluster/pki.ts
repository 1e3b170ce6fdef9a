/** Certificates of one run of the cluster, made at its start and gone with its state. */
import type { webcrypto } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata'; // @peculiar/x509 needs it before itself
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export interface KeyPairFiles {
  cert: string;
  key: string;
}

interface Subject {
  commonName: string;
  organization?: string;
  dns?: string[];
  ips?: string[];
}

/** A certificate authority that writes what it issues into a directory. */
export class Authority {
  readonly certFile: string;
  readonly keyFile: string;
  readonly pem: string;
  readonly #directory: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(
    directory: string,
    name: string,
    certificate: x509.X509Certificate,
    keys: webcrypto.CryptoKeyPair,
    keyPem: string,
  ) {
    this.#directory = directory;
    this.#certificate = certificate;
    this.#keys = keys;
    this.pem = certificate.toString('pem');
    this.certFile = write(directory, `${name}.crt`, this.pem);
    this.keyFile = write(directory, `${name}.key`, keyPem);
  }

  static async create(directory: string, name: string): Promise<Authority> {
    mkdirSync(directory, { recursive: true });
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(directory, name, certificate, keys, await privatePem(keys));
  }

  /** One that was created before; what it issues goes into another directory. */
  static async open(directory: string, name: string, target: string): Promise<Authority> {
    const [pem, keyPem] = ['crt', 'key'].map((end) =>
      readFileSync(join(directory, `${name}.${end}`), 'utf8'),
    );
    const certificate = new x509.X509Certificate(pem ?? '');
    const [pkcs8 = new ArrayBuffer(0)] = x509.PemConverter.decode(keyPem ?? '');
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']);
    const publicKey = (await certificate.publicKey.export()) as webcrypto.CryptoKey;
    mkdirSync(target, { recursive: true });
    return new Authority(target, name, certificate, { privateKey, publicKey }, keyPem ?? '');
  }

  /** Issues a certificate for both ends of TLS. */
  async issue(name: string, subject: Subject): Promise<KeyPairFiles> {
    const keys = await generateKeys();
    const names = [
      ...(subject.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(subject.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      subject: subject.organization
        ? `O=${subject.organization}, CN=${subject.commonName}`
        : `CN=${subject.commonName}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    return {
      cert: write(this.#directory, `${name}.crt`, certificate.toString('pem')),
      key: write(this.#directory, `${name}.key`, await privatePem(keys)),
    };
  }
}

/** Key pair that signs service-account tokens. */
export async function serviceAccountKeys(
  directory: string,
): Promise<{ publicKey: string; privateKey: string }> {
  const keys = await generateKeys();
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  return {
    publicKey: write(directory, 'sa.pub', x509.PemConverter.encode(spki, 'PUBLIC KEY')),
    privateKey: write(directory, 'sa.key', await privatePem(keys)),
  };
}

const generateKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const validity = () => ({ notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 30 * DAY) });

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

function write(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
