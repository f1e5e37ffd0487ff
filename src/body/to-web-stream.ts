import { ByteLengthQueuingStrategy, ReadableStream } from 'node:stream/web';
import { Subject, takeUntil, type Observable, type Unsubscribable } from 'rxjs';
import { BodyIncompleteError, BufferFullError } from '../message/errors.ts';
import type { ExchangeNotification } from './gathering.ts';
import { successful } from './successful.ts';
import { maxBufferedOf, type SinkOptions } from './to-readable.ts';

/**
 * The content of a successful response, or of a request, as a web stream. The exchange begins when the stream is first
 * read, is held while nobody reads on, and is abandoned when it is cancelled. Any response but a 2xx is a StatusError of
 * the stream.
 */
export function toWebStream(
  source: Observable<ExchangeNotification>,
  options: SinkOptions = {},
): ReadableStream<Uint8Array> {
  const maxBuffered = maxBufferedOf(options);
  const content = source.pipe(successful(options));
  const left = new Subject<void>();
  let isSubscribed = false;
  let isOver = false;
  let hold: Unsubscribable | undefined;
  const release = (): void => {
    const held = hold;
    hold = undefined;
    held?.unsubscribe();
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (isSubscribed) {
          release();
          return;
        }
        isSubscribed = true;
        const fail = (error: unknown): void => {
          isOver = true;
          left.next();
          controller.error(error);
        };
        content.pipe(takeUntil(left)).subscribe({
          next: (notification) => {
            if (notification.type === 'request_done' || notification.type === 'response_done') {
              isOver = true;
              controller.close();
            } else if (notification.type === 'request_body' || notification.type === 'response_body') {
              // Before it is handed over: whoever waits for it may read on in that moment.
              hold ??= notification.flow?.hold();
              controller.enqueue(notification.chunk);
              const waiting = -(controller.desiredSize ?? 0);
              if (waiting > maxBuffered && notification.flow === undefined)
                fail(new BufferFullError(`${String(waiting)} octets for a stream`));
            }
          },
          error: fail,
          complete: () => {
            if (!isOver) fail(new BodyIncompleteError());
          },
        });
      },
      cancel() {
        isOver = true;
        left.next();
        release();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
}
