// A gateway through which WebSockets go as well: `npx tsx examples/websocket-proxy.ts http://127.0.0.1:9000 8080`.
import { fromEvent, mergeMap, of } from 'rxjs';
import {
  compose,
  HttpClient,
  HttpServer,
  splice,
  toOrigin,
  type HttpRequest,
  type HttpServerRequest,
} from 'rxchange';

const [, , origin = 'http://127.0.0.1:9000', port = '8080'] = process.argv;
const client = new HttpClient();

/** Asks for the same protocol that it was asked for; where the origin agrees, the two connections become one. */
const relay = (request: HttpRequest & Pick<HttpServerRequest, 'upgrade'>) => {
  const { upgrade } = request;
  if (upgrade === undefined) return client.exchange(request);
  return client
    .upgrade(request)
    .pipe(
      mergeMap((notification) =>
        notification.type === 'response_upgrade'
          ? upgrade
              .accept(notification.headers)
              .pipe(mergeMap((here) => splice(here, notification.connection)))
          : of(notification),
      ),
    );
};

new HttpServer({ port: Number(port) })
  .serve(compose(relay, toOrigin(origin)), { stop: fromEvent(process, 'SIGTERM') })
  .subscribe((notification) => console.log(notification));
