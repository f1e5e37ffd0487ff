import { concatMap, map, type Observable, type OperatorFunction } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import type { ListenNotification } from './transport.ts';

/**
 * Asks for a handshake on each connection that is accepted, behind those that were asked for already. Who listens makes it, and
 * not this: a connection in its handshake counts like any other, and is not cut off when no more are accepted.
 *
 * ```
 * tcp:     -l---k-k---
 *          withHandshake
 * result:  -l---a-a---
 * ```
 */
export function withHandshake(
  handshake: (connection: Connection) => Observable<Connection>,
): OperatorFunction<ListenNotification, ListenNotification> {
  return map((notification) => {
    switch (notification.type) {
      case 'listening':
        return notification;
      case 'connection': {
        const beneath = notification.connection;
        return { type: 'accepted', beneath, handshake: handshake(beneath) };
      }
      case 'accepted':
        return { ...notification, handshake: notification.handshake.pipe(concatMap(handshake)) };
    }
  });
}
