import type { SchedulerLike, Unsubscribable } from 'rxjs';
import { BufferFullError, HandlerError } from '../message/errors.ts';
import {
  responseNonfinal,
  type ResponseBody,
  type ResponseDone,
  type ResponseNonfinal,
  type ResponseNotification,
  type ResponseStart,
} from '../message/notifications.ts';
import type { Output } from '../message/connection.ts';
import { bodyWriter, type BodyWriter } from '../wire/body-writer.ts';
import { nonfinalHead, responseHead, type AnsweredRequest } from './response-head.ts';

/** What a piece that waits takes of memory besides its octets: one-octet pieces must not be the way around the bound. */
const PIECE_OVERHEAD = 256;

/** What a sender must know besides the request. */
export interface ResponseSenderOptions {
  /** Octets of a body that are kept while the connection is slower than a source that does not honour `flow`. */
  readonly maxBufferedBytes: number;
  /** The fields that say how long the connection is kept. */
  readonly keepAlive: string;
  readonly scheduler: SchedulerLike;
}

/** Sends one response, in order and framed, or says why it cannot be. A full connection holds the source of the body. */
export class ResponseSender {
  /** Whether the head of the final response has been handed to the connection: then it is too late for another. */
  isStarted = false;
  /** Whether all of it has been. */
  isDone = false;
  /** Whether the connection is another protocol's by now. */
  isSwitched = false;
  /** Whether only the end of the connection tells the client that it has all of it. */
  isEndedByClose = false;
  /** Whether another exchange may follow on the connection. */
  isPersistent: boolean;
  /** Whether the connection had no room left behind what was written last. */
  isFull = false;

  private readonly output: Output;
  private request: AnsweredRequest;
  private readonly options: ResponseSenderOptions;
  /** Whether the client still waits to be told to send its content (RFC 9110 §10.1.1). */
  private isAwaited: boolean;
  private writer: BodyWriter | undefined;
  private holds: Unsubscribable[] = [];
  /** Pieces that were written since the connection had no room. */
  private waiting = 0;

  constructor(output: Output, request: AnsweredRequest, options: ResponseSenderOptions) {
    this.output = output;
    this.request = request;
    this.options = options;
    this.isPersistent = request.isPersistent;
    this.isAwaited = request.expectsContinue;
  }

  /**
   * Sends a notification.
   *
   * @throws HandlerError out of order; UnwritableError, BodyLengthError, BufferFullError for what it says
   */
  send(notification: ResponseNotification): void {
    switch (notification.type) {
      case 'response_nonfinal':
        return this.nonfinal(notification);
      case 'response_start':
        return this.start(notification);
      case 'response_body':
        return this.body(notification);
      case 'response_done':
        return this.done(notification);
      case 'response_anomaly':
        // A proxy's upstream was read with tolerance: that is not for the client.
        return;
      default:
        notification satisfies never;
        throw new HandlerError('not a notification');
    }
  }

  /**
   * Tells a client that waits for it to send its content.
   *
   * @param isHere - whether some of it is here already, so that it did not wait (RFC 9110 §10.1.1)
   */
  continue(isHere: boolean): void {
    if (!this.isAwaited || this.isStarted) return;
    if (isHere) this.isAwaited = false;
    else this.nonfinal(responseNonfinal(100));
  }

  /** Ends HTTP on the connection: what is written behind this head is another protocol's. */
  switchProtocols(head: string): void {
    this.isStarted = true;
    this.isSwitched = true;
    this.write(head);
  }

  /** The connection has room again, or the rest does not matter any more: whoever was held may go on. */
  resume(): void {
    this.isFull = false;
    this.waiting = 0;
    this.release();
  }

  /** No other exchange may follow on the connection, whatever the client and the handler want. */
  forbidReuse(): void {
    this.isPersistent = false;
    this.request = { ...this.request, isPersistent: false };
  }

  private write(octets: Uint8Array | string): void {
    this.isFull = !this.output.write(octets);
  }

  private release(): void {
    const { holds } = this;
    this.holds = [];
    for (const hold of holds) hold.unsubscribe();
  }

  private nonfinal(notification: ResponseNonfinal): void {
    const { status } = notification;
    if (this.isStarted) throw new HandlerError('an interim response behind the final head');
    if (!(status >= 100 && status < 200) || status === 101) {
      throw new HandlerError(`an interim response with status ${String(status)}`);
    }
    this.checkRoom();
    // A gateway has asked for the content, and so has its upstream: the client is told once.
    if (status === 100 && this.request.expectsContinue && !this.isAwaited) return;
    if (status === 100) this.isAwaited = false;
    const head = nonfinalHead(notification);
    // RFC 9110 §15.2: an HTTP/1.0 client does not know them.
    if (this.request.version === '1.1') this.write(head);
  }

  private checkRoom(): void {
    const { buffered } = this.output;
    if (this.isFull) this.waiting++;
    if (buffered + this.waiting * PIECE_OVERHEAD <= this.options.maxBufferedBytes) return;
    throw new BufferFullError(`${String(buffered)} octets of a response, in ${String(this.waiting)} pieces`);
  }

  private start(notification: ResponseStart): void {
    if (this.isStarted) throw new HandlerError('a second head');
    if (notification.status < 200)
      throw new HandlerError(`a final response with status ${String(notification.status)}`);
    if (this.request.method === 'CONNECT' && notification.status < 300)
      throw new HandlerError('a tunnel that was not accepted');
    // A client that was not told to go on may send its content or not: nobody could tell it from the next request.
    const request = this.isAwaited ? { ...this.request, isPersistent: false } : this.request;
    const { scheduler, keepAlive } = this.options;
    const { head, content, isPersistent } = responseHead(notification, request, scheduler.now(), keepAlive);
    this.isStarted = true;
    this.isEndedByClose = content?.type === 'close';
    this.isPersistent = isPersistent;
    this.write(head);
    this.writer = bodyWriter(content, (octets) => this.write(octets));
  }

  private body({ chunk, flow }: ResponseBody): void {
    if (this.writer === undefined || this.isDone) throw new HandlerError('content outside of a response');
    this.checkRoom();
    this.writer.chunk(chunk);
    if (this.isFull && flow !== undefined) this.holds.push(flow.hold());
  }

  private done({ trailers }: ResponseDone): void {
    if (this.writer === undefined || this.isDone)
      throw new HandlerError('the end of a response that was not begun');
    this.writer.done(trailers);
    this.isDone = true;
    this.release();
  }
}
