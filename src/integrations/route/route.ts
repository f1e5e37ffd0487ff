import { METHODS } from 'node:http';
import { match } from 'path-to-regexp';
import { concat, of, takeWhile, type Observable } from 'rxjs';
import { respond } from '../../body/respond.ts';
import type { HttpServerRequest } from '../../message/exchange.ts';
import type { HeaderList } from '../../message/headers.ts';
import { responseDone, type ResponseNotification } from '../../message/notifications.ts';
import { pathOf } from '../../message/target.ts';
import type { Handler } from '../../server/http-server.ts';
import { refuse } from '../refuse.ts';
import type { Params } from './params.ts';

/** A request whose path is that of a route, and what its parameters are, percent-decoded. */
export type RoutedRequest<Path extends string = string> = HttpServerRequest & {
  readonly params: Params<Path>;
};

/** Answers the requests of a route. */
export type RouteHandler<Path extends string = string> = (
  request: RoutedRequest<Path>,
) => Observable<ResponseNotification>;

/** What answers the requests for a path: a handler for each method, or one for all of them. */
export type Route<Path extends string = string> =
  RouteHandler<Path> | Readonly<Record<string, RouteHandler<Path>>>;

/** A route as it is looked for. */
interface Compiled {
  /** @throws URIError when what stands for a parameter is not percent-encoded as it should be */
  readonly match: (path: string) => false | { readonly params: unknown };
  /** No object: a method may be called `constructor`. */
  readonly handlers: ReadonlyMap<string, RouteHandler<never>>;
  readonly any: RouteHandler<never> | undefined;
}

/**
 * A handler made of a table of paths and methods. The first path that matches and has the method answers.
 *
 * A path is a pattern of path-to-regexp: `/users/:id` has a parameter for one segment, `/files/*path` for all that follow,
 * `/posts{/:page}` one that may be missing. It matches the whole path as it was asked for, case and last slash included.
 *
 * What is in no route is answered by `otherwise`: 404. A path without the method is 405, with Allow (RFC 9110 §15.5.6). HEAD
 * is answered by what answers GET, without the content, and OPTIONS by Allow, unless the table says otherwise. A path that
 * is not percent-encoded as it should be is 400.
 *
 * Handlers see the request as it came, so that a handler of a table may be a table with paths of its own.
 *
 * @throws TypeError for a path that is no pattern, a method that is not written as it is, or a handler that is none
 *
 * @example
 * ```ts
 * server.serve(
 *   route({
 *     '/users/:id': {
 *       GET: ({ params }) => respond(200, jsonBody({ id: params.id })),
 *       DELETE: ({ params }) => remove(params.id).pipe(switchMap(() => respond(204))),
 *     },
 *     '/assets/*path': staticFiles('public', { prefix: '/assets' }),
 *   }),
 * );
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each handler's params are inferred from its path
export function route<Paths extends string>(
  table: { readonly [Path in Paths]: Route<Path> },
  otherwise: Handler = () => refuse(404),
): Handler {
  const routes = Object.entries<Route<never>>(table).map(([path, given]) => compile(path, given));
  return (request) => {
    const { method, uri } = request;
    if (uri === '*') return respond(204);
    const path = pathOf(uri);
    const allowed = new Set<string>();
    for (const { match: matchPath, handlers, any } of routes) {
      let matched;
      try {
        matched = matchPath(path);
      } catch {
        return refuse(400);
      }
      if (matched === false) continue;
      const routed = { ...request, params: matched.params } as RoutedRequest<never>;
      const handler = any ?? handlers.get(method);
      if (handler !== undefined) return handler(routed);
      const get = method === 'HEAD' ? handlers.get('GET') : undefined;
      if (get !== undefined) return headOf(get(routed));
      for (const each of handlers.keys()) allowed.add(each);
    }
    if (allowed.size === 0) return otherwise(request);
    if (allowed.has('GET')) allowed.add('HEAD');
    const headers: HeaderList = [['Allow', [...allowed.add('OPTIONS')].join(', ')]];
    return method === 'OPTIONS' ? respond(204, { headers }) : refuse(405, headers);
  };
}

function compile(path: string, given: Route<never>): Compiled {
  if (!path.startsWith('/')) throw new TypeError(`the path ${JSON.stringify(path)} does not begin with /`);
  const handlers = new Map(typeof given === 'function' ? [] : Object.entries(given));
  const any = typeof given === 'function' ? given : undefined;
  for (const [method, handler] of handlers) {
    if (typeof handler !== 'function') throw new TypeError(`${method} ${path} has no handler`);
    // Case counts (RFC 9110 §9.1): nobody would ever ask for it.
    if (!METHODS.includes(method) && METHODS.includes(method.toUpperCase()))
      throw new TypeError(`${method} ${path} is of no method: it is ${method.toUpperCase()}`);
  }
  return { match: match(path, { sensitive: true, trailing: false }), handlers, any };
}

/** The content is not made, as nobody gets it. */
function headOf(response: Observable<ResponseNotification>): Observable<ResponseNotification> {
  return concat(response.pipe(takeWhile(({ type }) => type !== 'response_start', true)), of(responseDone()));
}
