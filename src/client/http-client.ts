import { asyncScheduler, catchError, Observable, throwError } from 'rxjs';
import { HttpError, UrlError } from '../message/errors.ts';
import type { Exchange, HttpRequest } from '../message/exchange.ts';
import type { ResponseNotification, UpgradeNotification } from '../message/notifications.ts';
import { given } from '../message/settings.ts';
import { deadline } from '../operators/deadline.ts';
import { retryExchange } from '../operators/retry-exchange.ts';
import { tlsTransport } from '../transport/tls.ts';
import { Attempt } from './attempt.ts';
import { Attempts } from './attempts.ts';
import { ClientPool } from './client-pool.ts';
import type { PoolStats } from './pool-stats.ts';
import { checkClientSettings } from './check-settings.ts';
import type { HttpClientOptions, HttpClientSettings } from './client-settings.ts';
import { isWatched, watched } from './diagnostics.ts';
import { HttpClientExchange } from './http-client-exchange.ts';
import { parseBareOrigin } from './origin.ts';
import { sendableRequest, upgradeRequest, type SendableRequest } from './request-head.ts';
import { holdUpgraded } from './hold-upgraded.ts';

/** What a client does with a request, and with none. */
export interface ClientExchange extends Exchange {
  (request: HttpRequest): Observable<ResponseNotification>;
  (): HttpClientExchange;
}

/**
 * An HTTP/1.1 client. Its `exchange` is a function from a request to an Observable of the response: subscribing sends the
 * request, unsubscribing abandons it, and there is nothing else to clean up.
 *
 * ```
 * --s-b-b-(d|)
 * --# 500ms --s-b-b-(d|)
 * ```
 *
 * @example
 * ```ts
 * const client = new HttpClient({ readTimeout: 30_000, deadline: 60_000 });
 * client
 *   .exchange({ method: 'GET', uri: 'http://localhost:8080/', headers: [['Accept', 'text/plain']] })
 *   .subscribe((notification) => console.log(notification.type));
 * ```
 */
export class HttpClient {
  /** The settings of clients that are not told otherwise, for all of them: a change holds for those made after it. */
  static defaults: HttpClientSettings = {
    transport: tlsTransport(),
    connectTimeout: null,
    connectBackoff: null,
    readTimeout: null,
    idleTimeout: 60_000,
    retryLimit: 2,
    retryDelay: 500,
    retryStatuses: [],
    maxRetryAfter: 30_000,
    maxConnectionsPerOrigin: 6,
    maxConnections: Infinity,
    maxPending: Infinity,
    acquireTimeout: null,
    headersTimeout: null,
    deadline: null,
    continueTimeout: 1_000,
    maxConnectionAge: null,
    keepAliveMargin: 1_000,
    maxBufferedBytes: 16_777_216,
    careful: true,
    limits: {},
    scheduler: asyncScheduler,
  };

  private readonly settings: HttpClientSettings;
  private readonly pool: ClientPool;

  /** @throws TypeError or RangeError that names an option with a wrong value */
  constructor(options: HttpClientOptions = {}) {
    this.settings = { ...HttpClient.defaults, ...given(options, 'HttpClient') };
    checkClientSettings(this.settings);
    this.pool = new ClientPool(this.settings);
    this.stats = this.pool.stats;
  }

  /**
   * Connections and waiting exchanges by origin (`http://host:port`, without a usual port): the latest at once, then every change.
   * One step may be several changes, and what stands between them is told as well: `auditTime(0)` tells the last.
   */
  readonly stats: Observable<ReadonlyMap<string, PoolStats>>;

  /**
   * With a request, an Observable of its response, which sends the request each time it is subscribed to; without one, an
   * exchange whose request is pushed.
   *
   * Bound, so that it can be handed on by itself: `server.serve(client.exchange)`.
   *
   * @throws UnwritableError at once, for a request that would not be HTTP
   */
  readonly exchange = ((...args: [] | [HttpRequest]): unknown =>
    // By their number, so that an undefined that was meant to be a request is an error.
    args.length === 0 ? this.pushed() : this.send(args[0])) as ClientExchange;

