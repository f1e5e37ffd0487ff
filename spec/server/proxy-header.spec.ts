import { describe, expect, test } from '@jest/globals';
import { ProxyHeaderError } from '../../src/message/errors.ts';
import { readProxyHeader, type ProxyHeader } from '../../src/server/proxy-header.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

/** Version 2: its two octets of kind, and what its length counts. */
function v2(kind: readonly [number, number], behind: readonly number[], length = behind.length): Uint8Array {
  return Buffer.concat([latin1(SIGNATURE), Buffer.from([...kind, length >> 8, length & 255, ...behind])]);
}

const IPV4_ENDS = [192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0x01, 0xbb];
const IPV6_ENDS = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0xdc, 0x04, 0x01, 0xbb],
];
const IPV4 = '192.0.2.1:56324 198.51.100.2:443';
const IPV6 = '2001:db8::1:56324 2001:db8::2:443';

/** The parts of a header, in the form in which they compare. */
function shown({ ends }: ProxyHeader): string {
  if (ends === undefined) return 'its own';
  const { source, destination } = ends;
  return [source, destination]
    .map(({ address, port }) => `${address ?? '?'}:${String(port ?? '?')}`)
    .join(' ');
}

const HEADERS: [string, Uint8Array, string][] = [
  ['TCP4', latin1('PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n'), IPV4],
  [
    'the longest TCP4',
    latin1('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'),
    '255.255.255.255:65535 255.255.255.255:65535',
  ],
  [
    'the least ports, and parts of every length',
    latin1('PROXY TCP4 0.10.100.199 200.249.250.9 0 1\r\n'),
    '0.10.100.199:0 200.249.250.9:1',
  ],
  ['TCP6', latin1('PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n'), IPV6],
  [
    'the longest TCP6',
    latin1(`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'FFFF:'.repeat(7)}FFFF 65535 65535\r\n`),
    `${'ffff:'.repeat(7)}ffff:65535 ${'ffff:'.repeat(7)}ffff:65535`,
  ],
  ['TCP6 in another form', latin1('PROXY TCP6 2001:0DB8:0:0:0:0:0:1 2001:db8:0::2 56324 443\r\n'), IPV6],
  ['UNKNOWN', latin1('PROXY UNKNOWN\r\n'), 'its own'],
  [
    'UNKNOWN, with what is ignored',
    latin1(`PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`),
    'its own',
  ],
  ['version 2, IPv4', v2([0x21, 0x11], IPV4_ENDS), IPV4],
  ['version 2, IPv4 with additions', v2([0x21, 0x11], [...IPV4_ENDS, 0x04, 0, 1, 7]), IPV4],
  ['version 2, IPv6', v2([0x21, 0x21], IPV6_ENDS), IPV6],
  ['version 2, a Unix socket', v2([0x21, 0x31], Array<number>(216).fill(65)), '?:? ?:?'],
  ['version 2, of no family', v2([0x21, 0x00], []), 'its own'],
  ['version 2, of no family, with additions', v2([0x21, 0x00], [0x04, 0, 1, 7]), 'its own'],
  ['version 2, the proxy itself', v2([0x20, 0x00], []), 'its own'],
  ['version 2, the proxy itself, with what is ignored', v2([0x20, 0xff], IPV4_ENDS), 'its own'],
  ['version 2, as long as may be', v2([0x21, 0x11], [...IPV4_ENDS, ...Array<number>(4_068).fill(1)]), IPV4],
];

