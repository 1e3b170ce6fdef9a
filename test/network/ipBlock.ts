/** A policy's range of addresses. */
import { BlockList, isIPv6 } from 'node:net';

export interface IPBlock {
  cidr: string;
  except?: string[];
}

export const inBlock = (ip: string, { cidr, except = [] }: IPBlock): boolean =>
  inRange(ip, cidr) && !except.some((range) => inRange(ip, range));

function inRange(ip: string, cidr: string): boolean {
  const [address = '', prefix = ''] = cidr.split('/');
  if (isIPv6(address) !== isIPv6(ip)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  return list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
