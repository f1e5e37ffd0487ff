import { Observable } from 'rxjs';
import { requestBody, requestDone, type RequestBody, type RequestDone } from '../message/notifications.ts';
import { Holds } from '../transport/holds.ts';
import { octetsOf } from './octets-of.ts';

/** A source that gives a piece each time it is asked: the iterators of JavaScript and the readers of web streams are. */
export interface Puller {
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>>;
  /** Nobody will ask again. */
  leave(): unknown;
}

/** A body of which the next piece is asked for when the one before is delivered and nobody holds it: the source never runs ahead. */
export function pulled(open: () => Puller): Observable<RequestBody | RequestDone> {
  return new Observable((subscriber) => {
    const puller = open();
    let result: IteratorResult<unknown, unknown> | undefined;
    let isAsked = false;
    let isOver = false;
    let isPumping = false;
    const fail = (error: unknown): void => {
      isOver = true;
      subscriber.error(error);
    };
    /** A loop, as a release within `next` would otherwise go one call deeper for each piece. */
    const pump = (): void => {
      if (isPumping) return;
      isPumping = true;
      while (!flow.isHeld && !subscriber.closed && !isAsked) {
        if (result === undefined) ask();
        else deliver(result);
      }
      isPumping = false;
    };
    const ask = (): void => {
      try {
        const answer = puller.next();
        if ('then' in answer) {
          isAsked = true;
          answer.then(
            (value) => {
              isAsked = false;
              result = value;
              pump();
            },
            (error: unknown) => fail(error),
          );
        } else {
          result = answer;
        }
      } catch (error) {
        fail(error);
      }
    };
    const deliver = ({ done, value }: IteratorResult<unknown, unknown>): void => {
      result = undefined;
      if (done === true) {
        isOver = true;
        subscriber.next(requestDone());
        subscriber.complete();
        return;
      }
      let octets;
      try {
        octets = octetsOf(value);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      subscriber.next(requestBody(octets, flow));
    };
    const flow = new Holds({ resume: pump });
    subscriber.add(() => {
      if (!isOver) void leave(puller);
    });
    pump();
  });
}

/** Whoever could be told that it fails has left. */
async function leave(puller: Puller): Promise<void> {
  try {
    await puller.leave();
  } catch {
    // See above.
  }
}
