import { Observable, Subscription, take, type Subscriber, type Unsubscribable } from 'rxjs';
import {
  ConnectionResetError,
  ContentTooLargeError,
  HandlerError,
  HandlerTimeoutError,
  HttpError,
  RequestTimeoutError,
  type PhaseTimeoutError,
} from '../message/errors.ts';
import type { HttpServerRequest, UpgradeOffer } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import type { RequestNotification, RequestStart, ResponseNotification } from '../message/notifications.ts';
import type { Connection, Output } from '../message/connection.ts';
import { HandedOver } from '../transport/handed-over.ts';
import { Place } from '../transport/queue.ts';
import { unrefTimer } from '../transport/unref-timer.ts';
import { upgradeProtocols } from '../wire/control-fields.ts';
import type { Readers } from '../wire/readers.ts';
import type { RequestReader } from '../wire/request-reader.ts';
import { errorResponse } from './error-response.ts';
import type { OnFault } from './answering.ts';
import type { Answer } from './http-server-exchange.ts';
import type { Open } from './open.ts';
import { DiscardBudget, RequestContent, type ContentSource } from './request-content.ts';
import { switchHead, type AnsweredRequest } from './response-head.ts';
import { ResponseSender, type ResponseSenderOptions } from './response-sender.ts';
import { Timeouts, type TimeoutSettings } from './timeouts.ts';

/** Octets that are read ahead of what the handler wants: enough to see the next requests, or that the peer leaves. */
const READ_AHEAD = 65_536;

/** How long, and for how many octets, a peer that is still sending is listened to after the last answer. */
const LINGER_MS = 2_000;
const LINGER_OCTETS = 1_048_576;

/** Octets of an answer that leave while lingering: as many as no peer takes a second for that still reads. */
const LITTLE = 16_384;

/** What a connection is to its server besides a wire. */
export interface ServerConnectionOptions extends ResponseSenderOptions, TimeoutSettings {
  readonly readers: Readers<RequestReader>;
  /** Starts to answer; what it returns is unsubscribed when the client leaves. */
  readonly handle: (request: HttpServerRequest, answer: Answer) => Unsubscribable | undefined;
  /** Is told of a handler that does not begin its response in time, which is unsubscribed, to answer in its stead. */
  readonly onTimeout: OnFault;
  /** Is told when the connection waits for a request, and when one begins. */
  readonly onIdle: (connection: ServerConnection, isIdle: boolean) => void;
  /** Is told when an exchange begins, and when it is over. */
  readonly onExchange: (isBegun: boolean) => void;
  /** Whether the server is: then what is answered last says that it is the last. */
  readonly isStopping: () => boolean;
  /** The most requests to answer. */
  readonly maxRequestsPerConnection: number;
  /** Is told, once, that the connection is closed. */
  readonly onGone: (connection: ServerConnection) => void;
}

/** The exchange that a connection carries. A class, as a literal with getters would have a shape of its own for each. */
class Current implements Answer, ContentSource {
  readonly content: RequestContent;
  readonly sender: ResponseSender;
  readonly handling = new Subscription();
  request: HttpServerRequest | undefined;
  /** The upgrade that its handler has accepted, while the rest of the request is still to be read. */
  accepted: Acceptance | undefined;
  fault: HttpError | undefined;
  private readonly connection: ServerConnection;

  constructor(connection: ServerConnection, budget: DiscardBudget, sender: ResponseSender) {
    this.connection = connection;
    this.content = new RequestContent(budget, this);
    this.sender = sender;
    this.request = undefined;
    this.accepted = undefined;
    this.fault = undefined;
  }

  get isDone(): boolean {
    return this.sender.isDone || this.sender.isSwitched;
  }

  want(): void {
    this.connection.askForContent(this);
  }

  resume(): void {
    this.connection.pump();
  }

  send(notification: ResponseNotification): void {
    this.connection.respond(this, notification);
  }

  end(): void {
    this.connection.endLease();
  }

  fail(status: number): void {
    this.connection.fail(this, status);
  }
}

