/**
 * Looks names of engines up without getaddrinfo, which takes one of Node's four
 * threads for as long as a name server is silent: names of four pools that hang
 * would stop the lookups, and the file reads, of all others.
 */
import { promises as dns, type LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { candidates, hostsAddresses, ofNamespace, parseResolvConf } from './resolvConf.ts';

/** One question to one name server; a call to an engine has 2 s for everything. */
const TIMEOUT_MS = 700;
/**
 * Answers of a name server that mean "not under this name": the next one is tried. As with glibc, also after a server
 * failed: many answer so for a domain of the search list that is not theirs.
 */
const NEXT = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL']);

export type Lookup = (hostname: string) => Promise<LookupAddress[]>;

export interface NameFiles {
  resolvConf: string;
  hosts: string;
}

const FILES: NameFiles = { resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' };

export interface LookupOptions {
  /** Names are looked up as by a pod of this namespace. Left out: as by this one. */
  namespace?: string | undefined;
  files?: NameFiles;
  /** In place of those in resolv.conf, as `address:port`. */
  servers?: string[];
}

/**
 * All addresses of a name: /etc/hosts first, then the name servers with the search list.
 * The promise is rejected with an error that has a `code` (ENOTFOUND, ETIMEOUT, ESERVFAIL, …).
 */
export function nameLookup({ namespace, files = FILES, servers }: LookupOptions = {}): Lookup {
  const resolver = new dns.Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers) resolver.setServers(servers);
  return async (hostname) => {
    const known = hostsAddresses(read(files.hosts), hostname);
    if (known.length > 0) return known;
    let failure: unknown;
    const own = parseResolvConf(read(files.resolvConf));
    const conf = namespace === undefined ? own : ofNamespace(own, namespace);
    for (const name of candidates(hostname, conf)) {
      try {
        return await addresses(resolver, name);
      } catch (error) {
        failure = error;
        if (!NEXT.has((error as NodeJS.ErrnoException).code ?? '')) break;
      }
    }
    throw failure;
  };
}

async function addresses(resolver: dns.Resolver, name: string): Promise<LookupAddress[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length === 0 && four.status === 'rejected') throw four.reason;
  return found;
}

/** A few lines, and of this machine: read where it is needed, so that a change counts. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // a container without the file has nothing to say in it
  }
}
