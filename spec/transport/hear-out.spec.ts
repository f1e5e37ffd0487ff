import net from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  HttpClient,
  requestBody,
  type HttpError,
  type RequestBody,
  type ResponseNotification,
} from 'rxchange';
import { Observable, Subscription } from 'rxjs';

const REFUSAL = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno';

let server: net.Server;
let answer: (socket: net.Socket) => void;

beforeEach(async () => {
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    // What follows is left unread, so that closing resets the connection.
    socket.once('data', () => {
      socket.pause();
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Pieces without an end, which wait while they are held. */
function pieces(): Observable<RequestBody> {
  const chunk = new Uint8Array(65_536);
  return new Observable((subscriber) => {
    let holds = 0;
    const emit = (): void => {
      while (holds === 0 && !subscriber.closed) subscriber.next(requestBody(chunk, { hold }));
    };
    const hold = (): Subscription => {
      holds++;
      return new Subscription(() => {
        holds--;
        emit();
      });
    };
    emit();
  });
}

/** What comes of an upload that never waits. */
function upload(): Promise<unknown> {
  const { port } = server.address() as net.AddressInfo;
  const body = pieces();
  const headers: [string, string][] = [['Content-Length', '1000000000']];
  const uri = `http://127.0.0.1:${String(port)}/`;
  return new Promise((resolve) => {
    const heard: ResponseNotification[] = [];
    new HttpClient({ retryLimit: 0 }).exchange({ method: 'POST', uri, headers, body }).subscribe({
      next: (notification) => heard.push(notification),
      error: (error: unknown) => resolve((error as HttpError).code),
      complete: () => resolve(heard.map((part) => ('status' in part ? part.status : part.type))),
    });
  });
}

test('an answer is heard though a write has failed for its sender being gone', async () => {
  answer = (socket) => socket.end(REFUSAL, () => socket.destroy());
  for (let nth = 0; nth < 20; nth++) expect(await upload()).toEqual([413, 'response_body', 'response_done']);
});

test.each([
  ['closes', (socket: net.Socket) => socket.destroy()],
  ['ends', (socket: net.Socket) => socket.end(() => socket.destroy())],
  ['resets', (socket: net.Socket) => socket.resetAndDestroy()],
])('a server that %s without one is a connection that was reset, and at once', async (_, close) => {
  answer = close;
  for (let nth = 0; nth < 20; nth++) expect(await upload()).toBe('CONNECTION_RESET');
});
