import net from 'node:net';
import tls from 'node:tls';
import { concatMap, Observable, of } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { ConnectError } from '../message/errors.ts';
import { streamOf } from './duplex.ts';
import { tcpTransport } from './tcp.ts';
import { TlsConnection } from './tls-connection.ts';
import { tlsFault } from './tls-fault.ts';
import { checkTlsOptions, secureContext, type TlsOptions } from './tls-options.ts';
import { TlsSessions } from './tls-sessions.ts';
import type { ConnectNotification, ConnectTarget, Transport } from './transport.ts';

/** The only protocol that is offered to ALPN (RFC 7301 §6). */
const HTTP_1_1 = 'http/1.1';

/** As many as the agent of node:https. */
const MOST_SESSIONS = 100;

/**
 * TLS, by `node:tls`, on the connections of another transport. What is to be `https` is secured; all else it leaves to
 * the other as it is, so that one transport, and one pool of idle connections, serves both.
 *
 * ```
 * tcp:     --r---(ck|)
 *          tlsTransport
 * https:   --r---c-----(sk|)   secured, connection
 * http:    --r---(ck|)
 * ```
 *
 * The peer's certificate is verified as ever on the web: it must hold, and be for the host. What does not is a
 * {@link TlsError}, of a class of its own for each thing that can be wrong.
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: tlsTransport({ ca: readFileSync('our-authority.pem') }) });
 * ```
 *
 * @throws TypeError or RangeError that names an option with a wrong value
 */
export function tlsTransport(options: TlsOptions = {}, over: Transport = tcpTransport()): Transport {
  checkTlsOptions(options);
  const { servername, checkServerIdentity, rejectUnauthorized, maxSessions = MOST_SESSIONS } = options;
  const context = secureContext(options);
  const sessions = new TlsSessions(maxSessions);

  const secure = (connection: Connection, { host, port }: ConnectTarget): Observable<ConnectNotification> =>
    new Observable((subscriber) => {
      const peer = `${host}:${String(port)}`;
      const socket = tls.connect({
        socket: streamOf(connection),
        secureContext: context,
        host,
        servername: servername ?? nameOf(host),
        session: sessions.take(peer),
        ALPNProtocols: [HTTP_1_1],
        rejectUnauthorized: rejectUnauthorized ?? true,
        ...(checkServerIdentity && { checkServerIdentity }),
      });
      let established = false;
      // TLS 1.3 sends its tickets when the handshake is over, and may send more at any time.
      socket.on('session', (ticket) => sessions.keep(peer, ticket, socket.getProtocol() === 'TLSv1.3'));
      const fail = (cause: Error): void => {
        // Whatever it was, the next attempt must not stumble over the same session.
        sessions.forget(peer);
        subscriber.error(tlsFault(cause) ?? new ConnectError(cause.message, { cause }));
      };
      socket.on('error', fail);
      socket.once('secureConnect', () => {
        socket.off('error', fail);
        const secured = new TlsConnection(socket, connection);
        const { alpn, isResumed } = secured.tls;
        subscriber.next({ type: 'secured', protocol: alpn, isResumed });
        if (subscriber.closed) return;
        established = true;
        subscriber.next({ type: 'connection', connection: secured });
        subscriber.complete();
      });
      return () => {
        if (established) return;
        socket.destroy();
        connection.destroy();
      };
    });

  return {
    connect: (target) => {
      if (target.scheme !== 'https') return over.connect(target);
      const { host, port } = target;
      const secured = concatMap((phase: ConnectNotification) =>
        phase.type === 'connection' ? secure(phase.connection, target) : of(phase),
      );
      return over.connect({ host, port }).pipe(secured);
    },
    listen: (address) => over.listen(address),
  };
}

/** What a server is told of whom it is asked for (RFC 6066 §3): a name without the dot of the root, and never an IP address. */
function nameOf(host: string): string {
  return net.isIP(host) === 0 ? host.replace(/\.$/, '') : '';
}