/** What is to be said to the client, and who gets its connection. */
interface Acceptance {
  readonly head: string;
  readonly subscriber: Subscriber<Connection>;
}

/**
 * One connection of a server, which carries one exchange after the other and answers them in order (RFC 9112 §9.3.2).
 *
 * All that arrives is read by one loop, {@link ServerConnection.pump}, which stops while a handler runs and does not want
 * content. What a handler does from inside it changes what the loop does next and never starts a second one within it: ten
 * thousand pipelined requests that are answered at once take no more stack than one.
 */
export class ServerConnection implements Open, Output {
  /** Whether it waits for a request of which nothing has come yet. */
  isIdle = false;
  /** Among those that are idle. */
  readonly place: Place<Open>;

  private readonly connection: Connection;
  private readonly options: ServerConnectionOptions;
  private reader: RequestReader;
  private readonly timeouts: Timeouts;
  private current: Current | undefined;
  private readonly budget = new DiscardBudget();
  private requests = 0;
  private isPumping = false;
  private isGone = false;
  /** Whether the last answers have yet to leave: the next requests wait, or their answers would pile up here. */
  private isFull = false;
  /** Whether the client has ended its side meanwhile. */
  private isEndAwaited = false;
  /** Whether only the end of the connection tells the client that it has all of the last answer. */
  private isEndedByClose = false;
  /** The handler that has answered last: it may complete, and if it does not, it ends with the next request. */
  private answered: Subscription | undefined;
  /** Who has the connection, once HTTP is over on it: for as long as the subscription lasts. */
  private lease: Subscriber<Connection> | undefined;
  /** Octets heard since the last answer was sent, once no request is read any more. */
  private lingered: number | undefined;
  private lingering: Subscription | undefined;
  private draining: Unsubscribable | undefined;
  /** What stops the reading while enough has been read ahead. */
  private pause: Unsubscribable | undefined;

  constructor(connection: Connection, options: ServerConnectionOptions) {
    this.connection = connection;
    this.options = options;
    this.place = new Place<Open>(this);
    this.reader = options.readers.resting;
    this.timeouts = new Timeouts(options, options.scheduler, (error) => this.expire(error));
  }

  /** Listens to the connection, and may be told of its end before it returns: of one that was read before, all is there. */
  start(): void {
    const { connection } = this;
    this.watch();
    connection.closed.subscribe(() => this.leave(new ConnectionResetError('closed')));
    connection.read.subscribe({
      next: (octets) => this.receive(octets),
      complete: () => this.end(),
      error: (error: unknown) => this.break(error),
    });
  }

  get buffered(): number {
    return this.connection.buffered;
  }

  /** Says whether there is room left; if not, {@link ServerConnection.drain} follows. Most connections never are full. */
  write(octets: Uint8Array | string): boolean {
    const { connection } = this;
    const hasRoom = connection.write(octets);
    if (!hasRoom) this.draining ??= connection.drained.subscribe(() => this.drain());
    return hasRoom;
  }

  /** Closes the connection; the exchange under way is given up. */
  close(): void {
    this.leave(new ConnectionResetError('the server stopped'));
  }

  /** Ends an idle connection, and hears out a client that has begun to speak meanwhile. */
  finish(): void {
    this.lingerBehind();
  }

  private receive(octets: Uint8Array): void {
    if (this.lingered !== undefined) {
      this.linger(octets.length);
      return;
    }
    if (this.lease !== undefined) return;
    if (this.isIdle) this.setIdle(false);
    const { readers } = this.options;
    if (this.reader === readers.resting) this.reader = readers.take();
    this.timeouts.restart('content');
    this.reader.push(octets);
    this.pump();
  }

