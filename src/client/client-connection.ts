import {
  Observable,
  type Subscription,
  type SchedulerLike,
  type Subscriber,
  type Unsubscribable,
} from 'rxjs';
import {
  ConnectionResetError,
  HeadersTimeoutError,
  ReadTimeoutError,
  SwitchError,
} from '../message/errors.ts';
import type {
  ResponseDone,
  ResponseNotification,
  ResponseStart,
  UpgradeNotification,
} from '../message/notifications.ts';
import { LazyTimer } from '../operators/lazy-timer.ts';
import type { Context } from '../transport/context.ts';
import { HandedOver } from '../transport/handed-over.ts';
import { Holds } from '../transport/holds.ts';
import type { Connection, ConnectionInfo, Output } from '../message/connection.ts';
import { Place } from '../transport/queue.ts';
import { unrefTimer } from '../transport/unref-timer.ts';
import type { Readers } from '../wire/readers.ts';
import type { ResponseReader } from '../wire/response-reader.ts';
import type { Attempt } from './attempt.ts';
import { RequestSender, type SenderObserver } from './request-sender.ts';

/** Whose a connection is, and what that asks of it. Times are ms. */
export interface ConnectionOwner {
  readonly readers: Readers<ResponseReader>;
  readonly maxBufferedBytes: number;
  readonly continueTimeout: number | null;
  readonly headersTimeout: number | null;
  readonly readTimeout: number | null;
  readonly scheduler: SchedulerLike;
  /** What its connections lead to. */
  readonly origin: string;
  /** Is told when an exchange is over and another can follow. */
  readonly onIdle: (connection: ClientConnection) => void;
  /** Is told when an idle connection is so no longer, whatever became of it. */
  readonly onTaken: (connection: ClientConnection) => void;
  /** Is told, once, that the connection carries no more. */
  readonly onGone: (connection: ClientConnection) => void;
}

/** The exchange that a connection carries: what its request and its subscriber have to say, it tells the connection. */
class Current implements SenderObserver, Unsubscribable {
  readonly attempt: Attempt;
  readonly sender: RequestSender;
  readonly subscriber: Subscriber<UpgradeNotification>;
  /** Where its observers run. */
  readonly context: Context;
  /** Who holds the response: the Flow of its body notifications. */
  readonly holds: Holds;
  /** Whether the final head has yet to come. */
  isUnanswered = true;
  private readonly carrier: ClientConnection;

  constructor(
    carrier: ClientConnection,
    attempt: Attempt,
    subscriber: Subscriber<UpgradeNotification>,
    context: Context,
  ) {
    this.carrier = carrier;
    this.attempt = attempt;
    this.sender = new RequestSender(carrier, attempt, carrier.owner, this);
    this.subscriber = subscriber;
    this.context = context;
    this.holds = new Holds(this);
  }

  onWrite(): void {
    this.carrier.progress();
  }

  onError(error: unknown): void {
    this.carrier.giveUp(this, error);
  }

  pause(): void {
    this.carrier.hold(this);
  }

  resume(): void {
    this.carrier.release(this);
  }

  unsubscribe(): void {
    this.carrier.leave(this);
  }
}

/**
 * One connection of a client, which carries one exchange after the other.
 *
 * All that arrives is delivered by one loop, {@link ClientConnection.pump}. What an observer does from inside it (holds,
 * unsubscribes, starts the next exchange) changes what the loop does next and never starts a second one within it.
 */
export class ClientConnection implements Output {
  readonly info: ConnectionInfo;
  owner: ConnectionOwner;
  /** While it is idle: where it stands among those that expire as it does, and among all of its owner. */
  readonly place = new Place(this);
  readonly turn = new Place(this);
  /** ms since 1970. */
  readonly openedAt: number;
  /** What the server said last of how long it keeps the connection. */
  keepAlive: string | undefined;

  private readonly connection: Connection;
  /** What the connection tells; ended when it is handed over. */
  private readonly hearing: Subscription;
  /** The field lines for the forward proxy that reads here, if one does. */
  private readonly forProxy: string | undefined;
  private reader: ResponseReader;
  private current: Current | undefined;
  private exchanges = 0;
  private isPumping = false;
  private isGone = false;
  /** How long nothing has moved, and how long the server has had the whole request. */
  private silence: LazyTimer | undefined;
  private thought: LazyTimer | undefined;
  /** Octets that had not left when somebody was told of some that had. */
  private unsent = 0;
  private draining: Subscription | undefined;
  /** What stops the reading while the consumer holds the response. */
  private pause: Unsubscribable | undefined;
  /** Why nothing more will arrive, once that is so. */
  private lost: unknown;

