import { UrlError } from '../message/errors.ts';
import type { Interceptor } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import { ORIGIN, pathAndQuery } from '../message/target.ts';

/** How a gateway names itself: RFC 9110 §7.6.3 asks each one to, so that a loop is seen. */
const VIA: HeaderList = [['Via', '1.1 rxchange']];

/**
 * Sends each request to another origin, with path and query as they were asked for: what makes a gateway of a client.
 *
 * The Host field becomes that of the origin, and `Via` is added; all other fields go through, but for those that end at
 * each hop anyway.
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
  const base = origin.replace(/\/$/, '');
  if (ORIGIN.exec(base)?.[0] !== base) throw new UrlError(`${JSON.stringify(origin)} is not an origin`);
  return (request, next) =>
    next({ ...request, uri: base + pathAndQuery(request.uri), headers: [...request.headers, ...VIA] });
}
