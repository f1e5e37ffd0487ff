import { asyncScheduler, filter, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { HeadersTimeoutError } from '../message/errors.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import type { Activity } from './activity.ts';
import { LazyTimer } from './lazy-timer.ts';

/** From when on a head is waited for. */
export interface HeadersTimeoutOptions {
  /** Its writes put the timeout off: a server may read the whole request before it answers. */
  readonly activity?: Observable<Activity> | undefined;
  /** @defaultValue asyncScheduler */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Errors with a HeadersTimeoutError when the final head has not come within `timeout` ms of the last octet of the request;
 * 1xx responses do not count, and what comes behind the head is no matter.
 *
 * ```
 * source:  --i-----s-b-(d|)
 *          headersTimeout(4)
 * result:  --i-#
 * ```
 *
 * @example
 * ```ts
 * const prompt: Interceptor = (request, next) => next(request).pipe(headersTimeout(5_000));
 * ```
 */
export function headersTimeout(
  timeout: number,
  { activity, scheduler = asyncScheduler }: HeadersTimeoutOptions = {},
): MonoTypeOperatorFunction<ResponseNotification> {
  return (source) =>
    new Observable((subscriber) => {
      const timer = new LazyTimer(timeout, scheduler, () =>
        subscriber.error(new HeadersTimeoutError(timeout)),
      );
      subscriber.add(() => timer.stop());
      timer.start();
      let isWaiting = true;
      if (activity !== undefined) {
        const writes = activity.pipe(filter((kind) => kind === 'write' && isWaiting));
        subscriber.add(writes.subscribe(() => timer.start()));
      }
      return source.subscribe({
        next: (notification) => {
          if (notification.type === 'response_start') {
            isWaiting = false;
            timer.stop();
          }
          subscriber.next(notification);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
