import type { Observable, Unsubscribable } from 'rxjs';

/**
 * Whoever is slower than the wire holds it; it flows again when every hold is released.
 *
 * Holds are counted and a release is idempotent. After `hold()` returns nothing more is delivered, `done` included,
 * until the last release. A Flow belongs to one exchange and dies with it: a hold that was forgotten can never stop the
 * next exchange.
 *
 * @example
 * ```ts
 * client.exchange(request).subscribe((notification) => {
 *   if (notification.type === 'response_body' && !sink.write(notification.chunk)) {
 *     const hold = notification.flow?.hold();
 *     sink.once('drain', () => hold?.unsubscribe());
 *   }
 * });
 * ```
 */
export interface Flow {
  hold(): Unsubscribable;
  /** Emits true with the first hold and false with the last release, for those who measure how long the source is silent. */
  readonly held?: Observable<boolean> | undefined;
}
