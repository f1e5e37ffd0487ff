import type { ReadableStream } from 'node:stream/web';
import type { Observable } from 'rxjs';
import type { RequestBody, RequestDone } from '../message/notifications.ts';
import { opening } from './opening.ts';
import { pulled } from './pulled.ts';

type WebStream = ReadableStream<Uint8Array | string>;

/**
 * A body of the chunks of a web stream, each of which is read when the one before has been taken. Unsubscribed before its
 * end, the stream is cancelled.
 *
 * @param open - the stream, which can be read once, or a function that opens one for each attempt
 */
export function fromWebStream(open: WebStream | (() => WebStream)): Observable<RequestBody | RequestDone> {
  const next = opening(open);
  return pulled(() => {
    // Not its iterator: that would cancel only behind the chunk that is waited for, which may never come.
    const reader = next().getReader();
    return { next: () => reader.read(), leave: () => reader.cancel() };
  });
}
