import { Observable, type Subscriber } from 'rxjs';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  tcpTransport,
  tlsTransport,
  type Handler,
  type ResponseNotification,
} from 'rxchange';
import { CONTENT, fieldsFor, identity } from './subject.ts';

const content = Buffer.from(CONTENT);

const handler: Handler = (request) =>
  new Observable((subscriber) => {
    if (request.method !== 'POST') {
      answer(request.uri, subscriber);
      subscriber.complete();
      return;
    }
    const chunks: Uint8Array[] = [];
    return request.body.subscribe({
      next: (notification) => {
        if (notification.type === 'request_body') {
          chunks.push(notification.chunk);
          return;
        }
        JSON.parse(Buffer.concat(chunks).toString());
        answer('', subscriber);
      },
      complete: () => subscriber.complete(),
      error: (error: unknown) => subscriber.error(error),
    });
  });

function answer(path: string, subscriber: Subscriber<ResponseNotification>): void {
  const length = String(content.length);
  subscriber.next(
    responseStart(200, [['Content-Type', 'text/plain'], ['Content-Length', length], ...fieldsFor(path)]),
  );
  subscriber.next(responseBody(content));
  subscriber.next(responseDone());
}

export function listen(): Promise<number> {
  const transport = identity === undefined ? tcpTransport() : tlsTransport(identity);
  const server = new HttpServer({ host: '0.0.0.0', transport });
  return new Promise((resolve, reject) => {
    server.serve(handler).subscribe({
      next: (notification) => {
        if (notification.type === 'start') resolve(notification.address.port);
      },
      error: reject,
    });
  });
}
