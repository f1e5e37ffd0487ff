import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { HeadersTimeoutError } from '../message/errors.ts';
import type { ResponseNotification } from '../message/notifications.ts';

/**
 * Errors with a HeadersTimeoutError when the final head has not come within `timeout` ms of the subscription; 1xx responses do
 * not count, and what comes behind the head is no matter.
 *
 * ```
 * source:  --i-----s-b-(d|)
 *          headersTimeout(4)
 * result:  --i-#
 * ```
 *
 * A client's own `headersTimeout` counts from the last octet of the request that has left.
 *
 * @param expired - makes another error of it
 *
 * @example
 * ```ts
 * const prompt: Interceptor = (request, next) => next(request).pipe(headersTimeout(5_000));
 * ```
 */
export function headersTimeout(
  timeout: number,
  scheduler: SchedulerLike = asyncScheduler,
  expired: (timeout: number) => Error = (ms) => new HeadersTimeoutError(ms),
): MonoTypeOperatorFunction<ResponseNotification> {
  return (source) =>
    new Observable((subscriber) => {
      const timer = scheduler.schedule(() => subscriber.error(expired(timeout)), timeout);
      subscriber.add(timer);
      return source.subscribe({
        next: (notification) => {
          if (notification.type === 'response_start') timer.unsubscribe();
          subscriber.next(notification);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
