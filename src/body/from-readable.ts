import { finished, type Readable } from 'node:stream';
import { Observable } from 'rxjs';
import { BodyIncompleteError } from '../message/errors.ts';
import { requestBody, requestDone, type RequestBody, type RequestDone } from '../message/notifications.ts';
import { Holds } from '../transport/holds.ts';
import { octetsOf } from './octets-of.ts';
import { opening } from './opening.ts';

/**
 * A body of what a Node stream reads, which whoever takes it holds while it is slower. Unsubscribed before its end, the
 * stream is destroyed.
 *
 * Errors with the error of the stream, or with a BodyIncompleteError when that is closed before its end.
 *
 * @param open - the stream, which can be read once, or a function that opens one for each attempt
 *
 * @example
 * ```ts
 * const body = fromReadable(() => createReadStream('large.bin'));
 * client.exchange({ method: 'PUT', uri: 'http://localhost/large.bin', headers: [], body });
 * ```
 */
export function fromReadable(open: Readable | (() => Readable)): Observable<RequestBody | RequestDone> {
  const next = opening(open);
  return new Observable((subscriber) => {
    const stream = next();
    let hasEnded = false;
    const finish = (): void => {
      subscriber.next(requestDone());
      subscriber.complete();
    };
    const flow = new Holds({
      pause: () => stream.pause(),
      resume: () => {
        if (hasEnded) finish();
        else stream.resume();
      },
    });
    stream.on('data', (piece: unknown) => {
      try {
        subscriber.next(requestBody(octetsOf(piece), flow));
      } catch (error) {
        subscriber.error(error);
      }
    });
    // It listens for the error of a stream that is destroyed below, too: one that nobody hears ends the process.
    finished(stream, { writable: false }, (error) => {
      if (error == null) {
        hasEnded = true;
        // A stream that is paused within its last `data` ends all the same.
        if (!flow.isHeld) finish();
      } else if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') {
        subscriber.error(new BodyIncompleteError('the stream was closed before its end', { cause: error }));
      } else {
        subscriber.error(error);
      }
    });
    return () => void stream.destroy();
  });
}