  constructor(connection: Connection, owner: ConnectionOwner, forProxy?: string) {
    this.connection = connection;
    this.info = connection.info;
    this.forProxy = forProxy;
    this.owner = owner;
    this.reader = owner.readers.resting;
    this.setTimeouts();
    this.openedAt = owner.scheduler.now();
    this.hearing = connection.read.subscribe({
      next: (octets) => {
        if (this.current !== undefined) this.current.attempt.answered = true;
        this.wake().push(octets);
        this.stir();
        this.inContext(this.pump);
      },
      complete: () => {
        if (this.current !== undefined) this.reader.end();
        this.lose(new ConnectionResetError('closed by the server before it answered'));
      },
      error: (error: unknown) => this.lose(error),
    });
  }

  /** The connection, as that of another client from now on: it must be idle. */
  ownedBy(owner: ConnectionOwner): this {
    if (owner !== this.owner) {
      this.owner = owner;
      this.reader = owner.readers.resting;
      this.setTimeouts();
    }
    return this;
  }

  /**
   * The attempt on this connection, which must be idle. Unsubscribing before its end closes the connection.
   *
   * One that offers an upgrade may be answered with a `response_upgrade`: the connection is its subscriber's then.
   */
  exchange(attempt: Attempt, context: Context): Observable<ResponseNotification> {
    return new Observable((subscriber) => {
      if (this.isGone) subscriber.error(this.lost);
      else this.carry(attempt, context, subscriber);
    });
  }

  /** Keeps the connection, which is new, for an exchange to come. */
  keep(): Observable<never> {
    return new Observable((subscriber) => {
      if (this.isGone) {
        subscriber.error(this.lost);
        return;
      }
      // It may be found closed like any that has been kept.
      this.exchanges++;
      this.rest();
      subscriber.complete();
    });
  }

  get buffered(): number {
    return this.connection.buffered;
  }

  /** Says whether there is room left, and hears of it when there is again. Most connections never are full. */
  write(octets: Uint8Array | string): boolean {
    const { connection } = this;
    const hasRoom = connection.write(octets);
    if (!hasRoom && this.draining === undefined) {
      this.draining = connection.drained.subscribe(() => this.inContext(this.drain));
      this.hearing.add(this.draining);
    }
    return hasRoom;
  }

  /** Closes the connection, and with it what is under way. */
  close(): void {
    if (this.isGone) return;
    this.forget();
    this.connection.destroy();
  }

  /** Carries no more. */
  private forget(): void {
    this.isGone = true;
    this.current?.sender.stop();
    this.current = undefined;
    this.silence?.stop();
    this.thought?.stop();
    this.owner.onGone(this);
  }

  private carry(attempt: Attempt, context: Context, subscriber: Subscriber<UpgradeNotification>): void {
    const { connection, forProxy } = this;
    const current = new Current(this, attempt, subscriber, context);
    this.current = current;
    subscriber.add(current);
    if (forProxy !== undefined) attempt.goThrough(forProxy);
    this.keepAlive = undefined;
    attempt.reused = this.exchanges++ > 0;
    connection.setIdle(false);
    this.wake().expect(attempt.method, attempt.sendable.offered);
    current.sender.send();
    this.progress();
  }

  /** The subscriber has left. */
  leave(current: Current): void {
    if (this.current === current) this.close();
  }

  /** The request cannot be sent whole. */
  giveUp(current: Current, error: unknown): void {
    if (this.current === current) this.fail(error);
  }

  private inContext(work: () => void): void {
    if (this.current === undefined) work();
    else this.current.context.runInAsyncScope(work);
  }

  /** Octets of the request have left, of which the server thinks when it has the last. */
  progress(): void {
    const { current } = this;
    if (current === undefined) return;
    this.stir();
    this.unsent = this.connection.buffered;
    if (current.isUnanswered && current.sender.isDone) this.thought?.start();
  }

  /** Its reader, which it has from now on until it is idle again. */
  private wake(): ResponseReader {
    const { readers } = this.owner;
    if (this.reader === readers.resting) this.reader = readers.take();
    return this.reader;
  }

  /** Octets have moved. A consumer that holds is not a silent server, whatever else moves meanwhile. */
  private stir(): void {
    if (this.current?.holds.isHeld !== true) this.silence?.start();
  }

  private readonly drain = (): void => {
    this.progress();
    this.current?.sender.resume();
  };

  private readonly pump = (): void => {
    if (this.isPumping) return;
    this.isPumping = true;
    while (!this.isGone && this.current?.holds.isHeld !== true) {
      const notification = this.read();
      if (notification === undefined) break;
      if (this.current !== undefined) this.deliver(notification, this.current);
    }
    this.isPumping = false;
  };

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

