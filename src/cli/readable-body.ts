import type { Readable } from 'node:stream';
import { Observable } from 'rxjs';
import { requestBody, requestDone, type RequestBody, type RequestDone } from '../message/notifications.ts';
import { Holds } from '../transport/holds.ts';

/** The octets of a stream as the body of a request, which whoever takes them holds while it is full. */
export function readableBody(open: () => Readable): Observable<RequestBody | RequestDone> {
  return new Observable((subscriber) => {
    const stream = open();
    let hasEnded = false;
    const finish = (): void => {
      subscriber.next(requestDone());
      subscriber.complete();
    };
    const flow = new Holds(
      () => void stream.pause(),
      () => {
        if (hasEnded) finish();
        else stream.resume();
      },
    );
    stream.on('data', (chunk: Uint8Array) => subscriber.next(requestBody(chunk, flow)));
    stream.on('error', (error) => subscriber.error(error));
    stream.on('end', () => {
      hasEnded = true;
      // A stream that is paused within its last `data` ends all the same.
      if (!flow.isHeld) finish();
    });
    return () => void stream.destroy();
  });
}