  /**
   * Offers to speak another protocol on the connection: by the Upgrade field of the request (RFC 9110 §7.8), or by the method
   * CONNECT, whose URI names the host and port that the tunnel shall lead to (§9.3.6).
   *
   * Where the server agrees, a `response_upgrade` hands over the connection, which is held for as long as this is subscribed
   * to: unsubscribing closes it, and this completes when it is closed. It counts against no limit, and `close()` does not
   * wait for it. Where the server does not agree, what comes is its response, as from `exchange`.
   *
   * ```
   * --u-------------|   agreed to, closed later
   * --s-b-(d|)          declined
   * ```
   *
   * @example
   * ```ts
   * client
   *   .upgrade({ method: 'GET', uri: 'http://localhost:8080/', headers: [['Upgrade', 'echo']] })
   *   .subscribe((notification) => {
   *     if (notification.type !== 'response_upgrade') return;
   *     const { connection } = notification;
   *     connection.read.subscribe({
   *       next: (octets) => console.log(octets.length),
   *       complete: () => connection.end(), // ours goes on until then
   *     });
   *     connection.write('hello');
   *   });
   * ```
   *
   * @throws UnwritableError at once, for a request that would not be HTTP, or offers no protocol
   */
  upgrade(request: HttpRequest): Observable<UpgradeNotification> {
    return holdUpgraded(this.send(request, upgradeRequest));
  }

  /**
   * Opens connections to an origin until there are so many, or as many as the limits allow, and keeps them for exchanges to
   * come. Completes when they are open; errors as an exchange would that cannot connect. Unsubscribing gives up those that
   * are not open yet.
   *
   * ```
   * -----|
   * -----#   ConnectError, DnsError, ConnectTimeoutError …
   * ```
   *
   * @param origin - `http://host:port`, without a path
   * @throws UrlError, RangeError at once
   *
   * @example
   * ```ts
   * client.warm('http://localhost:8080', 4).subscribe({ complete: () => console.log('warm') });
   * ```
   */
  warm(origin: string, count: number): Observable<never> {
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(`count must be a whole number from 0 up, not ${String(count)}`);
    }
    return this.pool.warm(parseBareOrigin(origin), count);
  }

  /**
   * Closes the client when subscribed to: idle connections at once, those in use when their exchange is over, and exchanges
   * that begin later end with a ClientClosedError, as does one that would be attempted again. Completes when no connection is
   * in use and nobody waits for one.
   *
   * ```
   * two exchanges end at 3 and 5:
   * -----|
   * ```
   */
  close(): Observable<never> {
    return this.pool.close;
  }

  private pushed(): HttpClientExchange {
    return new HttpClientExchange((request) => this.send(request), this.settings.maxBufferedBytes);
  }

  private send(request: HttpRequest, prepare = sendableRequest): Observable<ResponseNotification> {
    let sendable: SendableRequest;
    try {
      sendable = prepare(request);
    } catch (error) {
      // What is wrong with a URI is often wrong in data; all else is wrong in the program.
      if (error instanceof UrlError) return throwError(() => error);
      throw error;
    }
    return new Observable((subscriber) => {
      const attempt = new Attempt(sendable);
      const exchange = this.attempts(attempt);
      if (!isWatched()) return exchange.subscribe(subscriber);
      return watched(attempt, exchange, this.settings.scheduler).subscribe(subscriber);
    });
  }

  private attempts(attempt: Attempt): Observable<ResponseNotification> {
    const { settings } = this;
    const { scheduler } = settings;
    const attempts = new Attempts(attempt, settings);
    const once = new Observable<ResponseNotification>((subscriber) => {
      attempt.begin();
      return this.pool
        .run(
          attempt.sendable.origin,
          (connection, context) => connection.exchange(attempt, context),
          attempts.isNew,
          attempt.stopwatch,
        )
        .subscribe(subscriber);
    });
    const exchange = once.pipe(retryExchange(attempts));
    if (settings.deadline === null) return exchange;
    return exchange.pipe(
      deadline(settings.deadline, scheduler),
      catchError((error: unknown) => {
        if (error instanceof HttpError && error.exchange === undefined)
          Object.assign(error, { exchange: attempt.facts });
        throw error;
      }),
    );
  }
}
