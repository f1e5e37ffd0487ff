import { Subscriber, Subscription, type Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { BodyIncompleteError, BufferFullError } from '../message/errors.ts';
import type { RequestBody, RequestDone } from '../message/notifications.ts';
import type { Output } from '../message/connection.ts';
import { bodyWriter, type BodyWriter } from '../wire/body-writer.ts';
import type { Attempt } from './attempt.ts';
import type { BodyRepeat } from './body-memory.ts';
import type { RequestHead } from './request-head.ts';

/** What bounds a sender. Times are ms. */
export interface RequestSenderOptions {
  /** Octets of a body that are kept while the connection is slower than a source that does not honour `flow`. */
  readonly maxBufferedBytes: number;
  /** How long a body waits for a 100 (Continue) before it goes without one. */
  readonly continueTimeout: number | null;
  readonly scheduler: SchedulerLike;
}

/** Whom a sender tells. */
export interface SenderObserver {
  /** Octets of the request have left. */
  onWrite(): void;
  /** Why the request cannot be sent whole. */
  onError(error: unknown): void;
}

/**
 * Sends one request: its head, and its body as the caller's Observable gives it.
 *
 * The head leaves with the first piece of content in one write; a body that gives nothing while it is subscribed to has
 * its head sent at once, so that a server may answer before there is content. A full connection holds the source.
 */
export class RequestSender {
  /** Whether all of it has been handed to the connection. */
  isDone = false;

  private readonly output: Output;
  private readonly attempt: Attempt;
  private readonly options: RequestSenderOptions;
  private readonly observer: SenderObserver;
  private production: Production | undefined;
  /** Waits for the server's leave to send the body. */
  private permission: Subscription | undefined;
  private isStopped = false;
  private writer: BodyWriter | undefined;
  private isFull = false;
  private holds: Unsubscribable[] | undefined = undefined;

  constructor(output: Output, attempt: Attempt, options: RequestSenderOptions, observer: SenderObserver) {
    this.output = output;
    this.attempt = attempt;
    this.options = options;
    this.observer = observer;
  }

  send(): void {
    const { usual, request, expectsContinue } = this.attempt.sendable;
    if (request.body === undefined) {
      this.sendHead(usual.head);
      this.complete();
    } else if (expectsContinue) {
      this.begin(usual);
      this.awaitContinue();
    } else {
      this.sendBody(request.body);
      if (this.writer === undefined && !this.isStopped) this.begin(usual);
    }
  }

  /** The server, or the time that it was given, lets the body go; it goes once. */
  continue(): void {
    const { body } = this.attempt.request;
    if (this.permission === undefined || body === undefined) return;
    this.permission.unsubscribe();
    this.permission = undefined;
    this.sendBody(body);
  }

  /** Whether the server has yet to ask for the body. */
  get isWaiting(): boolean {
    return this.permission !== undefined;
  }

  /** Sends no more, whether or not all has been sent. */
  stop(): void {
    this.isStopped = true;
    this.permission?.unsubscribe();
    this.production?.unsubscribe();
    this.resume();
  }

  /** The connection has room again: whoever was held for it may go on. */
  resume(): void {
    this.isFull = false;
    const { holds } = this;
    this.holds = undefined;
    for (const hold of holds ?? []) hold.unsubscribe();
  }

  private awaitContinue(): void {
    const { continueTimeout, scheduler } = this.options;
    this.permission =
      continueTimeout === null
        ? new Subscription()
        : scheduler.schedule(() => {
            this.continue();
          }, continueTimeout);
  }

  private sendBody(body: Observable<RequestBody | RequestDone>): void {
    // A source that gives all of it at once has done so before `subscribe` returns.
    this.production = new Production(this, this.attempt.memory.repeat(), this.observer);
    body.subscribe(this.production);
  }

  /** @throws what keeps it from being sent */
  write({ chunk, flow }: RequestBody, repeat: BodyRepeat): void {
    const { buffered } = this.output;
    if (buffered > this.options.maxBufferedBytes) {
      throw new BufferFullError(`${String(buffered)} octets of a request body`);
    }
    repeat.chunk(chunk);
    this.writer ??= this.begin(this.attempt.sendable.usual);
    this.writer.chunk(chunk);
    if (this.isFull && flow !== undefined) (this.holds ??= []).push(flow.hold());
  }

  /** @throws what keeps it from being sent */
  finish({ trailers }: RequestDone, repeat: BodyRepeat): void {
    repeat.end();
    this.writer ??= this.begin(this.attempt.sendable.empty());
    this.writer.done(trailers);
    this.complete();
    this.observer.onWrite();
    this.stop();
  }

  private complete(): void {
    this.isDone = true;
    this.attempt.stopwatch?.spend('send');
  }

  private sendHead(head: string): void {
    this.attempt.sent = true;
    this.output.write(head);
  }

  private begin({ head, content }: RequestHead): BodyWriter {
    this.sendHead(head);
    return (this.writer = bodyWriter(content, (octets) => {
      this.isFull = !this.output.write(octets);
      this.observer.onWrite();
    }));
  }
}

/**
 * Hears one production of the body. A subclass of RxJS's own, as it unsubscribes from what it cannot send within the same `next`
 * (decision 0016).
 */
class Production extends Subscriber<RequestBody | RequestDone> {
  private readonly sender: RequestSender;
  private readonly repeat: BodyRepeat;
  private readonly observer: SenderObserver;

  constructor(sender: RequestSender, repeat: BodyRepeat, observer: SenderObserver) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 makes each of its operators of it
    super();
    this.sender = sender;
    this.repeat = repeat;
    this.observer = observer;
  }

  protected override _next(notification: RequestBody | RequestDone): void {
    try {
      if (notification.type === 'request_done') this.sender.finish(notification, this.repeat);
      else this.sender.write(notification, this.repeat);
    } catch (error) {
      this.error(error);
    }
  }

  protected override _error(error: unknown): void {
    this.observer.onError(error);
    this.unsubscribe();
  }

  protected override _complete(): void {
    let fault: unknown = new BodyIncompleteError();
    try {
      this.repeat.end();
    } catch (error) {
      // That it is shorter than the first time says more.
      fault = error;
    }
    this._error(fault);
  }
}
