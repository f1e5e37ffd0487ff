import { asyncScheduler, from, Observable, type Subscription } from 'rxjs';
import { BodyNotRepeatableError, HttpError, MessageError } from '../message/errors.ts';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { ResponseNotification, ResponseStart } from '../message/notifications.ts';
import { checkSettings, func, given } from '../message/settings.ts';
import { tcpTransport } from '../transport/tcp.ts';
import { Answering, type OnFault } from './answering.ts';
import { HttpServerExchange, type Answer } from './http-server-exchange.ts';
import { checkServerSettings } from './check-settings.ts';
import {
  Listening,
  stopOf,
  type Handling,
  type ListenOptions,
  type ServerNotification,
} from './listening.ts';
import type { HttpServerOptions, HttpServerSettings } from './server-settings.ts';

/** Answers a request. Every {@link Exchange} is one. It is unsubscribed when the client leaves. */
export type Handler = (request: HttpServerRequest) => Observable<ResponseNotification>;

/**
 * An HTTP/1.1 server. It listens while it is subscribed to.
 *
 * @example
 * ```ts
 * const server = new HttpServer({ port: 8080 });
 * const serving = server
 *   .serve(() => of(responseStart(200), responseBody(Buffer.from('hello\n')), responseDone()))
 *   .subscribe();
 * // later
 * serving.unsubscribe();
 * ```
 */
export class HttpServer {
  /** The settings of servers that are not told otherwise, for all of them: a change holds for those made after it. */
  static defaults: HttpServerSettings = {
    host: 'localhost',
    port: 0,
    transport: tcpTransport(),
    idleTimeout: 60_000,
    headTimeout: 30_000,
    requestTimeout: 300_000,
    readTimeout: 60_000,
    writeTimeout: 60_000,
    handlerTimeout: null,
    maxBufferedBytes: 16_777_216,
    maxConnections: Infinity,
    maxRequestsPerConnection: Infinity,
    stopGrace: 1_000,
    stopTimeout: 25_000,
    limits: {},
    onError: (error) => {
      // What a client has sent wrong is answered, and no news: it could else fill the log of any server.
      if (statusOf(error) >= 500) console.error(error);
    },
    scheduler: asyncScheduler,
  };

  private readonly settings: HttpServerSettings;

  /** @throws TypeError or RangeError that names an option with a wrong value */
  constructor(options: HttpServerOptions = {}) {
    this.settings = { ...HttpServer.defaults, ...given(options, 'HttpServer') };
    checkServerSettings(this.settings);
  }

  /**
   * Listens while subscribed: emits `start` with the address, then each exchange, to be answered by its methods.
   * Unsubscribing closes all connections at once; `stop` stops without losing anything. Errors with a ListenError.
   *
   * @throws TypeError at once for a `stop` that is no Observable
   *
   * ```
   * -s--e-e----e---         start, exchange …
   * -s--e-e----p-p-(pt|)    `stop` emits: stopping, as there are fewer connections each time, then stop
   * ```
   */
  listen(options: ListenOptions = {}): Observable<ServerNotification> {
    const stop = stopOf(options);
    return new Observable((subscriber) => {
      const handle: Handling['handle'] = (request, answer): undefined => {
        subscriber.next({ type: 'exchange', exchange: new HttpServerExchange(request, answer) });
      };
      new Listening(this.settings, { handle, onTimeout: this.fault }, subscriber).start(stop);
    });
  }

  /**
   * Listens while subscribed, and answers each exchange by the handler: emits what {@link HttpServer.listen} does, but for the
   * exchanges. Errors with a ListenError, never with an error of the handler's.
   *
   * A handler that fails before its head is answered for with 500, or the status that its HttpError names; after it, the
   * connection is closed, so that a truncated response never looks whole.
   *
   * @throws TypeError at once for a handler that is no function, or a `stop` that is no Observable
   *
   * @example
   * ```ts
   * server.serve(handler, { stop: fromEvent(process, 'SIGTERM') }).subscribe();
   * ```
   */
  serve(handler: Handler, options: ListenOptions = {}): Observable<ServerNotification> {
    checkSettings({ handler }, { handler: func }, 'serve');
    const stop = stopOf(options);
    return new Observable((subscriber) => {
      const handle: Handling['handle'] = (request, answer) => this.answer(request, answer, handler);
      new Listening(this.settings, { handle, onTimeout: this.fault }, subscriber).start(stop);
    });
  }

  private answer(request: HttpServerRequest, answer: Answer, handler: Handler): Subscription {
    const answering = new Answering(request, answer, this.fault);
    try {
      from(handler(request)).subscribe(answering);
    } catch (error) {
      answering.error(error);
    }
    return answering;
  }

  private readonly fault: OnFault = (error, request, answer) => {
    // A client that breaks off or sends what is not HTTP could else fill the log of any server.
    let wanted: unknown;
    if (error === undefined || error !== answer.fault) {
      try {
        wanted = this.settings.onError(error, request);
      } catch (another) {
        console.error(another);
      }
    }
    answer.fail(faultStatus(wanted) ?? statusOf(error));
  };
}

/** The status that a hook wants answered. It may return whatever its last expression is: a count is none. */
function faultStatus(wanted: unknown): number | undefined {
  const { status = NaN } = (wanted ?? {}) as Partial<ResponseStart>;
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined;
}

/** A gateway's upstream that does not speak HTTP is a 502 and not the client's fault (RFC 9110 §15.6.3). */
function statusOf(error: unknown): number {
  if (!(error instanceof HttpError)) return 500;
  // A gateway cannot send its client's content twice: what kept it from sending it once is the fault.
  if (error instanceof BodyNotRepeatableError) return statusOf(error.cause);
  return error instanceof MessageError ? 502 : (error.serverStatus ?? 500);
}
