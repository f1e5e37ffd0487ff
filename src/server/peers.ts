import { BlockList, isIP } from 'node:net';
import type { Check } from '../message/settings.ts';

const NETWORK = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/;

/** Address and length of the prefix, if it is an address or a network. */
function parse(text: unknown): { address: string; family: 'ipv4' | 'ipv6'; prefix: number } | undefined {
  const [, address = '', length] = (NETWORK.exec(String(text)) ?? []) as (string | undefined)[];
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefix = Number(length ?? longest);
  return prefix <= longest ? { address, family: `ipv${version as 4 | 6}`, prefix } : undefined;
}

export const checkPeers: Check = (value) => {
  const wanted = 'a list of IP addresses and networks, such as 10.0.0.0/8';
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return wanted;
  const wrong: unknown[] = value.filter((each) => parse(each) === undefined);
  return wrong.length === 0 ? undefined : `${wanted} (${wrong.map(String).join(', ')} is none)`;
};

/** Whether an address is one of these, or in one of these networks; an IPv4 address also as IPv6 has it (`::ffff:10.0.0.1`). */
export function peersOf(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const parsed = parse(network);
    if (parsed !== undefined) list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return (address = '') => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
