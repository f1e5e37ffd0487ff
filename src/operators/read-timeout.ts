import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { ReadTimeoutError } from '../message/errors.ts';
import type { Flow } from '../message/flow.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { LazyTimer } from './lazy-timer.ts';

/**
 * Errors with a ReadTimeoutError when the source is silent for longer than `timeout` ms, from the subscription on and
 * between notifications.
 *
 * ```
 * source:  --s-b-----b-(d|)
 *          readTimeout(4)
 * result:  --s-b---#
 * ```
 *
 * A consumer that holds the response is not a silent server: the time stands still while the `flow` of its notifications
 * is held, and begins anew with the release. RxJS's `timeout({ each })` does not know that, and sets a timer for each
 * notification, which costs ten times as much.
 *
 * A client's own `readTimeout` is more patient still: it counts from the last octet that moved in either direction, and not
 * from the last notification.
 *
 * @example
 * ```ts
 * const patient: Interceptor = (request, next) => next(request).pipe(readTimeout(30_000));
 * ```
 */
export function readTimeout(
  timeout: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<ResponseNotification> {
  return (source) =>
    new Observable((subscriber) => {
      const timer = new LazyTimer(timeout, scheduler, () => subscriber.error(new ReadTimeoutError(timeout)));
      let flow: Flow | undefined;
      subscriber.add(() => timer.stop());
      const standStill = (held: Observable<boolean> | undefined): void => {
        subscriber.add(held?.subscribe((isHeld) => (isHeld ? timer.pause() : timer.start())));
      };
      timer.start();
      return source.subscribe({
        next: (notification) => {
          timer.start();
          if (notification.type === 'response_body' && notification.flow !== flow) {
            flow = notification.flow;
            standStill(flow?.held);
          }
          subscriber.next(notification);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
