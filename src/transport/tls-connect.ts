import net from 'node:net';
import tls from 'node:tls';
import { Observable } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { ConnectError } from '../message/errors.ts';
import { streamOf } from './duplex.ts';
import { TlsConnection } from './tls-connection.ts';
import { tlsFault } from './tls-fault.ts';
import type { TlsSessions } from './tls-sessions.ts';
import type { ConnectNotification, ConnectTarget } from './transport.ts';

/**
 * The client's part of a handshake, on a connection that is there: emits `secured` and the secured connection, and completes.
 * Unsubscribing before that closes the connection.
 */
export function connectSecurely(
  connection: Connection,
  { host, port }: ConnectTarget,
  sessions: TlsSessions,
  options: tls.ConnectionOptions,
): Observable<ConnectNotification> {
  return new Observable((subscriber) => {
    const peer = `${host}:${String(port)}`;
    const socket = tls.connect({
      host,
      servername: nameOf(host),
      ...options,
      socket: streamOf(connection),
      session: sessions.take(peer),
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
    socket.once('close', () => subscriber.error(new ConnectError('closed in the handshake')));
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
}

/** What a server is told of whom it is asked for (RFC 6066 §3): a name without the dot of the root, and never an IP address. */
function nameOf(host: string): string {
  return net.isIP(host) === 0 ? host.replace(/\.$/, '') : '';
}
