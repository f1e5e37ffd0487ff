import { compose, HttpClient, HttpServer, toOrigin } from 'rxchange';

const [, , origin = 'http://127.0.0.1:9000', port = '8080'] = process.argv;

new HttpServer({ port: Number(port) })
  .serve(compose(new HttpClient().exchange, toOrigin(origin)))
  .subscribe((notification) => console.log(notification));
