import tls from 'node:tls';
import {
  catchError,
  concatMap,
  EMPTY,
  identity,
  Observable,
  of,
  throwError,
  timeout,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { ListenError, TlsError, type HttpError } from '../message/errors.ts';
import { checkSettings, transport } from '../message/settings.ts';
import { tcpTransport } from './tcp.ts';
import { acceptSecurely } from './tls-accept.ts';
import { connectSecurely } from './tls-connect.ts';
import {
  canListen,
  checkContextOptions,
  checkTlsOptions,
  clientOptionsOf,
  contextOf,
  secureContext,
  serverOptionsOf,
  type TlsContextOptions,
  type TlsOptions,
} from './tls-options.ts';
import { TlsSessions } from './tls-sessions.ts';
import type {
  ConnectNotification,
  ConnectTarget,
  ListenAddress,
  ListenNotification,
  Transport,
} from './transport.ts';
import { withHandshake } from './with-handshake.ts';

/** The only protocol that is agreed to (RFC 7301 §6). */
const ALPNProtocols = ['http/1.1'];

/** As many as the agent of node:https keeps. */
const MOST_SESSIONS = 100;

/** ms; as long as an HttpServer waits for the head of a request. */
const HANDSHAKE_TIMEOUT = 30_000;

/** A transport whose certificate can be replaced. */
export interface TlsTransport extends Transport {
  /**
   * Puts other options in place of those that were given, for every handshake that begins from now on: connections that are
   * open stay as they are, and what listens goes on listening.
   *
   * ```ts
   * process.on('SIGHUP', () => transport.renew({ cert: readFileSync('cert.pem'), key: readFileSync('key.pem') }));
   * ```
   *
   * @throws TypeError that names an option with a wrong value; all stays as it was then
   */
  renew(options: TlsContextOptions): void;
}

/**
 * TLS, by `node:tls`, on the connections of another transport. What is to be `https` is secured; all else it leaves to
 * the other as it is, so that one transport, and one pool of idle connections, serves both. All that is accepted is secured.
 *
 * ```
 * tcp:     --r---(ck|)
 *          tlsTransport
 * https:   --r---c-----(sk|)   secured, connection
 * http:    --r---(ck|)
 * ```
 *
 * A server's certificate is verified as ever on the web: it must hold, and be for the host. What does not is a
 * {@link TlsError}, of a class of its own for each thing that can be wrong. That a peer ends the connection without saying so
 * by TLS (RFC 8446 §6.1) cannot be told from an end by Node: who must not take a cut for an end needs a length or chunks.
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: tlsTransport({ ca: readFileSync('our-authority.pem') }) });
 * const server = new HttpServer({
 *   transport: tlsTransport({ cert: readFileSync('cert.pem'), key: readFileSync('key.pem') }),
 *   port: 443,
 * });
 * ```
 *
 * @throws TypeError or RangeError that names an option with a wrong value
 */
export function tlsTransport(options: TlsOptions = {}, over: Transport = tcpTransport()): TlsTransport {
  checkTlsOptions(options);
  checkSettings({ over }, { over: transport }, 'tlsTransport');
  const { maxSessions = MOST_SESSIONS, handshakeTimeout = HANDSHAKE_TIMEOUT } = options;
  const servers = new Set<tls.Server>();
  let material = contextOf(options);
  let context = secureContext(material);
  let sessions = new TlsSessions(maxSessions);

  const connect = ({ host, port }: ConnectTarget): Observable<ConnectNotification> => {
    const clientOptions = { ...clientOptionsOf(options), ALPNProtocols };
    return over.connect({ host, port }).pipe(
      concatMap((phase) =>
        phase.type === 'connection'
          ? connectSecurely(phase.connection, { host, port }, sessions, {
              ...clientOptions,
              secureContext: context,
            })
          : of(phase),
      ),
    );
  };

  const accept = (server: tls.Server, connection: Connection): Observable<Connection> =>
    acceptSecurely(server, connection).pipe(
      inTime(handshakeTimeout),
      catchError((error: unknown) => {
        report(options.onHandshakeError, error as HttpError, connection.info);
        return EMPTY;
      }),
    );

  const listen = (address: ListenAddress): Observable<ListenNotification> =>
    new Observable((subscriber) => {
      if (!canListen({ ...options, ...material })) {
        subscriber.error(
          new ListenError('there is no certificate to show: cert and key, pfx, or SNICallback'),
        );
        return;
      }
      const server = tls.createServer({ ...serverOptionsOf(options), ...material, ALPNProtocols });
      servers.add(server);
      subscriber.add(() => servers.delete(server));
      const secured = withHandshake((connection) => accept(server, connection));
      subscriber.add(over.listen(address).pipe(secured).subscribe(subscriber));
    });

  return {
    connect: (target) => (target.scheme === 'https' ? connect(target) : over.connect(target)),
    listen,
    renew: (renewal) => {
      checkContextOptions(renewal);
      const renewed = { ...material, ...contextOf(renewal) };
      context = secureContext(renewed);
      material = renewed;
      // They are of who we were.
      sessions = new TlsSessions(maxSessions);
      for (const server of servers) server.setSecureContext(material);
    },
  };
}

/** A handshake that takes too long ends with a TlsError: one that never ends would hold its connection for ever. */
function inTime<T>(ms: number | null): MonoTypeOperatorFunction<T> {
  if (ms === null) return identity;
  return timeout({
    first: ms,
    with: () => throwError(() => new TlsError(`no handshake within ${String(ms)} ms`)),
  });
}

/** What a listener of the caller's throws is not the server's end. */
function report(listener: TlsOptions['onHandshakeError'], error: HttpError, info: ConnectionInfo): void {
  try {
    listener?.(error, info);
  } catch (another) {
    console.error(another);
  }
}
