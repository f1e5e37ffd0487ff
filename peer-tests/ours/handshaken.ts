import { map, mergeMap, of, type OperatorFunction } from 'rxjs';
import type { AcceptedConnection, ListenNotification } from '../../src/index.ts';

/** Makes each handshake that a transport asks for, as a server does. */
export function handshaken(): OperatorFunction<
  ListenNotification,
  Exclude<ListenNotification, AcceptedConnection>
> {
  return mergeMap((notification) =>
    notification.type === 'accepted'
      ? notification.handshake.pipe(map((connection) => ({ type: 'connection' as const, connection })))
      : of(notification),
  );
}
