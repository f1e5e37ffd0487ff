import type { Observable } from 'rxjs';
import type { Connection, ConnectionInfo } from './connection.ts';
import type { HeaderList } from './headers.ts';
import type { HttpVersion, RequestBody, RequestDone, ResponseNotification } from './notifications.ts';

/** A request, as plain data and a cold body. */
export interface HttpRequest {
  /** Case-sensitive (RFC 9110 §9.1): `get` is not `GET`. */
  readonly method: string;
  /** Absolute for a client (`http://host/path?query`); the request-target as received for a server. */
  readonly uri: string;
  /**
   * A client leaves out what it says itself: Host, which is that of the URI (RFC 9112 §3.2), Transfer-Encoding, and the
   * fields for one hop only.
   */
  readonly headers: HeaderList;
  /**
   * `request_body` … then `request_done`. Cold: every attempt subscribes again, so a retry re-sends the body.
   * Missing, or a lone `request_done`, is a request without content.
   */
  readonly body?: Observable<RequestBody | RequestDone> | undefined;
}

/** What a server's handler gets: always a body (at least `request_done`; to be subscribed once), and who is asking. */
export interface HttpServerRequest extends HttpRequest {
  readonly version: HttpVersion;
  /** Host and port asked for: those of an absolute target, else the Host field (RFC 9112 §3.2.2); none in bare HTTP/1.0. */
  readonly authority: string | undefined;
  /** `https` on a connection that is secured, or that a trusted proxy says was. */
  readonly scheme: 'http' | 'https';
  readonly connection: ConnectionInfo;
  readonly body: Observable<RequestBody | RequestDone>;
  /**
   * What the client would rather speak: there when it asks for another protocol (RFC 9110 §7.8) or for a tunnel (CONNECT,
   * §9.3.6). Who does not accept it answers as ever.
   */
  readonly upgrade?: UpgradeOffer | undefined;
}

/** A client's offer to go on with another protocol on the connection of its request. */
export interface UpgradeOffer {
  /** Those of its Upgrade field, the most wanted first; empty for CONNECT, whose tunnel carries any. */
  readonly protocols: readonly string[];
  /**
   * Takes the offer up when subscribed, instead of a response: reads the request to its end, answers 101 (Switching
   * Protocols), or 200 to CONNECT, and emits the connection, with all that the client has sent behind its request still to be
   * read. Completes when the connection is closed; unsubscribing destroys it, and so does whatever unsubscribes the handler.
   *
   * ```
   * -c------|   accepted, closed
   * -c---!      accepted, destroyed
   * #           HandlerError: behind a response or another accept, or for a protocol that was not offered
   * ```
   *
   * @param headers - fields of the answer; `Upgrade` among them chooses of what is offered, else it is the first
   *
   * @example
   * ```ts
   * server.serve(({ upgrade }) =>
   *   upgrade === undefined
   *     ? of(responseStart(426, [['Upgrade', 'echo']]), responseDone())
   *     : upgrade.accept([['Upgrade', 'echo']]).pipe(
   *         mergeMap((connection) => connection.read.pipe(tap((octets) => connection.write(new Uint8Array(octets))))),
   *         ignoreElements(),
   *       ),
   * );
   * ```
   */
  accept(headers?: HeaderList): Observable<Connection>;
}

/**
 * A function from a request to an Observable of its response. The client **is** one, the server **calls** one, a test
 * double **is** one. Subscribing sends the request; unsubscribing abandons it; there is nothing else to clean up.
 *
 * ```
 * --s-b-b-(d|)
 * ```
 */
export type Exchange = (request: HttpRequest) => Observable<ResponseNotification>;

/** What stands between a caller and an exchange. Angular's `HttpInterceptorFn` has this shape. */
export type Interceptor = (request: HttpRequest, next: Exchange) => Observable<ResponseNotification>;

/**
 * The exchange seen through interceptors, the first of them outermost: it sees the request first and the response last.
 *
 * @example
 * ```ts
 * const traced = compose(client.exchange, (request, next) => {
 *   console.log(request.method, request.uri);
 *   return next(request);
 * });
 * ```
 */
export function compose(exchange: Exchange, ...interceptors: readonly Interceptor[]): Exchange {
  return interceptors.reduceRight<Exchange>(
    (next, intercept) => (request) => intercept(request, next),
    exchange,
  );
}
