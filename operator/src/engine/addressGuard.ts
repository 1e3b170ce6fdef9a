/**
 * Which addresses are never asked. Engine URLs come from tenants, and link-local
 * addresses are where clouds serve the credentials of a node. Loopback and
 * private addresses stay allowed: that is where engines are.
 */
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Lookup, nameLookup } from './names.ts';

const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
// The same IPv4 addresses as a NAT64 gateway reaches them. IPv4-mapped ones BlockList knows itself.
REFUSED.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');

/** Code of the error of a lookup that found a link-local address. */
export const LINK_LOCAL = 'ELINKLOCAL';

/** Whether an IP address is link-local; false for what is no address. */
export function isLinkLocal(address: string): boolean {
  const [bare = ''] = address.split('%');
  const family = isIP(bare);
  return family !== 0 && REFUSED.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a URL names a link-local address outright. A lookup is not made for those. */
export function namesLinkLocal(url: string): boolean {
  return URL.canParse(url) && isLinkLocal(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/**
 * A `lookup` for a socket that fails with LINK_LOCAL when any address of the name is link-local. What
 * was checked is what the socket connects to, so a name cannot change its mind in between.
 */
export function guardedLookup(lookup: Lookup = nameLookup()): LookupFunction {
  return (hostname, options, callback) => {
    const found = (addresses: LookupAddress[]) => {
      const [first] = addresses;
      if (!first) return callback(failure('ENOTFOUND'), '');
      if (addresses.some(({ address }) => isLinkLocal(address))) return callback(failure(LINK_LOCAL), '');
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    };
    lookup(hostname).then(found, (error) => callback(error, ''));
  };
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