  private deliver(notification: ResponseNotification, current: Current): void {
    const { subscriber, sender, holds } = current;
    switch (notification.type) {
      case 'response_body':
        return subscriber.next({ type: 'response_body', chunk: notification.chunk, flow: holds });
      case 'response_done':
        return this.finish(notification, current);
      case 'response_start':
        current.isUnanswered = false;
        current.attempt.stopwatch?.spend('wait');
        this.thought?.pause();
        if (this.reader.isTunnel) return this.handOver(notification, current);
        if (!sender.isDone && this.isVain(notification, sender)) sender.stop();
        return subscriber.next(notification);
      case 'response_nonfinal':
        if (notification.status === 100) sender.continue();
        return subscriber.next(notification);
      default:
        return subscriber.next(notification);
    }
  }

  /** Whether a server that answers so has no use for the rest of the request (RFC 9112 §9.5); others may still read it. */
  private isVain(start: ResponseStart, sender: RequestSender): boolean {
    return start.status >= 400 || !this.reader.isPersistent || sender.isWaiting;
  }

  /** HTTP is over here; what has been read behind the head is the other protocol's. */
  private handOver(start: ResponseStart, { subscriber, sender }: Current): void {
    // RFC 9110 §7.8: nobody could tell the rest of the request from the other protocol.
    if (!sender.isDone) return this.fail(new SwitchError('the request is not sent whole'));
    this.forget();
    const connection = new HandedOver(this.connection, this.reader.rest());
    this.hearing.unsubscribe();
    subscriber.next({ ...start, type: 'response_upgrade', connection });
    // Whoever is told of it on its way may have unsubscribed, and then it has come to nobody.
    if (subscriber.closed) connection.destroy();
    else subscriber.complete();
  }

  /** Idle before done, so that a consumer who starts its next exchange inside `done` gets this connection. */
  private finish(done: ResponseDone, { subscriber, sender }: Current): void {
    const { reader } = this;
    // RFC 9112 §9.3: octets behind a complete response are nobody's answer.
    const isReusable =
      reader.isPersistent && reader.buffered === 0 && sender.isDone && this.lost === undefined;
    sender.stop();
    this.current = undefined;
    this.silence?.pause();
    this.thought?.pause();
    this.keepAlive = reader.keepAlive;
    if (isReusable) {
      this.owner.readers.give(reader);
      this.reader = this.owner.readers.resting;
      this.rest();
    } else {
      this.close();
    }
    subscriber.next(done);
    subscriber.complete();
  }

  /** Waits for the next exchange. */
  private rest(): void {
    this.connection.setIdle(true);
    this.owner.onIdle(this);
  }

  /** What has arrived before the end still counts; a held consumer hears of the end when it has seen that. */
  private lose(error: unknown): void {
    this.lost = error;
    this.inContext(this.pump);
  }

  private fail(error: unknown): void {
    const { current } = this;
    this.lost = error;
    this.close();
    current?.subscriber.error(error);
  }

  /** A timer was set by an exchange of long ago, and runs where that did. */
  private expire(error: unknown): void {
    this.inContext(() => this.fail(error));
  }

  hold(current: Current): void {
    if (this.current !== current) return;
    this.pause = this.connection.hold();
    // A consumer that holds is not a silent server.
    this.silence?.pause();
  }

  release(current: Current): void {
    if (this.current !== current) return;
    this.pause?.unsubscribe();
    this.pause = undefined;
    this.silence?.start();
    this.inContext(this.pump);
  }

  /**
   * Timers that outlive the exchange, as the next one wants them as well; they are paused meanwhile, and do not keep the
   * process alive.
   */
  private setTimeouts(): void {
    const { readTimeout, headersTimeout, scheduler } = this.owner;
    this.silence?.stop();
    this.thought?.stop();
    this.silence = undefined;
    this.thought = undefined;
    if (readTimeout !== null) {
      const expire = (): void => {
        const { buffered } = this.connection;
        // Nobody is told of octets that leave while there are more: with a slow peer that may take longer than this.
        if (buffered > 0 && buffered < this.unsent) this.progress();
        else this.expire(new ReadTimeoutError(readTimeout));
      };
      this.silence = new LazyTimer(readTimeout, scheduler, expire, unrefTimer);
    }
    if (headersTimeout !== null) {
      const expire = (): void => this.expire(new HeadersTimeoutError(headersTimeout));
      this.thought = new LazyTimer(headersTimeout, scheduler, expire, unrefTimer);
    }
  }
}
