import { Observable } from 'rxjs';
import { BodyNotRepeatableError } from '../message/errors.ts';
import type { HttpServerRequest } from '../message/exchange.ts';
import { getHeader, type HeaderList } from '../message/headers.ts';
import { requestBody, requestDone } from '../message/notifications.ts';

/** What a request for a handler has besides its method and target. */
export interface ServerRequestOptions {
  /** @defaultValue a Host, which is `origin` */
  readonly headers?: HeaderList | undefined;
  /** As latin1; read once, like that of a server. */
  readonly content?: string | undefined;
  readonly trailers?: HeaderList | undefined;
}

/**
 * What a server would hand to its handler, for a handler that is tested without one.
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run(({ expectExchange }) => {
 *   const handler: Handler = ({ method }) => of(responseStart(method === 'GET' ? 204 : 405), responseDone());
 *   expectExchange(handler(serverRequest('GET', '/a'))).toBe('(sd|)', { s: 204 });
 * });
 * ```
 */
export function serverRequest(
  method: string,
  target: string,
  { headers = [['Host', 'origin']], content = '', trailers = [] }: ServerRequestOptions = {},
): HttpServerRequest {
  let isRead = false;
  return {
    method,
    uri: target,
    version: '1.1',
    headers,
    authority: getHeader(headers, 'Host')[0],
    scheme: 'http',
    connection: { localAddress: 'origin', localPort: 80, remoteAddress: 'client', remotePort: 49_152 },
    body: new Observable((subscriber) => {
      if (isRead) {
        subscriber.error(new BodyNotRepeatableError('the body of a request that was read, or thrown away'));
        return;
      }
      isRead = true;
      if (content !== '') subscriber.next(requestBody(Buffer.from(content, 'latin1')));
      subscriber.next(requestDone(trailers));
      subscriber.complete();
    }),
  };
}
