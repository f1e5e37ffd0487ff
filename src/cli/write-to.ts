import type { Writable } from 'node:stream';
import { Observable, type OperatorFunction, type Unsubscribable } from 'rxjs';
import type { ResponseNotification } from '../message/notifications.ts';

/** Where a response goes. */
export interface Sink {
  readonly stream: Writable;
  /** Whether it ends with the response, as a file does and stdout does not. */
  readonly ends: boolean;
}

/**
 * Writes a response to a stream, which holds it while it is full; completes when all of it has left.
 *
 * @param open - called with the first octets, so that an exchange without a response leaves an older file as it is
 * @param render - the octets of a notification, if it has any
 */
export function writeTo(
  open: () => Sink,
  render: (notification: ResponseNotification) => Uint8Array | string | undefined,
): OperatorFunction<ResponseNotification, never> {
  return (source) =>
    new Observable((subscriber) => {
      let sink: Sink | undefined;
      let hold: Unsubscribable | undefined;
      const fail = (error: Error): void => subscriber.error(error);
      const release = (): void => {
        hold?.unsubscribe();
        hold = undefined;
      };
      const opened = (): Sink => {
        if (sink !== undefined) return sink;
        sink = open();
        sink.stream.on('error', fail);
        sink.stream.on('drain', release);
        return sink;
      };
      subscriber.add(() => {
        release();
        if (sink === undefined) return;
        const { stream, ends } = sink;
        stream.off('drain', release);
        if (!ends) stream.off('error', fail);
        // Of a response that was cut off, what came is kept.
        else if (!stream.destroyed) stream.end();
      });
      subscriber.add(
        source.subscribe({
          next: (notification) => {
            const octets = render(notification);
            if (octets === undefined) return;
            const isFull = !opened().stream.write(octets, 'latin1');
            if (isFull && notification.type === 'response_body') hold ??= notification.flow?.hold();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            const { stream, ends } = opened();
            if (ends) {
              stream.once('finish', () => subscriber.complete());
              stream.end();
            } else {
              stream.write('', (error) => {
                if (error == null) subscriber.complete();
              });
            }
          },
        }),
      );
    });
}
