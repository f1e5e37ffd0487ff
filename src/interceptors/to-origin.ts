import { map, of } from 'rxjs';
import { parseBareOrigin } from '../client/origin.ts';
import { UrlError } from '../message/errors.ts';
import type { Interceptor } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import {
  responseDone,
  responseStart,
  type RequestBody,
  type RequestDone,
  type ResponseNotification,
} from '../message/notifications.ts';
import { pathAndQuery } from '../message/target.ts';
import { isForbiddenTrailer } from '../wire/message-writer.ts';
import { maxForwards } from './max-forwards.ts';

/** How a gateway names itself: RFC 9110 §7.6.3 asks each one to, so that a loop is seen. */
const VIA: HeaderList = [['Via', '1.1 rxchange']];

/**
 * Sends each request to another origin, with path and query as they were asked for: what makes a gateway of a client.
 *
 * The Host field becomes that of the origin, and `Via` is added; all other fields go through, but for those that end at
 * each hop anyway. Trailers go through, but for those that no trailer may be: whoever was given such a one would have to refuse
 * the whole message. `Max-Forwards` of OPTIONS and TRACE is counted down, and what may go no further is answered here. CONNECT asks
 * for a tunnel, and gets 501.
 *
 * @param origin - `http://host:port`, without a path
 * @throws UrlError at once, for what is no origin
 *
 * @example
 * ```ts
 * new HttpServer({ port: 8080 })
 *   .serve(compose(new HttpClient().exchange, toOrigin('http://127.0.0.1:9000')))
 *   .subscribe();
 * ```
 */
export function toOrigin(origin: string): Interceptor {
  const base = parseBareOrigin(origin).serialized;
  return (request, next) => {
    if (request.method === 'CONNECT') return NO_TUNNEL;
    const path = pathAndQuery(request.uri);
    // What is no path would become a part of the host.
    if (!/^(?:[/?]|$)/.test(path)) throw new UrlError(`${JSON.stringify(request.uri)} has no path`);
    const headers = [...request.headers, ...VIA];
    const body = request.body?.pipe(map(allowTrailers));
    return maxForwards({ ...request, uri: base + path, headers, body }, next).pipe(map(allowTrailers));
  };
}

const NO_TUNNEL = of(responseStart(501, [['Content-Length', '0']]), responseDone());

/** Leaves out of the trailers of a message what no trailer may be. */
function allowTrailers<T extends RequestBody | RequestDone | ResponseNotification>(notification: T): T {
  if (!('trailers' in notification) || notification.trailers.length === 0) return notification;
  return { ...notification, trailers: notification.trailers.filter(([name]) => !isForbiddenTrailer(name)) };
}
