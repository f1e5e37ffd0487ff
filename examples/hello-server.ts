// A server that says hello: `npx tsx examples/hello-server.ts`, then `curl localhost:8080`. Ctrl-C or SIGTERM lets it finish what
// it has begun; a second one ends it at once.
import { fromEvent, merge, of } from 'rxjs';
import { HttpServer, responseBody, responseDone, responseStart } from 'rxchange';

new HttpServer({ port: 8080 })
  .serve(
    ({ method, uri }) =>
      of(
        responseStart(200, [['Content-Type', 'text/plain']]),
        responseBody(Buffer.from(`hello: ${method} ${uri}\n`)),
        responseDone(),
      ),
    { stop: merge(fromEvent(process, 'SIGTERM'), fromEvent(process, 'SIGINT')) },
  )
  .subscribe((notification) => console.log(notification));
