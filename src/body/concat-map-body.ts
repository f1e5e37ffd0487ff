import { concatMap, defer, EMPTY, finalize, map, type ObservableInput, type OperatorFunction } from 'rxjs';
import { BufferFullError } from '../message/errors.ts';
import type { ExchangeNotification } from './gathering.ts';
import { maxBufferedOf, type SinkOptions } from './to-readable.ts';

/**
 * Does something with each piece of content, one after the other, and holds its source meanwhile: the way from an exchange
 * to whatever is slower. Emits what comes of it; the heads and the end it leaves out, and takes any status.
 *
 * ```
 * source:  --s-b---b---(d|)
 *          concatMapBody(() => timer(2))
 * result:  ------v---v-|
 * ```
 *
 * @param project - an Observable, a promise or an iterable for each piece; the next one waits for its end
 *
 * @example
 * ```ts
 * client.exchange(request).pipe(successful(), concatMapBody((chunk) => file.write(chunk))).subscribe();
 * ```
 */
export function concatMapBody<R>(
  project: (chunk: Uint8Array) => ObservableInput<R>,
  options: Pick<SinkOptions, 'maxBufferedBytes'> = {},
): OperatorFunction<ExchangeNotification, R> {
  const maxBuffered = maxBufferedOf(options);
  return (source) =>
    defer(() => {
      let waiting = 0;
      return source.pipe(
        // Held as it arrives, and not when its turn comes.
        map((notification) => {
          if (notification.type !== 'request_body' && notification.type !== 'response_body') return undefined;
          const { chunk, flow } = notification;
          waiting += chunk.length;
          if (waiting - chunk.length > maxBuffered)
            throw new BufferFullError(`${String(waiting)} octets for an Observable`);
          return { chunk, hold: flow?.hold() };
        }),
        concatMap((piece) =>
          piece === undefined
            ? EMPTY
            : defer(() => project(piece.chunk)).pipe(
                finalize(() => {
                  waiting -= piece.chunk.length;
                  piece.hold?.unsubscribe();
                }),
              ),
        ),
      );
    });
}
