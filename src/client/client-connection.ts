import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import { ConnectionResetError, HttpError } from '../message/errors.ts';
import type { ResponseDone, ResponseNotification } from '../message/notifications.ts';
import { Holds } from '../transport/holds.ts';
import type { Connection } from '../transport/transport.ts';
import { ResponseReader, type ResponseReaderOptions } from '../wire/response-reader.ts';
import { inExchange } from './in-exchange.ts';
import type { SendableRequest } from './request-head.ts';
import { RequestSender } from './request-sender.ts';

/** What a connection is to its client besides a wire. */
export interface ClientConnectionOptions extends ResponseReaderOptions {
  /** Octets of a body that are kept while the connection is slower than a source that does not honour `flow`. */
  readonly maxBufferedBytes: number;
  /** Is told when an exchange is over and another can follow. */
  readonly onIdle: (connection: ClientConnection) => void;
  /** Is told, once, that the connection carries no more. */
  readonly onGone: (connection: ClientConnection) => void;
}

/** The exchange that a connection carries. */
interface Current {
  readonly subscriber: Subscriber<ResponseNotification>;
  readonly sendable: SendableRequest;
  readonly sender: RequestSender;
  /** Who holds the response: the Flow of its body notifications. */
  readonly holds: Holds;
  readonly isReused: boolean;
}

/**
 * One connection of a client, which carries one exchange after the other.
 *
 * All that arrives is delivered by one loop, {@link ClientConnection.pump}. What an observer does from inside it (holds,
 * unsubscribes, starts the next exchange) changes what the loop does next and never starts a second one within it.
 */
export class ClientConnection {
  private readonly connection: Connection;
  private readonly options: ClientConnectionOptions;
  private readonly reader: ResponseReader;
  private current: Current | undefined;
  private exchanges = 0;
  private isPumping = false;
  private isGone = false;
  /** What stops the reading while the consumer holds the response. */
  private pause: Unsubscribable | undefined;
  /** Why nothing more will arrive, once that is so. */
  private lost: unknown;

  constructor(connection: Connection, options: ClientConnectionOptions) {
    this.connection = connection;
    this.options = options;
    this.reader = new ResponseReader(options);
    connection.drained.subscribe(() => this.current?.sender.resume());
    connection.read.subscribe({
      next: (octets) => {
        this.reader.push(octets);
        this.pump();
        this.reader.keep();
      },
      complete: () => {
        this.reader.end();
        this.lose(new ConnectionResetError('closed by the server before it answered'));
      },
      error: (error: unknown) => this.lose(error),
    });
  }

  /** The exchange on this connection, which must be idle. Unsubscribing before its end closes the connection. */
  exchange(sendable: SendableRequest): Observable<ResponseNotification> {
    return new Observable((subscriber) => {
      const { connection, reader, options } = this;
      const sender = new RequestSender(connection, sendable, options.maxBufferedBytes, (error) => {
        if (this.current === current) this.fail(error);
      });
      const holds = new Holds(
        () => this.hold(current),
        () => this.release(current),
      );
      const current = { subscriber, sendable, sender, holds, isReused: this.exchanges++ > 0 };
      this.current = current;
      connection.setIdle(false);
      reader.expect(sendable.request.method);
      sender.send();
      return () => {
        if (this.current === current) this.close();
      };
    });
  }

  /** Closes the connection, and with it what is under way. */
  close(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.current?.sender.stop();
    this.current = undefined;
    this.connection.destroy();
    this.options.onGone(this);
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (!this.isGone && this.current?.holds.isHeld !== true) {
      const notification = this.read();
      if (notification === undefined) break;
      if (this.current !== undefined) this.deliver(notification, this.current);
    }
    this.isPumping = false;
  }

  private read(): ResponseNotification | undefined {
    try {
      const notification = this.reader.read();
      if (notification === undefined && this.lost !== undefined) this.fail(this.lost);
      return notification;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private deliver(notification: ResponseNotification, { subscriber, sender, holds }: Current): void {
    switch (notification.type) {
      case 'response_body':
        // The view is of octets that are only lent.
        return subscriber.next({ type: 'response_body', chunk: notification.chunk.slice(), flow: holds });
      case 'response_done':
        return this.finish(notification, subscriber, sender);
      case 'response_start':
        // RFC 9112 §9.5: a server that answers so has no use for the rest; others may still read it.
        if (!sender.isDone && (notification.status >= 400 || !this.reader.isPersistent)) sender.stop();
        return subscriber.next(notification);
      default:
        return subscriber.next(notification);
    }
  }

  /** Idle before done, so that a consumer who starts its next exchange inside `done` gets this connection. */
  private finish(
    done: ResponseDone,
    subscriber: Subscriber<ResponseNotification>,
    sender: RequestSender,
  ): void {
    const { reader, connection, options } = this;
    // RFC 9112 §9.3: octets behind a complete response are nobody's answer.
    const isReusable =
      reader.isPersistent && reader.buffered === 0 && sender.isDone && this.lost === undefined;
    sender.stop();
    this.current = undefined;
    if (isReusable) {
      connection.setIdle(true);
      options.onIdle(this);
    } else {
      this.close();
    }
    subscriber.next(done);
    subscriber.complete();
  }

  /** What has arrived before the end still counts; a held consumer hears of the end when it has seen that. */
  private lose(error: unknown): void {
    this.lost = error;
    this.pump();
  }

  private fail(error: unknown): void {
    const { current } = this;
    this.close();
    if (current === undefined) return;
    const { subscriber, sendable, sender, isReused } = current;
    if (error instanceof HttpError) {
      const { method, uri } = sendable.request;
      inExchange(error, { method, uri, reused: isReused, sent: sender.isStarted });
    }
    subscriber.error(error);
  }

  private hold(current: Current): void {
    if (this.current === current) this.pause = this.connection.hold();
  }

  private release(current: Current): void {
    if (this.current !== current) return;
    this.pause?.unsubscribe();
    this.pause = undefined;
    this.pump();
  }
}
