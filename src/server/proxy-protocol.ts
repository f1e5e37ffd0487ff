import { catchError, EMPTY, identity, Observable, Subject, takeUntil, throwError, timeout } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { ProxyHeaderError, type HttpError } from '../message/errors.ts';
import { checkSettings, func, given, msOrNever, transport, type Check } from '../message/settings.ts';
import { HandedOver } from '../transport/handed-over.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Transport } from '../transport/transport.ts';
import { withHandshake } from '../transport/with-handshake.ts';
import { readProxyHeader, type ProxyHeader } from './proxy-header.ts';
import { checkPeers, peersOf } from './peers.ts';

/** How connections of a proxy are accepted. */
export interface ProxyProtocolOptions {
  /**
   * The addresses and networks (`10.0.0.0/8`, `fd00::/8`) of the proxies; connections from elsewhere are refused. Whoever can
   * connect can say that he is somebody else.
   *
   * @defaultValue all: the network lets nobody else connect
   */
  readonly from?: readonly string[] | undefined;
  /**
   * ms for the header to come; null waits for ever.
   *
   * @defaultValue 5000; HAProxy and nginx wait as long as for the rest of the head
   */
  readonly headerTimeout?: number | null | undefined;
  /** Is told why a connection was refused, and from where it came. @defaultValue nobody is */
  readonly onHeaderError?: ((error: HttpError, connection: ConnectionInfo) => void) | undefined;
}

const HEADER_TIMEOUT = 5_000;

const CHECKS: Record<keyof ProxyProtocolOptions | 'over', Check> = {
  from: checkPeers,
  headerTimeout: msOrNever,
  onHeaderError: func,
  over: transport,
};

/**
 * The server's part of the PROXY protocol, versions 1 and 2, on the connections of another transport: each begins with a
 * header in which a proxy says for which client it is. What is in it becomes the `connection` of the requests; a connection
 * that does not begin so is closed, as whoever could leave the header out could as well say anything in it.
 *
 * ```
 * tcp:     -l---k---------
 *          proxyProtocol
 * result:  -l---a---------   accepted; its handshake reads the header
 * ```
 *
 * Never for a server that clients can connect to themselves. TLS goes over it: `tlsTransport(options, proxyProtocol())`.
 *
 * @throws TypeError or RangeError that names an option with a wrong value
 *
 * @example
 * ```ts
 * const server = new HttpServer({ port: 8080, transport: proxyProtocol({ from: ['10.0.0.0/8'] }) });
 * server.serve(({ connection }) => respond(200, textBody(`you are ${connection.remoteAddress}\n`)));
 * ```
 */
export function proxyProtocol(
  options: ProxyProtocolOptions = {},
  over: Transport = tcpTransport(),
): Transport {
  const told = given(options, 'proxyProtocol');
  checkSettings({ ...told, over }, CHECKS, 'proxyProtocol');
  const { from, headerTimeout = HEADER_TIMEOUT, onHeaderError = () => undefined } = told;
  const isProxy = from === undefined ? () => true : peersOf(from);

  const accept = (connection: Connection): Observable<Connection> =>
    accepted(connection, isProxy).pipe(
      inTime(headerTimeout),
      catchError((error: unknown) => {
        report(onHeaderError, error as HttpError, connection.info);
        return EMPTY;
      }),
    );

  return {
    connect: (target) => over.connect(target),
    listen: (address) => over.listen(address).pipe(withHandshake(accept)),
  };
}

/** Emits the connection when its header has been read. Unsubscribed before that, or with an error, it is closed. */
function accepted(
  connection: Connection,
  isProxy: (address: string | undefined) => boolean,
): Observable<Connection> {
  return new Observable((subscriber) => {
    const over = new Subject<void>();
    let isAccepted = false;
    let octets = new Uint8Array();
    subscriber.add(() => {
      over.next();
      if (!isAccepted) connection.destroy();
    });
    const { remoteAddress } = connection.info;
    if (!isProxy(remoteAddress)) {
      subscriber.error(new ProxyHeaderError(`${remoteAddress ?? 'an unknown address'} is no proxy's`));
      return;
    }
    connection.read.pipe(takeUntil(over)).subscribe({
      next: (more) => {
        const [before, behind] = [octets, octets.length];
        octets = new Uint8Array(behind + more.length);
        octets.set(before);
        octets.set(more, behind);
        let header;
        try {
          header = readProxyHeader(octets);
        } catch (error) {
          subscriber.error(error);
          return;
        }
        if (header === undefined) return;
        isAccepted = true;
        const proxied = new HandedOver(
          connection,
          octets.subarray(header.length),
          infoOf(header, connection),
        );
        over.next();
        subscriber.next(proxied);
        subscriber.complete();
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        if (!isAccepted) subscriber.error(new ProxyHeaderError('the connection ended before it'));
      },
    });
  });
}

function infoOf({ ends }: ProxyHeader, { info }: Connection): ConnectionInfo {
  if (ends === undefined) return info;
  const { source, destination } = ends;
  return {
    ...info,
    remoteAddress: source.address,
    remotePort: source.port,
    localAddress: destination.address,
    localPort: destination.port,
  };
}

/** Nothing is in the header that takes time. */
function inTime<T>(ms: number | null): MonoTypeOperatorFunction<T> {
  if (ms === null) return identity;
  const late = (): Observable<never> =>
    throwError(() => new ProxyHeaderError(`none within ${String(ms)} ms`));
  return timeout({ first: ms, with: late });
}

/** What a listener of the caller's throws is not the server's end. */
function report(
  listener: NonNullable<ProxyProtocolOptions['onHeaderError']>,
  error: HttpError,
  info: ConnectionInfo,
): void {
  try {
    listener(error, info);
  } catch (another) {
    console.error(another);
  }
}
