import { ProxyHeaderError } from '../message/errors.ts';
import { CR, LF, parseDigits } from '../wire/grammar.ts';

/** One end of the connection that a proxy has accepted; that of a Unix socket has neither address nor port. */
export interface ProxiedEnd {
  readonly address?: string;
  readonly port?: number;
}

/** What a proxy says of the connection for which it has made this one (the PROXY protocol, §2). */
export interface ProxyHeader {
  /** Octets of the header: what stands behind them is the client's. */
  readonly length: number;
  /** The client and what it has connected to; undefined where the proxy speaks for itself, or does not know. */
  readonly ends: { readonly source: ProxiedEnd; readonly destination: ProxiedEnd } | undefined;
}

/** The first line of version 1, its line end included, is no longer (§2.1). */
const MOST_V1 = 107;
/** Version 2 may have 65,535 octets of additions; nginx has the same bound. */
const MOST_V2 = 4_096;

const V1 = latin1('PROXY ');
const V2 = latin1('\r\n\r\n\0\r\nQUIT\n');

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/**
 * Reads the header with which a connection begins, once enough of it is there.
 *
 * @param octets - all that has arrived so far
 * @returns undefined while it is a header that is not there to its end
 * @throws ProxyHeaderError for what is none, with the first octet that says so
 */
export function readProxyHeader(octets: Uint8Array): ProxyHeader | undefined {
  return octets[0] === V1[0] ? readV1(octets) : readV2(octets);
}

/** Compares as much of a signature as is there. */
function compare(octets: Uint8Array, signature: Uint8Array): void {
  const known = Math.min(octets.length, signature.length);
  for (let at = 0; at < known; at++) {
    if (octets[at] !== signature[at]) throw new ProxyHeaderError('neither version begins so', { offset: at });
  }
}

function readV1(octets: Uint8Array): ProxyHeader | undefined {
  compare(octets, V1);
  const lineFeed = octets.subarray(0, MOST_V1).indexOf(LF);
  if (lineFeed < 0) {
    if (octets.length < MOST_V1) return undefined;
    throw new ProxyHeaderError(`a line of more than ${String(MOST_V1)} octets`);
  }
  if (octets[lineFeed - 1] !== CR) throw new ProxyHeaderError('an LF without its CR', { offset: lineFeed });
  const length = lineFeed + 1;
  const line = String.fromCharCode(...octets.subarray(V1.length, lineFeed - 1));
  // §2.1: what stands behind it is to be ignored.
  if (line === 'UNKNOWN' || line.startsWith('UNKNOWN ')) return { length, ends: undefined };
  const [family, ...parts] = line.split(' ');
  const addressOf = FAMILIES.get(family);
  if (addressOf === undefined || parts.length !== 4) throw new ProxyHeaderError(JSON.stringify(line));
  const [from, to, fromPort, toPort] = parts;
  return {
    length,
    ends: {
      source: { address: addressOf(from), port: portOf(fromPort) },
      destination: { address: addressOf(to), port: portOf(toPort) },
    },
  };
}

/** Each part in its shortest form: `010` is 8 to some. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function ipv4(text: string): string {
  if (!IPV4.test(text)) throw new ProxyHeaderError(`${JSON.stringify(text)} is no IPv4 address`);
  return text;
}

/** Without the other two ways to write one, a zone and IPv4 at its end; in its one canonical form (RFC 5952). */
function ipv6(text: string): string {
  if (!/^[0-9A-Fa-f:]+$/.test(text) || !URL.canParse(`http://[${text}]`)) {
    throw new ProxyHeaderError(`${JSON.stringify(text)} is no IPv6 address`);
  }
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

const FAMILIES: ReadonlyMap<string, (text: string) => string> = new Map([
  ['TCP4', ipv4],
  ['TCP6', ipv6],
]);

function portOf(text: string): number {
  const port = parseDigits(text);
  if (port < 0 || port > 65_535 || String(port) !== text) {
    throw new ProxyHeaderError(`${JSON.stringify(text)} is no port`);
  }
  return port;
}

/** Octets of the addresses and ports by the family, of those that a stream may have (§2.2). */
const ADDRESSES: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
]);

function readV2(octets: Uint8Array): ProxyHeader | undefined {
  compare(octets, V2);
  const [version, family, high, low] = octets.subarray(V2.length);
  // Each as soon as it is there.
  if (octets.length > V2.length && version !== 0x20 && version !== 0x21) {
    throw new ProxyHeaderError('another version or command than 2 has', { offset: V2.length });
  }
  const isLocal = version === 0x20;
  const needed = ADDRESSES.get(family);
  if (octets.length > V2.length + 1 && !isLocal && needed === undefined) {
    throw new ProxyHeaderError('a family or transport that no TCP connection has', { offset: V2.length + 1 });
  }
  const start = V2.length + 4;
  if (octets.length < start) return undefined;
  const length = start + high * 256 + low;
  if (length > MOST_V2) throw new ProxyHeaderError(`more than ${String(MOST_V2)} octets`);
  if (!isLocal && length - start < (needed ?? 0)) {
    throw new ProxyHeaderError('shorter than its addresses');
  }
  if (octets.length < length) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset + start, length - start);
  if (isLocal || family === 0x00) return { length, ends: undefined };
  if (family === 0x31) return { length, ends: { source: {}, destination: {} } };
  const size = family === 0x11 ? 4 : 16;
  const end = (at: number, portAt: number): ProxiedEnd => ({
    address: size === 4 ? dotted(view, at) : ipv6(groups(view, at)),
    port: view.getUint16(portAt),
  });
  return {
    length,
    ends: { source: end(0, 2 * size), destination: end(size, 2 * size + 2) },
  };
}

function dotted(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((nth) => String(view.getUint8(at + nth))).join('.');
}

function groups(view: DataView, at: number): string {
  return [0, 2, 4, 6, 8, 10, 12, 14].map((nth) => view.getUint16(at + nth).toString(16)).join(':');
}
