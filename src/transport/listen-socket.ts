import net from 'node:net';
import { Observable, Subject } from 'rxjs';
import { ListenError } from '../message/errors.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ListenAddress, ListenNotification } from './transport.ts';

/**
 * Listens while subscribed to.
 *
 * @param addressOf - the address to tell of, once the server listens
 */
export function listenSocket(
  options: net.ListenOptions,
  addressOf: (server: net.Server) => ListenAddress,
): Observable<ListenNotification> {
  return new Observable((observer) => {
    // Half-open, because a FIN says that the peer has sent its last request, and not that it does not want the answer.
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const read = new Subject<Uint8Array>();
      socket.on('data', (octets) => read.next(octets));
      observer.next({ type: 'connection', connection: new SocketConnection(socket, read) });
    });
    server.on('error', (cause) => observer.error(new ListenError(cause.message, { cause })));
    server.listen(options, () => observer.next({ type: 'listening', address: addressOf(server) }));
    return () => void server.close();
  });
}