describe('a header', () => {
  test.each(HEADERS)('of %s is read once it is there, and says how long it is', (_, octets, expected) => {
    for (let cut = 0; cut < octets.length; cut++) {
      expect(readProxyHeader(octets.subarray(0, cut))).toBeUndefined();
    }
    for (const behind of ['', 'G', 'GET / HTTP/1.1\r\n', SIGNATURE, 'PROXY TCP4 ']) {
      const header = readProxyHeader(Buffer.concat([octets, latin1(behind)]))!;
      expect(header.length).toBe(octets.length);
      expect(shown(header)).toBe(expected);
    }
  });

  const V1 = (line: string): Uint8Array => latin1(`PROXY ${line}\r\n`);
  test.each<[string, Uint8Array]>([
    ['a request', latin1('GET / HTTP/1.1\r\n')],
    ['one octet of a request', latin1('G')],
    ['a request that begins alike', latin1('PROPFIND / HTTP/1.1\r\n')],
    ['a request whose method is PROXY', latin1('PROXY / HTTP/1.1\r\n')],
    ['TLS', Buffer.from([0x16, 0x03, 0x01])],
    ['an empty line', latin1('\r\nGET')],
    ['in lower case', latin1('proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n')],
    ['an LF without its CR', latin1('PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n')],
    ['an LF without its CR, where all is ignored', latin1('PROXY UNKNOWN \n')],
    ['a line without an end', latin1(`PROXY UNKNOWN ${'a'.repeat(93)}`)],
    ['a line that is too long', latin1(`PROXY UNKNOWN ${'a'.repeat(93)}\r\n`)],
    ['another family', V1('TCP5 1.1.1.1 1.1.1.1 1 1')],
    ['a name of all objects', V1('constructor 1.1.1.1 1.1.1.1 1 1')],
    ['no addresses', V1('TCP4')],
    ['a part too few', V1('TCP4 1.1.1.1 1.1.1.1 1')],
    ['a part too many', V1('TCP4 1.1.1.1 1.1.1.1 1 1 1')],
    ['two spaces', V1('TCP4  1.1.1.1 1.1.1.1 1 1')],
    ['a space behind', V1('TCP4 1.1.1.1 1.1.1.1 1 1 ')],
    ['UNKNOWN and more', V1('UNKNOWNS')],
    ['an IPv6 address where IPv4 is said', V1('TCP4 ::1 ::1 1 1')],
    ['an IPv4 address where IPv6 is said', V1('TCP6 1.1.1.1 1.1.1.1 1 1')],
    ['256', V1('TCP4 256.1.1.1 1.1.1.1 1 1')],
    ['octal', V1('TCP4 010.1.1.1 1.1.1.1 1 1')],
    ['three parts', V1('TCP4 1.1.1 1.1.1.1 1 1')],
    ['five parts', V1('TCP4 1.1.1.1.1 1.1.1.1 1 1')],
    ['a dot behind', V1('TCP4 1.1.1.1. 1.1.1.1 1 1')],
    ['a name', V1('TCP4 localhost 1.1.1.1 1 1')],
    ['a zone', V1('TCP6 fe80::1%eth0 ::1 1 1')],
    ['IPv4 within IPv6', V1('TCP6 ::ffff:1.1.1.1 ::1 1 1')],
    ['two gaps', V1('TCP6 1::1::1 ::1 1 1')],
    ['brackets', V1('TCP6 [::1] ::1 1 1')],
    ['a port too large', V1('TCP4 1.1.1.1 1.1.1.1 65536 1')],
    ['a port with a zero before', V1('TCP4 1.1.1.1 1.1.1.1 01 1')],
    ['a port with a sign', V1('TCP4 1.1.1.1 1.1.1.1 -1 1')],
    ['no port', V1('TCP4 1.1.1.1 1.1.1.1 a 1')],
    ['version 1 in the form of 2', v2([0x11, 0x11], IPV4_ENDS)],
    ['version 3', v2([0x31, 0x11], IPV4_ENDS)],
    ['another command', v2([0x22, 0x11], IPV4_ENDS)],
    ['UDP', v2([0x21, 0x12], IPV4_ENDS)],
    ['another family in version 2', v2([0x21, 0x41], IPV4_ENDS)],
    ['addresses that are cut', v2([0x21, 0x11], IPV4_ENDS.slice(1))],
    ['IPv6 addresses of IPv4', v2([0x21, 0x21], IPV4_ENDS)],
    ['a length too large', v2([0x21, 0x11], IPV4_ENDS, 4_081)],
    ['the largest length', v2([0x21, 0x11], IPV4_ENDS, 65_535)],
  ])('is not %s, however it is cut', (_, octets) => {
    expect(() => readProxyHeader(octets)).toThrow(ProxyHeaderError);
    let refusedAt: number | undefined;
    for (let cut = 0; cut <= octets.length; cut++) {
      let isRefused = false;
      try {
        expect(readProxyHeader(octets.subarray(0, cut))).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(ProxyHeaderError);
        isRefused = true;
      }
      if (isRefused) refusedAt ??= cut;
      // What is refused stays so.
      expect(isRefused).toBe(refusedAt !== undefined);
    }
  });

  test.each<[string, Uint8Array]>([
    ['neither version begins so at offset 4', latin1('PROXZ')],
    ['another version or command than 2 has at offset 12', latin1(`${SIGNATURE}\x22`)],
    ['a family or transport that no TCP connection has at offset 13', latin1(`${SIGNATURE}\x21\x12`)],
    ['more than 4096 octets', v2([0x21, 0x00], [], 4_081)],
    ['shorter than its addresses', v2([0x21, 0x11], [], 11)],
    ['a line of more than 107 octets', latin1(`PROXY UNKNOWN ${'a'.repeat(93)}`)],
    ['an LF without its CR at offset 13', latin1('PROXY UNKNOWN\n')],
    ['"TCP4"', V1('TCP4')],
    ['"1.1.1" is no IPv4 address', V1('TCP4 1.1.1 1.1.1.1 1 1')],
    ['"::1%lo" is no IPv6 address', V1('TCP6 ::1%lo ::1 1 1')],
    ['"65536" is no port', V1('TCP4 1.1.1.1 1.1.1.1 65536 1')],
  ])('is refused with the first octet that says so, and why: %s', (why, octets) => {
    expect(readProxyHeader(octets.subarray(0, -1))).toBeUndefined();
    expect(() => readProxyHeader(octets)).toThrow(`Not a header of the PROXY protocol: ${why}`);
  });
});
