import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import { BodyIncompleteError, StatusError } from '../message/errors.ts';
import { isSuccessful } from '../message/http-response.ts';
import { httpResponse } from './collect.ts';
import { Gathering, maxBytesOf, type ExchangeNotification, type GatherOptions } from './gathering.ts';

/**
 * Lets a response through if its status is 2xx; errors with a StatusError, which has the response as a whole, if it is
 * another. A response is no error for an exchange; it is one for whoever takes its content for what was asked for.
 *
 * ```
 * source:  --s-b-b-(d|)
 *          successful(), and s is a 404
 * result:  --------#
 * ```
 *
 * @throws RangeError, TypeError at once for a bound that is none
 *
 * @example
 * ```ts
 * client.exchange(request).pipe(
 *   successful(),
 *   catchError((error) => (error instanceof StatusError && error.response.status === 404 ? EMPTY : throwError(() => error))),
 * );
 * ```
 */
export function successful<Notification extends ExchangeNotification>(
  options: GatherOptions = {},
): MonoTypeOperatorFunction<Notification> {
  const maxBytes = maxBytesOf(options);
  return (source) =>
    new Observable((subscriber) => {
      let refused: Gathering | undefined;
      return source.subscribe({
        next: (notification) => {
          if (notification.type === 'response_start' && !isSuccessful(notification.status)) {
            refused = new Gathering(maxBytes);
          }
          if (refused === undefined) {
            subscriber.next(notification);
            return;
          }
          try {
            const gathered = refused.take(notification);
            if (gathered === undefined) return;
            const response = httpResponse(gathered);
            subscriber.error(new StatusError(`${String(response.status)} ${response.phrase}`, response));
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (refused === undefined) subscriber.complete();
          else subscriber.error(new BodyIncompleteError());
        },
      });
    });
}
