import { merge, Observable, type Unsubscribable } from 'rxjs';
import { ConnectionResetError } from '../message/errors.ts';
import type { Connection } from '../message/connection.ts';

/**
 * Joins two connections: what one says the other hears, as fast as it takes it, and the end of one side is an end to the
 * other. What makes a tunnel of an accepted CONNECT, or hands an upgrade on to its origin (RFC 9110 §9.3.6, §7.8).
 *
 * ```
 * ------|   completes when both have ended and are closed
 * ---#      ConnectionResetError: one is broken, and so is the other
 * ---!      unsubscribed: both are destroyed
 * ```
 *
 * @example
 * ```ts
 * server.serve(({ upgrade, uri }) => {
 *   if (upgrade === undefined) return of(responseStart(405), responseDone());
 *   const [host, port] = uri.split(':');
 *   return tcpTransport().connect({ host, port: Number(port) }).pipe(
 *     mergeMap((phase) => (phase.type === 'connection' ? of(phase.connection) : EMPTY)),
 *     mergeMap((there) => upgrade.accept().pipe(mergeMap((here) => splice(here, there)))),
 *   );
 * });
 * ```
 */
export function splice(a: Connection, b: Connection): Observable<never> {
  return new Observable((subscriber) => {
    const carry = (from: Connection, to: Connection): void => {
      let hold: Unsubscribable | undefined;
      let isEnded = false;
      // Who is closed takes nothing more, and the rest is read to its end: another FIN could not be seen else.
      subscriber.add(
        merge(to.drained, to.closed).subscribe(() => {
          hold?.unsubscribe();
          hold = undefined;
        }),
      );
      subscriber.add(
        from.closed.subscribe(() => {
          if (!isEnded) subscriber.error(new ConnectionResetError('closed before its end'));
        }),
      );
      subscriber.add(
        from.read.subscribe({
          next: (octets) => {
            if (!to.write(octets)) hold ??= from.hold();
          },
          complete: () => {
            isEnded = true;
            to.end();
          },
          error: (error: unknown) => subscriber.error(error),
        }),
      );
    };
    subscriber.add(() => {
      a.destroy(true);
      b.destroy(true);
    });
    subscriber.add(merge(a.closed, b.closed).subscribe({ complete: () => subscriber.complete() }));
    carry(a, b);
    carry(b, a);
  });
}
