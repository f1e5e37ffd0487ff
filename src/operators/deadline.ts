import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { DeadlineError } from '../message/errors.ts';

/**
 * Errors with a DeadlineError when the source has not completed within `timeout` ms of its subscription, whatever it has
 * emitted by then: put behind a retry, it bounds all attempts together.
 *
 * ```
 * source:  --s-b-b-b-b-b-(d|)
 *          deadline(7)
 * result:  --s-b-b#
 * ```
 *
 * @example
 * ```ts
 * const bounded: Interceptor = (request, next) => next(request).pipe(deadline(10_000));
 * ```
 */
export function deadline<T>(
  timeout: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(scheduler.schedule(() => subscriber.error(new DeadlineError(timeout)), timeout));
      source.subscribe(subscriber);
    });
}
