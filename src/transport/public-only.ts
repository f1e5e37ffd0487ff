import net from 'node:net';

/** What is not for the public Internet, of IPv4: IANA's registry of special-purpose addresses, and multicast. */
const IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this host on this network: RFC 791 §3.2, RFC 1122 §3.2.1.3
  ['10.0.0.0', 8], // private: RFC 1918 §3
  ['100.64.0.0', 10], // shared, behind a carrier's NAT: RFC 6598 §7
  ['127.0.0.0', 8], // loopback: RFC 1122 §3.2.1.3
  ['169.254.0.0', 16], // link-local, and where clouds answer for their machines: RFC 3927 §2.1
  ['172.16.0.0', 12], // private: RFC 1918 §3
  ['192.0.0.0', 24], // protocol assignments: RFC 6890 §2.1
  ['192.0.2.0', 24], // documentation: RFC 5737 §3
  ['192.88.99.0', 24], // relays to 6to4: RFC 7526 §4
  ['192.168.0.0', 16], // private: RFC 1918 §3
  ['198.18.0.0', 15], // benchmarking: RFC 2544 §C.2.2
  ['198.51.100.0', 24], // documentation: RFC 5737 §3
  ['203.0.113.0', 24], // documentation: RFC 5737 §3
  ['224.0.0.0', 4], // multicast: RFC 5771 §3
  ['240.0.0.0', 4], // reserved, and broadcast: RFC 1112 §4, RFC 919 §7
];

/**
 * The same of IPv6. Only 2000::/3 is given to anybody (RFC 4291 §2.4, RFC 3587 §2): all around it is named here by what is
 * known there, or as reserved.
 */
const IPV6: readonly (readonly [network: string, prefix: number])[] = [
  // ::/3: unspecified and loopback (RFC 4291 §2.5.2, §2.5.3), IPv4-mapped ::ffff:0:0/96 (§2.5.5.2), translated by NAT64
  // 64:ff9b::/96 and 64:ff9b:1::/48 (RFC 6052 §2.1, RFC 8215 §3), discard 100::/64 (RFC 6666 §3)
  ['::', 3],
  ['2001::', 23], // protocol assignments: RFC 2928 §2; Teredo 2001::/32 (RFC 4380 §2.6), benchmarking 2001:2::/48 (RFC 5180 §8), ORCHID
  ['2001:db8::', 32], // documentation: RFC 3849 §2
  ['2002::', 16], // 6to4, with an IPv4 address inside: RFC 3056 §2
  ['3fff::', 20], // documentation: RFC 9637 §3
  ['4000::', 2], // reserved: RFC 4291 §2.4; SRv6 identifiers 5f00::/16 (RFC 9602 §6)
  // 8000::/1: unique local fc00::/7 (RFC 4193 §3.1), link-local fe80::/10 (RFC 4291 §2.5.6), site-local fec0::/10 (RFC 3879 §4),
  // multicast ff00::/8 (RFC 4291 §2.7), and what is reserved
  ['8000::', 1],
];

/** One for each, as a list takes `::ffff:0:0/96` for all of IPv4. */
const ipv4 = new net.BlockList();
for (const [network, prefix] of IPV4) ipv4.addSubnet(network, prefix, 'ipv4');
const ipv6 = new net.BlockList();
for (const [network, prefix] of IPV6) ipv6.addSubnet(network, prefix, 'ipv6');

/**
 * Whether an IP address is one of the public Internet: for `checkAddress`, where URIs come from strangers, who would else be
 * shown what is behind the firewall (CWE-918). What is no IP address is not public.
 *
 * Not public are: private, shared, loopback, link-local, unique-local, site-local, multicast, reserved, unspecified, those for
 * documentation and benchmarks, and IPv6 addresses with an IPv4 address inside (mapped, translated, 6to4, Teredo).
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: tlsTransport({}, tcpTransport({ checkAddress: publicOnly })) });
 * ```
 */
export function publicOnly(address: string): boolean {
  switch (net.isIP(address)) {
    case 4:
      return !ipv4.check(address, 'ipv4');
    case 6:
      // A zone is of this machine, and so is what is meant in it (RFC 4007 §11).
      return !address.includes('%') && !ipv6.check(address, 'ipv6');
    default:
      return false;
  }
}
