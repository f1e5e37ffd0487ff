import { Observable, type Subscriber } from 'rxjs';
import { BodyNotRepeatableError, type HttpError } from '../message/errors.ts';
import type { RequestBody, RequestDone } from '../message/notifications.ts';
import { Holds } from '../transport/holds.ts';

/** Octets of one request's content that nobody reads and that are read nevertheless, so that the connection can be used again. */
const MOST_DISCARDED = 65_536;

/** What of a connection's content may be thrown away: a client that sends what nobody reads, each time, pays by a new connection. */
export class DiscardBudget {
  /** Octets. */
  left = 16 * MOST_DISCARDED;
}

/** Where content is read from. */
export interface ContentSource {
  /** The handler has subscribed. */
  want(): void;
  /** Reading may go on. */
  resume(): void;
}

/**
 * The content of a request on its way to the handler: read from the connection only while somebody wants it, or while so
 * little is left unwanted that throwing it away is cheaper than a new connection.
 */
export class RequestContent {
  /**
   * For one subscriber, as what has been read is gone; but where there was nothing to read it may be subscribed to again,
   * as a gateway does that tries a request a second time.
   */
  readonly body: Observable<RequestBody | RequestDone>;
  /** Whether all of it has been read. */
  isDone = false;

  private holds: Holds | undefined;
  private readonly source: ContentSource;
  private subscriber: Subscriber<RequestBody | RequestDone> | undefined;
  private isSubscribed = false;
  private isEmpty = true;
  private end: RequestDone | undefined;
  private isDropped = false;
  private readonly budget: DiscardBudget;
  private discarded = 0;
  /** Why the rest will not come. */
  private fault: HttpError | undefined;

  /**
   * @param budget - what may be thrown away on this connection
   */
  constructor(budget: DiscardBudget, source: ContentSource) {
    this.budget = budget;
    this.source = source;
    this.body = new Observable((subscriber) => {
      if (this.isEmpty && this.end !== undefined) {
        subscriber.next(this.end);
        subscriber.complete();
        return;
      }
      if (this.fault !== undefined) {
        subscriber.error(this.fault);
        return;
      }
      if (this.isSubscribed || this.isDropped) {
        subscriber.error(new BodyNotRepeatableError('the body of a request that was read, or thrown away'));
        return;
      }
      this.isSubscribed = true;
      this.subscriber = subscriber;
      subscriber.add(() => {
        this.subscriber = undefined;
        this.isDropped = true;
        source.resume();
      });
      source.want();
      source.resume();
    });
  }

  /** Whether reading may go on. */
  get isWanted(): boolean {
    if (this.isDone) return false;
    if (this.subscriber !== undefined) return this.holds?.isHeld !== true;
    return this.isDropped && !this.isOverBudget;
  }

  /** Whether more is left unread than it pays to throw away. */
  get isTooMuch(): boolean {
    return this.subscriber === undefined && this.isOverBudget;
  }

  private get isOverBudget(): boolean {
    return this.discarded > MOST_DISCARDED || this.budget.left < 0;
  }

  take(notification: RequestBody | RequestDone): void {
    const { subscriber } = this;
    if (notification.type === 'request_done') {
      this.isDone = true;
      this.end = notification;
      subscriber?.next(notification);
      subscriber?.complete();
      return;
    }
    this.isEmpty = false;
    if (subscriber === undefined) {
      this.discarded += notification.chunk.length;
      this.budget.left -= notification.chunk.length;
    } else {
      this.holds ??= new Holds(this.source);
      subscriber.next({ type: 'request_body', chunk: notification.chunk, flow: this.holds });
    }
  }

  /** Nobody will come for the rest; who reads it already may go on. */
  drop(): void {
    this.isDropped = true;
  }

  fail(error: HttpError): void {
    this.fault = error;
    this.subscriber?.error(error);
  }
}
