import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { ConnectTimeoutError } from '../message/errors.ts';

/**
 * Errors with a ConnectTimeoutError when the source, the phases of a connection, has not completed within `timeout` ms of
 * its subscription. The error says which phase was reached.
 *
 * ```
 * source:  --r----(k|)
 *          connectTimeout(5)
 * result:  --r--#
 * ```
 *
 * @example
 * ```ts
 * const phases = tcpTransport().connect({ host: 'localhost', port: 8080 }).pipe(connectTimeout(3_000));
 * ```
 */
export function connectTimeout<T extends { readonly type: string }>(
  timeout: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      let reached = 'not resolved';
      subscriber.add(
        scheduler.schedule(
          () => subscriber.error(new ConnectTimeoutError(timeout, `${reached} by then`)),
          timeout,
        ),
      );
      return source.subscribe({
        next: (phase) => {
          reached = phase.type;
          subscriber.next(phase);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
