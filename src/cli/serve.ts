import { ignoreElements, map, tap, type Observable } from 'rxjs';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { HttpServer } from '../server/http-server.ts';
import type { ServeCommand } from './arguments.ts';
import { drawMarbles } from './draw-marbles.ts';
import { echo } from './echo.ts';
import { explain, printable } from './printable.ts';
import { hasColour, type World } from './terminal.ts';

/** Answers every request with what was received, until it is unsubscribed. */
export function serve({ host, port, frame }: ServeCommand, world: World): Observable<never> {
  const { stdout, stderr, transport } = world;
  const server = new HttpServer({
    host,
    port,
    transport,
    onError: (error) => void stderr.write(`rxchange: ${explain(error)}\n`),
  });
  const drawn = (request: HttpServerRequest): Observable<ResponseNotification> =>
    frame === undefined
      ? echo(request)
      : // Not live: several may be under way.
        echo(request).pipe(
          tap({ subscribe: () => void stdout.write(`${printable(`${request.method} ${request.uri}`)}\n`) }),
          drawMarbles(stdout, { frame, live: false, colour: hasColour(stdout, world.env) }),
        );
  return server.serve(drawn).pipe(
    map((notification) => {
      if (notification.type !== 'start') return;
      const { address } = notification;
      const name = address.host.includes(':') ? `[${address.host}]` : address.host;
      stdout.write(`listening on http://${name}:${address.port}/\n`);
    }),
    ignoreElements(),
  );
}
