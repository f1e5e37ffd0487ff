import { Observable, Subject } from 'rxjs';
import { BodyNotRepeatableError } from '../message/errors.ts';
import type { RequestBody, RequestDone } from '../message/notifications.ts';

/**
 * A body that is pushed rather than subscribed to. What was pushed is kept for a retry, up to a limit; beyond that the body
 * can be sent once only.
 */
export class PushedBody {
  /** Cold as far as what was pushed is kept: each subscription hears all of it, and then what follows. */
  readonly body = new Observable<RequestBody | RequestDone>((subscriber) => {
    if (this.kept === undefined) {
      subscriber.error(new BodyNotRepeatableError(`more than ${String(this.maxKept)} octets were pushed`));
      return;
    }
    // What is pushed from inside this loop is the last of it, and would otherwise be heard twice.
    for (const notification of this.kept) subscriber.next(notification);
    if (this.isDone) subscriber.complete();
    else subscriber.add(this.live.subscribe(subscriber));
  });

  isDone = false;
  private readonly maxKept: number;
  private readonly live = new Subject<RequestBody | RequestDone>();
  private kept: (RequestBody | RequestDone)[] | undefined = [];
  private length = 0;

  /** @param maxKept - octets that are kept for a retry */
  constructor(maxKept: number) {
    this.maxKept = maxKept;
  }

  /** Whether nothing has been pushed yet. */
  get isEmpty(): boolean {
    return this.kept?.length === 0;
  }

  push(notification: RequestBody | RequestDone): void {
    if (notification.type === 'request_body') this.length += notification.chunk.length;
    else this.isDone = true;
    if (this.length > this.maxKept) this.kept = undefined;
    this.kept?.push(notification);
    this.live.next(notification);
    if (this.isDone) this.live.complete();
  }
}
