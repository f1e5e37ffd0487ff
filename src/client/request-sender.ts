import { Subject, takeUntil, type Unsubscribable } from 'rxjs';
import { BodyIncompleteError, BufferFullError } from '../message/errors.ts';
import type { RequestBody, RequestDone } from '../message/notifications.ts';
import type { Connection } from '../transport/transport.ts';
import { bodyWriter, type BodyWriter } from '../wire/body-writer.ts';
import type { RequestHead, SendableRequest } from './request-head.ts';

/**
 * Sends one request: its head, and its body as the caller's Observable gives it.
 *
 * The head leaves with the first piece of content in one write; a body that gives nothing while it is subscribed to has
 * its head sent at once, so that a server may answer before there is content. A full connection holds the source.
 */
export class RequestSender {
  /** Whether octets of the request may have left. */
  isStarted = false;
  /** Whether all of it has been handed to the connection. */
  isDone = false;

  private readonly connection: Connection;
  private readonly sendable: SendableRequest;
  private readonly maxBufferedBytes: number;
  private readonly fail: (error: unknown) => void;
  private readonly stopped = new Subject<void>();
  private isStopped = false;
  private writer: BodyWriter | undefined;
  private isFull = false;
  private holds: Unsubscribable[] = [];

  constructor(
    connection: Connection,
    sendable: SendableRequest,
    maxBufferedBytes: number,
    fail: (error: unknown) => void,
  ) {
    this.connection = connection;
    this.sendable = sendable;
    this.maxBufferedBytes = maxBufferedBytes;
    this.fail = fail;
  }

  send(): void {
    const { usual, request } = this.sendable;
    if (request.body === undefined) {
      this.begin(usual);
      this.isDone = true;
      return;
    }
    request.body.pipe(takeUntil(this.stopped)).subscribe({
      next: (notification) => this.take(notification),
      error: this.fail,
      complete: () => {
        if (!this.isDone && !this.isStopped) this.fail(new BodyIncompleteError());
      },
    });
    if (!this.isStarted && !this.isStopped) this.begin(usual);
  }

  /** Sends no more, whether or not all has been sent. */
  stop(): void {
    this.isStopped = true;
    this.stopped.next();
    this.resume();
  }

  /** The connection has room again: whoever was held for it may go on. */
  resume(): void {
    this.isFull = false;
    const { holds } = this;
    this.holds = [];
    for (const hold of holds) hold.unsubscribe();
  }

  private take(notification: RequestBody | RequestDone): void {
    try {
      if (notification.type === 'request_done') this.finish(notification);
      else this.write(notification);
    } catch (error) {
      this.fail(error);
    }
  }

  private write({ chunk, flow }: RequestBody): void {
    if (this.connection.buffered > this.maxBufferedBytes) {
      throw new BufferFullError(`${String(this.connection.buffered)} octets of a request body`);
    }
    this.writer ??= this.begin(this.sendable.usual);
    this.writer.chunk(chunk);
    if (this.isFull && flow !== undefined) this.holds.push(flow.hold());
  }

  private finish({ trailers }: RequestDone): void {
    this.writer ??= this.begin(this.sendable.empty());
    this.writer.done(trailers);
    this.isDone = true;
    this.stop();
  }

  private begin({ head, content }: RequestHead): BodyWriter {
    this.isStarted = true;
    this.connection.write(head);
    return (this.writer = bodyWriter(content, (octets) => {
      this.isFull = !this.connection.write(octets);
    }));
  }
}
