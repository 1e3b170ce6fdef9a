/**
 * Which addresses are never asked. Engine URLs come from tenants, and clouds serve the credentials of a node at
 * link-local addresses, and some at others, too. Loopback and private addresses stay allowed: that is where engines are.
 */
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Lookup, nameLookup } from './names.ts';

const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
// The same IPv4 addresses as a NAT64 gateway reaches them. IPv4-mapped ones BlockList knows itself.
REFUSED.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');

/** Addresses of clouds' own services that are not link-local: one address each, so that nothing else is refused. */
const OF_CLOUDS = {
  ipv4: [
    // Alibaba Cloud.
    '100.100.100.200',
    // Azure's WireServer.
    '168.63.129.16',
    // Oracle Cloud, the former one.
    '192.0.0.192',
  ],
  ipv6: [
    // AWS: the instance's metadata, and the credentials of EKS Pod Identity.
    'fd00:ec2::254',
    'fd00:ec2::23',
    // Google Cloud.
    'fd20:ce::254',
    // Oracle Cloud.
    'fd00:c1::a9fe:a9fe',
    // Scaleway.
    'fd00:42::42',
  ],
} as const;
for (const address of OF_CLOUDS.ipv4) {
  REFUSED.addAddress(address, 'ipv4');
  REFUSED.addAddress(`64:ff9b::${address}`, 'ipv6');
}
for (const address of OF_CLOUDS.ipv6) REFUSED.addAddress(address, 'ipv6');

/** Code of the error of a lookup that found an address that is never asked. */
export const REFUSED_ADDRESS = 'EREFUSEDADDRESS';

/** Whether an IP address is never asked; false for what is no address. */
export function isRefused(address: string): boolean {
  const [bare = ''] = address.split('%');
  const family = isIP(bare);
  return family !== 0 && REFUSED.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a URL names such an address outright. A lookup is not made for those. */
export function namesRefused(url: string): boolean {
  return URL.canParse(url) && isRefused(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/**
 * A `lookup` for a socket that fails with REFUSED_ADDRESS when any address of the name is one that is never asked. What
 * was checked is what the socket connects to, so a name cannot change its mind in between.
 */
export function guardedLookup(lookup: Lookup = nameLookup()): LookupFunction {
  return (hostname, options, callback) => {
    const found = (addresses: LookupAddress[]) => {
      const [first] = addresses;
      if (!first) return callback(failure('ENOTFOUND'), '');
      if (addresses.some(({ address }) => isRefused(address))) return callback(failure(REFUSED_ADDRESS), '');
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    };
    lookup(hostname).then(found, (error) => callback(error, ''));
  };
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
