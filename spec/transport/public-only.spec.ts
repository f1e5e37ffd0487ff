import { describe, expect, test } from '@jest/globals';
import { publicOnly } from '../../src/transport/public-only.ts';

/** Ranges that are not public: the first and the last address, and those before and behind, where they are public. */
const RANGES: readonly [what: string, ends: readonly string[], neighbours: readonly string[]][] = [
  ['this network, RFC 791', ['0.0.0.0', '0.255.255.255'], ['1.0.0.0']],
  ['private, RFC 1918', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
  ['shared, RFC 6598', ['100.64.0.0', '100.127.255.255'], ['100.63.255.255', '100.128.0.0']],
  ['loopback, RFC 1122', ['127.0.0.0', '127.255.255.255'], ['126.255.255.255', '128.0.0.0']],
  ['link-local, RFC 3927', ['169.254.0.0', '169.254.255.255'], ['169.253.255.255', '169.255.0.0']],
  ['private, RFC 1918', ['172.16.0.0', '172.31.255.255'], ['172.15.255.255', '172.32.0.0']],
  ['protocol assignments, RFC 6890', ['192.0.0.0', '192.0.0.255'], ['191.255.255.255', '192.0.1.0']],
  ['documentation, RFC 5737', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0']],
  ['6to4 relays, RFC 7526', ['192.88.99.0', '192.88.99.255'], ['192.88.98.255', '192.88.100.0']],
  ['private, RFC 1918', ['192.168.0.0', '192.168.255.255'], ['192.167.255.255', '192.169.0.0']],
  ['benchmarks, RFC 2544', ['198.18.0.0', '198.19.255.255'], ['198.17.255.255', '198.20.0.0']],
  ['documentation, RFC 5737', ['198.51.100.0', '198.51.100.255'], ['198.51.99.255', '198.51.101.0']],
  ['documentation, RFC 5737', ['203.0.113.0', '203.0.113.255'], ['203.0.112.255', '203.0.114.0']],
  ['multicast, RFC 5771', ['224.0.0.0', '239.255.255.255'], ['223.255.255.255']],
  ['reserved, RFC 1112', ['240.0.0.0', '255.255.255.254'], []],
  ['broadcast, RFC 919', ['255.255.255.255', '255.255.255.255'], []],
  ['unspecified, RFC 4291', ['::', '::'], []],
  ['loopback, RFC 4291', ['::1', '::1'], []],
  ['IPv4-compatible, RFC 4291', ['::1.1.1.1', '::ffff:ffff'], []],
  ['IPv4-mapped, RFC 4291', ['::ffff:0.0.0.0', '::ffff:255.255.255.255'], []],
  ['IPv4-mapped, of a public address', ['::ffff:1.1.1.1', '::ffff:101:101'], []],
  ['NAT64, RFC 6052', ['64:ff9b::', '64:ff9b::255.255.255.255'], []],
  ['local NAT64, RFC 8215', ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'], []],
  ['discard, RFC 6666', ['100::', '100::ffff:ffff:ffff:ffff'], []],
  ['reserved below 2000::/3, RFC 4291', ['200::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], ['2000::']],
  [
    'Teredo, RFC 4380',
    ['2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ],
  ['benchmarks, RFC 5180', ['2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'], []],
  ['ORCHIDs, RFC 4843 and 7343', ['2001:10::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['protocol assignments, RFC 2928', ['2001:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'], ['2001:200::']],
  [
    'documentation, RFC 3849',
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db7:ffff::', '2001:db9::'],
  ],
  ['6to4, RFC 3056', ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], ['2001:ffff:ffff::', '2003::']],
  [
    'documentation, RFC 9637',
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['3ffe:ffff::', '3fff:1000::'],
  ],
  [
    'reserved above 2000::/3, RFC 4291',
    ['4000::', '5eff:ffff::'],
    ['3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ],
  ['SRv6 identifiers, RFC 9602', ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['reserved, RFC 4291', ['6000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['unique local, RFC 4193', ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['reserved, RFC 4291', ['fe00::', 'fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['link-local, RFC 4291', ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['site-local, RFC 3879', ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
  ['multicast, RFC 4291', ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], []],
];

describe('what is not public', () => {
  test.each(RANGES)('%s: %j', (_, ends, neighbours) => {
    expect(ends.map(publicOnly)).toEqual([false, false]);
    expect(neighbours.map(publicOnly)).toEqual(neighbours.map(() => true));
  });

  test.each([
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '1.1.1.1.',
    '[2606:4700::1111]',
  ])('what is no IP address: %s', (address) => {
    expect(publicOnly(address)).toBe(false);
  });

  test('what is of one network of this machine only', () => {
    expect(publicOnly('fe80::1%eth0')).toBe(false);
    expect(publicOnly('2606:4700::1111%eth0')).toBe(false);
  });
});

test.each(['1.1.1.1', '8.8.8.8', '192.31.196.1', '2606:4700:4700::1111', '2A00:1450:4001:80b::200e'])(
  '%s is public',
  (address) => {
    expect(publicOnly(address)).toBe(true);
  },
);
