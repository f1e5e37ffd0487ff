// A server that says hello: `npx tsx examples/hello-server.ts`, then `curl localhost:8080`. Ctrl-C stops it.
import { of } from 'rxjs';
import { HttpServer, responseBody, responseDone, responseStart } from 'rxchange';

new HttpServer({ port: 8080 })
  .serve(({ method, uri }) =>
    of(
      responseStart(200, [['Content-Type', 'text/plain']]),
      responseBody(Buffer.from(`hello: ${method} ${uri}\n`)),
      responseDone(),
    ),
  )
  .subscribe((notification) => {
    if (notification.type === 'start') console.log(notification.address);
  });
