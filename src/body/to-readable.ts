import { Readable } from 'node:stream';
import { Subject, takeUntil, type Observable, type Unsubscribable } from 'rxjs';
import { BodyIncompleteError, BufferFullError } from '../message/errors.ts';
import { checkSettings, count, given } from '../message/settings.ts';
import type { ExchangeNotification, GatherOptions } from './gathering.ts';
import { successful } from './successful.ts';

/** How a source is met that is faster than its sink. */
export interface SinkOptions extends GatherOptions {
  /**
   * Octets that are kept while the sink is full, of a source that does not honour `flow`; then it errors with a
   * BufferFullError.
   *
   * @defaultValue 16777216
   */
  readonly maxBufferedBytes?: number | undefined;
}

const MAX_BUFFERED = 16_777_216;

/** @throws RangeError for a bound that is none */
export function maxBufferedOf(options: SinkOptions): number {
  const { maxBufferedBytes = MAX_BUFFERED } = given(options, 'a sink of content');
  checkSettings({ maxBufferedBytes }, { maxBufferedBytes: count(0) }, 'a sink of content');
  return maxBufferedBytes;
}

/**
 * The content of a successful response, or of a request, as a Node stream. The exchange begins when the stream is first
 * read, is held while it is full, and is abandoned when it is destroyed. Any response but a 2xx is a StatusError of the
 * stream.
 *
 * @example
 * ```ts
 * await pipeline(toReadable(client.exchange(request)), createGunzip(), createWriteStream('file'));
 * ```
 */
export function toReadable(source: Observable<ExchangeNotification>, options: SinkOptions = {}): Readable {
  const maxBuffered = maxBufferedOf(options);
  const content = source.pipe(successful(options));
  const destroyed = new Subject<void>();
  let isSubscribed = false;
  let isDone = false;
  let hold: Unsubscribable | undefined;
  const release = (): void => {
    const held = hold;
    hold = undefined;
    held?.unsubscribe();
  };
  const readable = new Readable({
    read() {
      if (isSubscribed) {
        release();
        return;
      }
      isSubscribed = true;
      content.pipe(takeUntil(destroyed)).subscribe({
        next: (notification) => {
          if (notification.type === 'request_done' || notification.type === 'response_done') {
            isDone = true;
            readable.push(null);
          } else if (notification.type === 'request_body' || notification.type === 'response_body') {
            if (readable.push(notification.chunk)) return;
            hold ??= notification.flow?.hold();
            const { readableLength } = readable;
            if (readableLength > maxBuffered && notification.flow === undefined)
              readable.destroy(new BufferFullError(`${String(readableLength)} octets for a stream`));
          }
        },
        error: (error: unknown) => void readable.destroy(error as Error),
        complete: () => {
          if (!isDone) readable.destroy(new BodyIncompleteError());
        },
      });
    },
    destroy(error, callback) {
      destroyed.next();
      release();
      callback(error);
    },
  });
  return readable;
}
