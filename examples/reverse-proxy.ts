import { fromEvent } from 'rxjs';
import { compose, HttpClient, HttpServer, toOrigin } from 'rxchange';

const [, , origin = 'http://127.0.0.1:9000', port = '8080'] = process.argv;
const gateway = compose(new HttpClient().exchange, toOrigin(origin));
new HttpServer({ port: Number(port) })
  .serve(gateway, { stop: fromEvent(process, 'SIGTERM') })
  .subscribe((notification) => console.log(notification));
