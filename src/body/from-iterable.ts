import type { Observable } from 'rxjs';
import type { RequestBody, RequestDone } from '../message/notifications.ts';
import { pulled } from './pulled.ts';

/** Content in pieces; strings are UTF-8. */
export type Pieces = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/**
 * A body of the pieces of an iterable, which is asked for the next one when the one before has been taken. Unsubscribed
 * before its end, the iterator is told so (`return`).
 *
 * Cold as far as the iterable is: an array, or a function that makes an iterable, gives the same again for a retry; a
 * generator gives nothing, and the client then fails with a BodyNotRepeatableError.
 *
 * @example
 * ```ts
 * const body = fromIterable(async function* () {
 *   for await (const row of query()) yield `${row.id},${row.name}\n`;
 * });
 * ```
 */
export function fromIterable(pieces: Pieces | (() => Pieces)): Observable<RequestBody | RequestDone> {
  return pulled(() => {
    const iterable = typeof pieces === 'function' ? pieces() : pieces;
    const iterator =
      Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
    return { next: () => iterator.next(), leave: () => iterator.return?.() };
  });
}
