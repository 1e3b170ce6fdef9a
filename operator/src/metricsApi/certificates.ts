/**
 * Which certificate is served and which CAs the APIService tells the API server to trust. The API server
 * learns of a changed bundle a moment after it is stored, so a CA is trusted before its certificate is
 * served, and until after it was served last. Pure: time is an argument.
 */
import { X509Certificate } from 'node:crypto';
import { CA_NAME, type ServingCertificate } from './tls.ts';

export interface Certificates {
  serving: ServingCertificate;
  /** Served as soon as the API server trusts it. */
  next?: ServingCertificate;
  /** CAs of certificates that were served until now, by this process or by the leader before it. */
  former: string[];
  /** When the bundle of these was stored; undefined until it is. */
  storedAt?: number;
}

/** How long the API server may take to use a bundle that was stored. */
export const SETTLE_MS = 5_000;
/** Leaders that fail one after the other do not make the bundle longer and longer. */
const FORMER_LIMIT = 2;

export type Turn =
  /** Serve the next one. */
  | 'switch'
  /** Trust the former ones no longer. */
  | 'forget'
  | 'wait';

/** What is to be done now. */
export function turn({ next, former, storedAt }: Certificates, now: number): Turn {
  const settled = storedAt !== undefined && now - storedAt >= SETTLE_MS;
  if (next) return settled ? 'switch' : 'wait';
  return former.length > 0 && settled ? 'forget' : 'wait';
}

/** The next one is to be trusted beside the one that is served. */
export const renewed = ({ serving, former }: Certificates, next: ServingCertificate): Certificates => ({
  serving,
  next,
  former,
});

/** Serves the next one. What is trusted stays the same until those who connect have seen the new one. */
export function switched({ serving, next, former }: Certificates, now: number): Certificates {
  if (!next) return { serving, former };
  return { serving: next, former: [serving.ca, ...former].slice(0, FORMER_LIMIT), storedAt: now };
}

export const forgotten = ({ serving }: Certificates): Certificates => ({ serving, former: [] });

/** The bundle is in the APIService, since now when it had to be written. */
export const stored = (certificates: Certificates, wrote: boolean, now: number): Certificates => ({
  ...certificates,
  storedAt: wrote ? now : (certificates.storedAt ?? now),
});

/** A new leader trusts the CAs of the one before, which may answer a moment longer. */
export function takingOver(serving: ServingCertificate, bundle: string | undefined): Certificates {
  const pems = Buffer.from(bundle ?? '', 'base64')
    .toString()
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const former = (pems ?? []).filter((pem) => pem !== serving.ca.trim() && isOurs(pem));
  return { serving, former: former.slice(0, FORMER_LIMIT) };
}

/** What anybody else has put into the bundle is not kept. */
function isOurs(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject === CA_NAME;
  } catch {
    return false;
  }
}

/** PEM of all that is to be trusted, each once: most renewals keep the CA. */
export function caBundle({ serving, next, former }: Certificates): string {
  const pems = [serving.ca, ...(next ? [next.ca] : []), ...former].map((pem) => `${pem.trim()}\n`);
  return [...new Set(pems)].join('');
}
