import net from 'node:net';
import { defer } from 'rxjs';
import { TlsError } from '../message/errors.ts';
import { boolean, checkSettings, func, given, within, type Check } from '../message/settings.ts';
import { allowedOf, checkedLookup, type AddressCheck } from './check-address.ts';
import { connectSocket } from './connect-socket.ts';
import { listenSocket } from './listen-socket.ts';
import type { ListenAddress, Transport } from './transport.ts';

/** The options of a {@link tcpTransport}. */
export interface TcpOptions {
  /**
   * Says of each IP address that is about to be connected to, be it in the URI or one of those that a name has, whether it
   * may be. One that may not is not sent a single packet; when none is left, it is an AccessError. See {@link publicOnly}.
   *
   * @defaultValue all may
   */
  readonly checkAddress?: AddressCheck | undefined;
  /**
   * What resolves names.
   *
   * @defaultValue `dns.lookup`, by which the system does
   */
  readonly lookup?: net.LookupFunction | undefined;
  /** The IP address of this machine to connect from. */
  readonly localAddress?: string | undefined;
  /**
   * ms that one of several addresses has to answer before the next is tried, in turns of IPv6 and IPv4 (RFC 8305); 10 at
   * least.
   *
   * @defaultValue 250, as in Node
   */
  readonly autoSelectFamilyAttemptTimeout?: number | undefined;
  /**
   * How many connections the system keeps until they are accepted.
   *
   * @defaultValue 511, as in Node; the system may have a lower bound
   */
  readonly backlog?: number | undefined;
  /**
   * Whether several processes may listen on the same port, and the system spreads connections among them. From Node 22.12 on.
   *
   * @defaultValue false
   */
  readonly reusePort?: boolean | undefined;
  /**
   * Whether listening on `::` is for IPv6 only.
   *
   * @defaultValue false
   */
  readonly ipv6Only?: boolean | undefined;
}

/** What the system takes: of more, it makes another number. */
const LARGEST = 2_147_483_647;

const ipAddress: Check = (value) =>
  typeof value === 'string' && net.isIP(value) !== 0 ? undefined : 'an IP address';

const CHECKS: Record<keyof TcpOptions, Check> = {
  checkAddress: func,
  lookup: func,
  localAddress: ipAddress,
  autoSelectFamilyAttemptTimeout: within(10, LARGEST),
  backlog: within(1, LARGEST),
  reusePort: boolean,
  ipv6Only: boolean,
};

/**
 * TCP, by `node:net`. It speaks in the clear, and refuses what asks for `https`.
 *
 * ```
 * --r---(ck|)       resolved, connected, connection
 * --r--r---(ck|)    the first address of the name has not answered in time
 * ```
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: tlsTransport({}, tcpTransport({ checkAddress: publicOnly })) });
 * ```
 *
 * @throws TypeError or RangeError that names an option with a wrong value
 */
export function tcpTransport(options: TcpOptions = {}): Transport {
  checkSettings(given(options, 'tcpTransport'), CHECKS, 'tcpTransport');
  const {
    checkAddress = () => true,
    localAddress,
    autoSelectFamilyAttemptTimeout,
    backlog,
    reusePort,
    ipv6Only,
  } = options;
  // Node would listen without it, and the second process would not.
  if (reusePort === true && !canReusePort()) throw new TypeError('reusePort needs Node 22.12 or newer');

  const connecting = {
    noDelay: true,
    lookup: checkedLookup(options.lookup, checkAddress),
    ...(localAddress !== undefined && { localAddress, family: net.isIP(localAddress) }),
    ...(autoSelectFamilyAttemptTimeout !== undefined && { autoSelectFamilyAttemptTimeout }),
  };
  const listening = { backlog, reusePort, ipv6Only };

  return {
    connect: ({ scheme, host, port }) =>
      defer(() => {
        if (scheme === 'https') throw new TlsError('TCP alone does not secure');
        const family = net.isIP(host);
        // An IP address is not looked up.
        if (family !== 0) allowedOf(host, [{ address: host, family }], checkAddress);
        return connectSocket({ ...connecting, host, port });
      }),
    listen: ({ host, port }) => listenSocket({ ...listening, host, port }, addressOf),
  };
}

function addressOf(server: net.Server): ListenAddress {
  const { address: host, port } = server.address() as net.AddressInfo;
  return { host, port };
}

function canReusePort(): boolean {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
