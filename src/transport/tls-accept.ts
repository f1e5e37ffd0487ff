import type { Duplex } from 'node:stream';
import type tls from 'node:tls';
import { Observable } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { ConnectError, type HttpError } from '../message/errors.ts';
import { streamOf } from './duplex.ts';
import { TlsConnection } from './tls-connection.ts';
import { tlsFault } from './tls-fault.ts';

/**
 * The server's part of a handshake, on a connection that was accepted: emits the secured connection and completes, or errors.
 * Unsubscribing before that closes the connection.
 *
 * @param server - need not listen: it has the contexts, the tickets and the verification
 */
export function acceptSecurely(server: tls.Server, connection: Connection): Observable<Connection> {
  return new Observable((subscriber) => {
    let established = false;
    const stream = streamOf(connection);
    const { allowHalfOpen } = stream;
    // In the handshake a FIN is an end, as there is nothing to answer yet; TLS goes by what the stream says now.
    stream.allowHalfOpen = false;
    accept(server, stream, (event, ...[first, second]) => {
      if (event === 'secureConnection') {
        established = true;
        const socket = first as tls.TLSSocket;
        socket.allowHalfOpen = allowHalfOpen;
        subscriber.next(new TlsConnection(socket, connection));
        subscriber.complete();
      } else if (event === 'tlsClientError') {
        subscriber.error(handshakeFault(first as Error, second as tls.TLSSocket));
      }
    });
    stream.allowHalfOpen = allowHalfOpen;
    return () => {
      if (!established) connection.destroy();
    };
  });
}

type Listener = (event: string, ...values: readonly unknown[]) => void;

/**
 * Begins a handshake, and hears what a server says of this one. It says the same of all its connections without saying on
 * which of them it is: so what speaks is not the server but an heir of it, one for each.
 */
function accept(server: tls.Server, stream: Duplex, listener: Listener): void {
  const emit = (event: string, ...values: readonly unknown[]): boolean => {
    listener(event, ...values);
    return true;
  };
  const heir: unknown = Object.create(server, { emit: { value: emit } });
  for (const begin of server.listeners('connection')) Reflect.apply(begin, heir, [stream]);
}

/** A certificate of the client's that does not hold is no error to Node, but a socket that hangs up. */
function handshakeFault(cause: Error, socket: tls.TLSSocket): HttpError {
  const refusal = socket.authorizationError as Error | string | null;
  if (typeof refusal === 'string') {
    const verification = Object.assign(new Error(refusal, { cause }), { code: refusal });
    return tlsFault(verification) ?? new ConnectError(refusal, { cause });
  }
  return tlsFault(cause) ?? new ConnectError(cause.message, { cause });
}
