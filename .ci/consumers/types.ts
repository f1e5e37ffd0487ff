import type { Observable } from 'rxjs';
import {
  compose,
  getHeader,
  HttpClient,
  HttpError,
  HttpServer,
  json,
  jsonBody,
  responseDone,
  respond,
  responseStart,
  toReadable,
  UrlError,
  type Exchange,
  type Handler,
  type HeaderList,
  type HttpRequest,
  type Interceptor,
  type ResponseNotification,
  type ServerNotification,
} from 'rxchange';
import { ResponseReader } from 'rxchange/wire';
import { proxyFromEnvironment } from 'rxchange/environment';
import { route } from 'rxchange/route';
import { staticFiles } from 'rxchange/static';
import * as testing from 'rxchange/testing';

const client = new HttpClient({ idleTimeout: null, transport: proxyFromEnvironment() });
const request: HttpRequest = { method: 'GET', uri: 'http://localhost/', headers: [['Accept', '*/*']] };
const traced: Interceptor = (given, next) =>
  next({ ...given, headers: [...given.headers, ['X-Trace', '1']] });
const exchange: Exchange = compose(client.exchange, traced);
const response: Observable<ResponseNotification> = exchange(request);
const user: Observable<{ name: string }> = response.pipe(json<{ name: string }>({ maxBytes: 1_000 }));
const answer: Observable<ResponseNotification> = respond(200, jsonBody({ user: 'Ada' }));
const stream: NodeJS.ReadableStream = toReadable(answer);
const site: Handler = route({
  '/users/:id': { GET: ({ params }) => respond(200, jsonBody(params.id)) },
  '/*path': staticFiles('public'),
});
const serving: Observable<ServerNotification> = new HttpServer({ port: 0 }).serve(exchange);
const entries: object[] = [
  testing,
  new ResponseReader({ careful: false }),
  serving,
  user,
  stream,
  site,
  responseStart(200),
  responseDone(),
];

response.subscribe({
  next: (notification) => {
    switch (notification.type) {
      case 'response_start':
      case 'response_nonfinal': {
        const headers: HeaderList = notification.headers;
        const length: string[] = getHeader(headers, 'Content-Length');
        return length;
      }
      case 'response_body': {
        const chunk: Uint8Array = notification.chunk;
        return notification.flow?.hold().unsubscribe() ?? chunk;
      }
      case 'response_done':
        return notification.trailers;
      case 'response_anomaly':
        return notification.error.code;
      default:
        // Exhaustive: another type of notification would be an error here.
        return notification satisfies never;
    }
  },
  error: (error: unknown) => {
    const code: string | undefined = error instanceof HttpError ? error.code : undefined;
    return [code, error instanceof UrlError, entries];
  },
});

// @ts-expect-error -- a header is a name and a value
const oneStringTooFew: HttpRequest = { method: 'GET', uri: '', headers: [['Accept']] };
// @ts-expect-error -- an option nobody knows
new HttpClient({ keepAlive: true, oneStringTooFew });
