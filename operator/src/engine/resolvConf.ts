/** What /etc/resolv.conf and /etc/hosts say about a name. Pure. */
import { isIP } from 'node:net';

export interface ResolvConf {
  /** Appended to short names. */
  search: string[];
  /** A name with so many dots is tried as it is first. */
  ndots: number;
}

export function parseResolvConf(text: string): ResolvConf {
  const conf: ResolvConf = { search: [], ndots: 1 };
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    // As glibc: the last of several lines holds.
    if (keyword === 'search' || keyword === 'domain') conf.search = words;
    if (keyword !== 'options') continue;
    for (const word of words) {
      const [, dots] = /^ndots:(\d+)$/.exec(word) ?? [];
      if (dots !== undefined) conf.ndots = Math.min(Number(dots), 15);
    }
  }
  return conf;
}

/**
 * The same as a pod of another namespace has it: the search list of a pod begins with the domain of its own
 * namespace, in front of that of all Services. Elsewhere, nothing is changed.
 */
export function ofNamespace(conf: ResolvConf, namespace: string): ResolvConf {
  const search = conf.search.map((domain) => {
    const [, services] = /^[^.]+\.(svc\..+)$/.exec(domain) ?? [];
    return services !== undefined && conf.search.includes(services) ? `${namespace}.${services}` : domain;
  });
  return { ...conf, search };
}

/** Full names to ask for, in order. */
export function candidates(hostname: string, { search, ndots }: ResolvConf): string[] {
  if (hostname.endsWith('.')) return [hostname.slice(0, -1)];
  const searched = search.map((domain) => `${hostname}.${domain.replace(/\.$/, '')}`);
  const dots = hostname.split('.').length - 1;
  return dots >= ndots ? [hostname, ...searched] : [...searched, hostname];
}

/** Addresses that /etc/hosts has for a name, in its order. */
export function hostsAddresses(text: string, hostname: string): { address: string; family: number }[] {
  const wanted = hostname.toLowerCase();
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    return family > 0 && names.some((name) => name.toLowerCase() === wanted) ? [{ address, family }] : [];
  });
}