  /** Reads what is here and wanted. */
  pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (this.isReading) {
      const notification = this.read();
      if (notification === undefined) break;
      this.deliver(notification);
    }
    this.isPumping = false;
    this.throttle();
    this.watch();
  }

  /** Keeps the time of what is waited for by now. */
  private watch(): void {
    const { current, timeouts, reader } = this;
    if (this.isGone || this.lingered !== undefined || this.lease !== undefined) return;
    const isInHead = current === undefined && !this.isFull && reader.isStarted && !reader.isIdle;
    const isInContent = current !== undefined && !current.content.isDone;
    // An empty line before a request is no request yet.
    if (!this.isFull && !reader.isStarted && !this.isIdle) this.setIdle(true);
    timeouts.set('head', isInHead);
    timeouts.set('request', isInHead || isInContent);
    timeouts.set('content', isInContent && current.content.isWanted);
    timeouts.set('taking', isInContent && this.pause !== undefined);
    timeouts.set('handler', current !== undefined && !current.sender.isStarted);
    timeouts.set('write', current?.sender.isFull ?? this.isFull);
  }

  private expire(error: PhaseTimeoutError): void {
    const { current } = this;
    if (error instanceof RequestTimeoutError) {
      this.refuse(error);
    } else if (error instanceof HandlerTimeoutError && current?.request !== undefined) {
      current.handling.unsubscribe();
      this.options.onTimeout(error, current.request, current);
    } else {
      this.leave(error);
    }
  }

  private get isReading(): boolean {
    if (this.isGone || this.lingered !== undefined) return false;
    return this.current === undefined ? !this.isFull : this.current.content.isWanted;
  }

  private drain(): void {
    this.timeouts.restart('write');
    if (!this.isFull) {
      this.current?.sender.resume();
      this.watch();
      return;
    }
    this.isFull = false;
    this.pump();
    if (this.isEndAwaited) this.end();
  }

  private read(): RequestNotification | undefined {
    try {
      return this.reader.read();
    } catch (error) {
      this.refuse(error as HttpError);
      return undefined;
    }
  }

  private deliver(notification: RequestNotification): void {
    if (notification.type === 'request_start') {
      this.begin(notification);
      return;
    }
    const { current } = this;
    if (current === undefined) return;
    this.timeouts.restart('taking');
    current.content.take(notification);
    this.proceed(current);
  }

  /** Reads no more than is wanted, and a little ahead. */
  private throttle(): void {
    const isEnough = !this.isReading && this.lingered === undefined && this.reader.buffered > READ_AHEAD;
    if (isEnough) {
      this.pause ??= this.connection.hold();
    } else if (this.pause !== undefined) {
      this.pause.unsubscribe();
      this.pause = undefined;
    }
  }

  private begin({ method, uri, headers, version }: RequestStart): void {
    this.answered?.unsubscribe();
    const { connection, options, reader } = this;
    const { authority, expectsContinue } = reader;
    // A client may have sent what is for its tunnel already: none of it must be read as a request, if it gets none.
    const isPersistent = reader.isPersistent && method !== 'CONNECT';
    const answered = { method, version, isPersistent, expectsContinue };
    const sender = new ResponseSender(this, answered, options);
    const current = new Current(this, this.budget, sender);
    this.current = current;
    const { body } = current.content;
    const request: HttpServerRequest = {
      method,
      uri,
      headers,
      version,
      authority,
      scheme: connection.info.tls === undefined ? 'http' : 'https',
      connection: connection.info,
      body,
      upgrade: this.offer(current, answered),
    };
    current.request = request;
    this.requests++;
    options.onExchange(true);
    current.handling.add(options.handle(request, current));
  }

  private offer(current: Current, request: AnsweredRequest): UpgradeOffer | undefined {
    // Nearly every request.
    if (this.reader.upgrade === '' && request.method !== 'CONNECT') return undefined;
    const protocols = upgradeProtocols(this.reader.upgrade);
    if (protocols.length === 0 && request.method !== 'CONNECT') return undefined;
    const { scheduler } = this.options;
    return {
      protocols,
      accept: (headers: HeaderList = []) =>
        new Observable((subscriber) => {
          this.accept(current, {
            head: switchHead(headers, request, protocols, scheduler.now()),
            subscriber,
          });
        }),
    };
  }

  /** The client that waits to be told may send its content, unless some of it is here already. */
  askForContent({ sender }: Current): void {
    sender.continue(this.reader.buffered > 0);
  }

  /** Takes up what a request offers, as soon as all of it is read (RFC 9110 §7.8). */
  private accept(current: Current, accepted: Acceptance): void {
    const { content, sender } = current;
    if (this.current !== current) throw current.fault ?? new HandlerError('an upgrade behind the exchange');
    if (sender.isStarted || current.accepted !== undefined) {
      throw new HandlerError('an upgrade behind an answer');
    }
    const { subscriber } = accepted;
    current.accepted = accepted;
    subscriber.add(() => {
      current.accepted = undefined;
      if (this.lease === subscriber) this.leave(undefined);
    });
    // RFC 9110 §7.8: who waits for a 100 (Continue) gets it before the 101.
    this.askForContent(current);
    content.drop();
    this.pump();
    this.proceed(current);
  }

  /** From here on the connection is another protocol's, what has been read of it included. */
  private handOver(current: Current, { head, subscriber }: Acceptance): void {
    current.accepted = undefined;
    current.sender.switchProtocols(head);
    this.timeouts.stop();
    this.lease = subscriber;
    const connection = new HandedOver(this.connection, this.reader.rest());
    this.throttle();
    subscriber.next(connection);
  }

  /** The handler has done what it took the connection for: what it has written leaves before the end. */
  endLease(): void {
    if (this.lease === undefined) return;
    this.conclude();
    this.lease = undefined;
    this.lingerBehind();
  }

  /** A response to a client that has left goes nowhere, and is no error of the handler's. */
  respond(current: Current, notification: ResponseNotification): void {
    if (this.current !== current) return;
    if (current.accepted !== undefined) throw new HandlerError('an answer behind an upgrade');
    if (notification.type === 'response_start' && this.isLast(current)) current.sender.forbidReuse();
    current.sender.send(notification);
    if (current.sender.isDone) {
      current.content.drop();
      this.proceed(current);
      this.pump();
    } else if (!this.isPumping) {
      this.watch();
    }
  }

  /** Whether no other request is answered behind the current one; those that are here already are, when the server stops. */
  private isLast({ content }: Current): boolean {
    const { isStopping, maxRequestsPerConnection } = this.options;
    if (this.requests >= maxRequestsPerConnection || content.isTooMuch) return true;
    return isStopping() && this.reader.buffered === 0;
  }

  /** Answers with a status if that is still possible, else breaks off. */
  fail(current: Current, status: number): void {
    const { sender, fault, accepted } = current;
    // What goes wrong behind the answer does not make it less of one.
    if (this.current !== current || sender.isDone) return;
    current.accepted = undefined;
    if (sender.isStarted) {
      this.breakOff(current);
      return;
    }
    this.answer(errorResponse(fault?.serverStatus ?? status, fault), (notification) =>
      this.respond(current, notification),
    );
    // Its handler is unsubscribed, and may not be who has accepted it.
    accepted?.subscriber.error(new HandlerError('an upgrade that was answered otherwise'));
  }

  /** Sends an answer of our own, unless so much waits to leave already that there is no room for it. */
  private answer(
    response: readonly ResponseNotification[],
    send: (notification: ResponseNotification) => void,
  ): void {
    try {
      for (const notification of response) send(notification);
    } catch (error) {
      this.leave(error);
    }
  }

  /** Ends a response in its middle, so that it does not look whole, behind the answers before it, which are. */
  private breakOff(current: Current): void {
    if (current.sender.isEndedByClose || this.lease !== undefined) {
      this.leave(new HandlerError('the response is incomplete'));
      return;
    }
    this.conclude();
    current.handling.unsubscribe();
    this.lingerBehind();
  }

  private conclude(): void {
    this.current = undefined;
    this.options.onExchange(false);
  }

  /** Goes on to the next exchange when this one is over in both directions, or to the end when none may follow. */
  private proceed(current: Current): void {
    const { content, sender, handling, accepted } = current;
    if (this.current !== current) return;
    if (accepted !== undefined) {
      if (content.isDone) this.handOver(current, accepted);
      else if (content.isTooMuch) accepted.subscriber.error(new ContentTooLargeError('before an upgrade'));
      return;
    }
    if (!sender.isDone) return;
    if (!sender.isPersistent || content.isTooMuch) {
      this.conclude();
      this.isEndedByClose = sender.isEndedByClose;
      this.answered = handling;
      this.lingerBehind();
    } else if (content.isDone) {
      this.conclude();
      this.answered = handling;
      this.isFull = sender.isFull;
      this.awaitRequest();
    }
  }

  private awaitRequest(): void {
    const { options, reader } = this;
    reader.next();
    if (reader.buffered > 0) return;
    options.readers.give(reader);
    this.reader = options.readers.resting;
  }

  private setIdle(isIdle: boolean): void {
    this.isIdle = isIdle;
    this.options.onIdle(this, isIdle);
  }

  /** Answers what is not HTTP, or not HTTP that is spoken here, and reads no more requests. */
  private refuse(error: HttpError): void {
    const { current, options } = this;
    if (current !== undefined) {
      current.fault = error;
      current.sender.forbidReuse();
      current.content.fail(error);
      current.accepted?.subscriber.error(error);
    }
    if (this.current !== current || this.isGone) return;
    if (current !== undefined) this.conclude();
    current?.handling.unsubscribe();
    if (current?.sender.isStarted === true && !current.sender.isDone) {
      this.leave(error);
      return;
    }
    if (current?.sender.isDone !== true) {
      const sender = new ResponseSender(
        this,
        { method: 'GET', version: '1.1', isPersistent: false, expectsContinue: false },
        options,
      );
      this.answer(errorResponse(error.serverStatus ?? 400, error), (notification) =>
        sender.send(notification),
      );
    }
    this.lingerBehind();
  }

  /**
   * Ends our side and throws away what still arrives: closing at once would answer it with a reset, which takes the
   * answer from a peer that has not read it yet (RFC 9112 §9.6).
   */
  private lingerBehind(): void {
    if (this.isGone) return;
    if (this.isIdle) this.setIdle(false);
    this.lingered = 0;
    this.timeouts.stop();
    const { connection, options } = this;
    const linger = (): void => {
      this.lingering = unrefTimer(options.scheduler, LINGER_MS, () => connection.destroy());
    };
    connection.end();
    // The time is the peer's to close in, and not to read a long answer in.
    if (connection.buffered < LITTLE) linger();
    else {
      this.timeouts.set('write', true);
      connection.drained.pipe(take(1)).subscribe(linger);
    }
  }

  private linger(octets: number): void {
    this.lingered = (this.lingered ?? 0) + octets;
    if (this.lingered > LINGER_OCTETS) this.connection.destroy();
  }

  /** A client that ends its side does not wait for the answer under way; one that has it all may close. */
  private end(): void {
    if (this.lingered !== undefined || this.lease !== undefined) return;
    this.isEndAwaited = this.isFull;
    if (this.isEndAwaited) return;
    if (this.current === undefined && this.reader.buffered === 0) this.lingerBehind();
    else this.leave(new ConnectionResetError('ended by the client'));
  }

  private break(error: unknown): void {
    if (this.lease === undefined) this.leave(error);
    else if (this.current !== undefined && error instanceof HttpError) this.current.fault = error;
  }

  /** Nothing more can be read or sent. */
  private leave(error: unknown): void {
    if (this.isGone) return;
    this.isGone = true;
    this.timeouts.stop();
    this.answered?.unsubscribe();
    this.lingering?.unsubscribe();
    const { current, lease } = this;
    if (current !== undefined) this.conclude();
    this.lease = undefined;
    // RFC 9112 §8: without a length the end of the connection is the end of the body, so that a part would look whole.
    const isCut = lease !== undefined || (current?.sender.isEndedByClose === true && !current.sender.isDone);
    this.connection.destroy(isCut || (this.isEndedByClose && this.connection.buffered > 0));
    lease?.complete();
    if (current !== undefined) {
      if (error instanceof HttpError) {
        current.fault = error;
        current.content.fail(error);
        current.accepted?.subscriber.error(error);
      }
      current.handling.unsubscribe();
      current.sender.resume();
    }
    this.options.onGone(this);
  }
}
