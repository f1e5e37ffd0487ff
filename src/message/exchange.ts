import type { Observable } from 'rxjs';
import type { ConnectionInfo } from './connection.ts';
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
  readonly connection: ConnectionInfo;
  readonly body: Observable<RequestBody | RequestDone>;
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
