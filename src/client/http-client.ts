import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  EMPTY,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { HttpError, UrlError } from '../message/errors.ts';
import type { Exchange, HttpRequest } from '../message/exchange.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Connection, Transport } from '../transport/transport.ts';
import type { GivenLimits } from '../wire/limits.ts';
import { ClientConnection } from './client-connection.ts';
import { inExchange } from './in-exchange.ts';
import type { Origin } from './origin.ts';
import { Pool } from './pool.ts';
import { sendableRequest, type SendableRequest } from './request-head.ts';

/** The settings of a client. Times are ms; `null` means never. */
export interface HttpClientSettings {
  /**
   * What connects.
   *
   * @defaultValue TCP, one for the whole process: clients with the same transport share idle connections
   */
  readonly transport: Transport;
  /**
   * ms that an idle connection is kept open.
   *
   * @defaultValue 60000
   */
  readonly idleTimeout: number | null;
  /**
   * Octets of a request body that are kept while the connection is slower than a source that does not honour `flow`;
   * when more come, the exchange ends with a BufferFullError.
   *
   * @defaultValue 16777216
   */
  readonly maxBufferedBytes: number;
  /**
   * `false` survives what bends the syntax of a response head without concerning its framing, and tells of it in a
   * `response_anomaly`.
   *
   * @defaultValue true
   */
  readonly careful: boolean;
  /** Bounds on what is read of a response head; those not given have their defaults. */
  readonly limits: GivenLimits;
  /**
   * Where time comes from.
   *
   * @defaultValue asyncScheduler, which is virtual inside `TestScheduler.run`
   */
  readonly scheduler: SchedulerLike;
}

/** What may be set otherwise than by default. */
export type HttpClientOptions = {
  readonly [Name in keyof HttpClientSettings]?: HttpClientSettings[Name] | undefined;
};

/**
 * An HTTP/1.1 client. Its `exchange` is a function from a request to an Observable of the response: subscribing sends the
 * request, unsubscribing abandons it, and there is nothing else to clean up.
 *
 * ```
 * --s-b-b-(d|)
 * ```
 *
 * @example
 * ```ts
 * const client = new HttpClient({ idleTimeout: 10_000 });
 * client
 *   .exchange({ method: 'GET', uri: 'http://localhost:8080/', headers: [['Accept', 'text/plain']] })
 *   .subscribe((notification) => console.log(notification.type));
 * ```
 */
export class HttpClient {
  /** The settings of clients that are not told otherwise, for all of them: a change holds for those made after it. */
  static defaults: HttpClientSettings = {
    transport: tcpTransport(),
    idleTimeout: 60_000,
    maxBufferedBytes: 16_777_216,
    careful: true,
    limits: {},
    scheduler: asyncScheduler,
  };

  private readonly settings: HttpClientSettings;
  private readonly pool: Pool;

  constructor(options: HttpClientOptions = {}) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.settings = { ...HttpClient.defaults, ...(Object.fromEntries(given) as Partial<HttpClientSettings>) };
    this.pool = Pool.of(this.settings.transport, this.settings.scheduler);
  }

  /**
   * Sends the request each time it is subscribed to, and emits the response.
   *
   * Bound, so that it can be handed on by itself: `server.serve(client.exchange)`.
   *
   * @throws UnwritableError at once, for a request that would not be HTTP
   */
  readonly exchange: Exchange = (request: HttpRequest): Observable<ResponseNotification> => {
    let sendable: SendableRequest;
    try {
      sendable = sendableRequest(request);
    } catch (error) {
      // What is wrong with a URI is often wrong in data; all else is wrong in the program.
      if (error instanceof UrlError) return throwError(() => error);
      throw error;
    }
    return defer(
      () => this.pool.take(sendable.origin.authority)?.exchange(sendable) ?? this.exchangeAnew(sendable),
    );
  };

  /** The exchange on a connection that is made for it. */
  private exchangeAnew(sendable: SendableRequest): Observable<ResponseNotification> {
    const { origin, request } = sendable;
    return this.settings.transport.connect(origin).pipe(
      catchError((error: unknown) => {
        const { method, uri } = request;
        throw error instanceof HttpError
          ? inExchange(error, { method, uri, reused: false, sent: false })
          : error;
      }),
      concatMap((phase) =>
        phase.type === 'connection' ? this.adopt(phase.connection, origin).exchange(sendable) : EMPTY,
      ),
    );
  }

  private adopt(connection: Connection, { authority }: Origin): ClientConnection {
    const { pool, settings } = this;
    return new ClientConnection(connection, {
      ...settings,
      onIdle: (idle) => pool.put(authority, idle, settings.idleTimeout),
      onGone: (gone) => pool.delete(authority, gone),
    });
  }
}
