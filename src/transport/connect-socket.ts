import net from 'node:net';
import { Observable, Subject } from 'rxjs';
import { ConnectError, HttpError } from '../message/errors.ts';
import { hearOut } from './hear-out.ts';
import { ReadBuffer } from './read-buffer.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ConnectNotification } from './transport.ts';

/** Connects a socket when subscribed to; unsubscribing before it is connected closes it. */
export function connectSocket(options: net.NetConnectOpts): Observable<ConnectNotification> {
  return new Observable((observer) => {
    let established = false;
    const read = new Subject<Uint8Array>();
    const socket = openSocket(options, read);
    const fail = (error: Error): void => observer.error(connectFault(error));
    // Of several addresses that a name has, each is tried in turn until one answers.
    const tell = (address: string): void => observer.next({ type: 'resolved', address });
    socket.on('error', fail);
    socket.on('connectionAttempt', tell);
    socket.once('connect', () => {
      // One that stayed would keep what was needed to connect for as long as the connection is open.
      socket.off('error', fail);
      socket.off('connectionAttempt', tell);
      const connection = new SocketConnection(socket, read);
      observer.next({ type: 'connected' });
      if (observer.closed) return;
      established = true;
      observer.next({ type: 'connection', connection });
      observer.complete();
    });
    return () => {
      if (!established) socket.destroy();
    };
  });
}

/** By itself, as what is in one scope with what a socket calls when it reads is kept as long as the socket. */
function openSocket(options: net.NetConnectOpts, read: Subject<Uint8Array>): net.Socket {
  const buffer = new ReadBuffer();
  const socket = net.connect({
    ...options,
    // Half-open, because the end of one direction is not that of the other: who is behind it says when ours is over.
    allowHalfOpen: true,
    onread: {
      buffer: buffer.next,
      callback: (length) => {
        read.next(buffer.take(length));
        return true;
      },
    },
  });
  hearOut(socket);
  return socket;
}

function connectFault(cause: Error): HttpError {
  if (cause instanceof HttpError) return cause;
  // When none of several addresses has answered, each has its own error, and all of them together say nothing.
  const { errors = [cause] } = cause as Partial<AggregateError>;
  return new ConnectError(errors.map(({ message }: Error) => message).join(', '), { cause });
}
