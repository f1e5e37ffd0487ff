import { AsyncLocalStorage } from 'node:async_hooks';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { finalize, Observable, of, tap, timer, type Unsubscribable } from 'rxjs';
import {
  HttpClient,
  requestBody,
  requestDone,
  tcpTransport,
  type HttpClientOptions,
  type HttpRequest,
} from 'rxchange';

const storage = new AsyncLocalStorage<string>();

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';

/** A server that answers each request after a while, unless `answer` does otherwise. */
let answer: (socket: net.Socket, request: number) => void;
let server: net.Server;
let origin: string;
let sockets: Set<net.Socket>;

const later = (work: () => void): Unsubscribable => timer(5).subscribe(work);

beforeEach(async () => {
  let requests = 0;
  sockets = new Set();
  answer = (socket) => later(() => socket.write(ANSWER));
  server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => answer(socket, ++requests));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const client = (options: HttpClientOptions = {}): HttpClient =>
  new HttpClient({ transport: tcpTransport(), ...options });

const get = (): HttpRequest => ({ method: 'GET', uri: `${origin}/`, headers: [] });

/** Subscribes as `name`, and says as whom each callback ran. */
function seenBy(name: string, observable: Observable<{ readonly type: string }>): Promise<string[]> {
  return new Promise((resolve) => {
    storage.run(name, () => {
      const seen: string[] = [];
      const see = (what: string): unknown => seen.push(`${what} ${storage.getStore() ?? 'nobody'}`);
      observable.pipe(finalize(() => setImmediate(() => resolve(seen)))).subscribe({
        next: ({ type }) => see(type),
        error: (error: unknown) => see((error as { code: string }).code),
        complete: () => see('complete'),
      });
    });
  });
}

const whole = (name: string): string[] =>
  ['response_start', 'response_body', 'response_done', 'complete'].map((what) => `${what} ${name}`);

describe('the callbacks of a subscriber run where it was subscribed', () => {
  test('on a connection of its own', async () => {
    expect(await seenBy('a', client().exchange(get()))).toEqual(whole('a'));
  });

  test('on one that another has opened', async () => {
    const { exchange } = client();
    const shared = exchange(get());
    for (const name of ['a', 'b', 'c']) expect(await seenBy(name, shared)).toEqual(whole(name));
    expect(sockets.size).toBe(1);
  });

  test('when it had to wait for its turn', async () => {
    const { exchange } = client({ maxConnectionsPerOrigin: 1 });
    const names = ['a', 'b', 'c'];
    const seen = await Promise.all(names.map((name) => seenBy(name, exchange(get()))));
    expect(seen).toEqual(names.map(whole));
    expect(sockets.size).toBe(1);
  });

  test('when it had to wait for the limit over all origins', async () => {
    const { exchange } = client({ maxConnections: 1 });
    const names = ['a', 'b', 'c'];
    const seen = await Promise.all(names.map((name) => seenBy(name, exchange(get()))));
    expect(seen).toEqual(names.map(whole));
  });

  test('on a connection that was begun for one that left', async () => {
    const { exchange } = client({ maxConnectionsPerOrigin: 1 });
    const left = storage.run('a', () => exchange(get()).subscribe());
    const seen = seenBy('b', exchange(get()));
    left.unsubscribe();
    expect(await seen).toEqual(whole('b'));
    expect(sockets.size).toBe(1);
  });

  test('after a retry', async () => {
    answer = (socket, request) => {
      if (request <= 2) socket.resetAndDestroy();
      else later(() => socket.write(ANSWER));
    };
    expect(await seenBy('a', client({ retryDelay: 1 }).exchange(get()))).toEqual(whole('a'));
  });

  test('after a replay on a new connection, for one that another has opened', async () => {
    const { exchange } = client();
    expect(await seenBy('a', exchange(get()))).toEqual(whole('a'));
    answer = (socket, request) => {
      if (request === 2) socket.destroy();
      else later(() => socket.write(ANSWER));
    };
    expect(await seenBy('b', exchange(get()))).toEqual(whole('b'));
    expect(sockets.size).toBe(2);
  });

  test('with a timer that another had set', async () => {
    const { exchange } = client({ readTimeout: 40, retryLimit: 0 });
    expect(await seenBy('a', exchange(get()))).toEqual(whole('a'));
    answer = () => {};
    expect(await seenBy('b', exchange(get()))).toEqual(['READ_TIMEOUT b']);
  });

  test('when the connection breaks that another has opened', async () => {
    const { exchange } = client({ retryLimit: 0 });
    expect(await seenBy('a', exchange(get()))).toEqual(whole('a'));
    answer = (socket) => {
      socket.write(ANSWER.slice(0, -1));
      later(() => socket.destroy());
    };
    expect(await seenBy('b', exchange(get()))).toEqual([
      'response_start b',
      'response_body b',
      'INCOMPLETE_MESSAGE b',
    ]);
  });

  test('on a connection that is upgraded, which another has opened', async () => {
    const web = client();
    expect(await seenBy('a', web.exchange(get()))).toEqual(whole('a'));
    answer = (socket, request) => {
      if (request === 2) socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n');
      else socket.end('hello');
    };
    const offer = web.upgrade({ ...get(), headers: [['Upgrade', 'x']] });
    const spoken = new Observable<{ readonly type: string }>((subscriber) =>
      offer.subscribe({
        next: (notification) => {
          subscriber.next(notification);
          if (notification.type !== 'response_upgrade') return;
          const { connection } = notification;
          connection.read.subscribe({
            next: () => subscriber.next({ type: 'read' }),
            complete: () => {
              subscriber.next({ type: 'end' });
              connection.end();
            },
          });
          connection.closed.subscribe(() => subscriber.next({ type: 'closed' }));
          connection.write('hello');
        },
        complete: () => subscriber.complete(),
      }),
    );
    const what = ['response_upgrade', 'read', 'end', 'closed', 'complete'];
    expect(await seenBy('b', spoken)).toEqual(what.map((each) => `${each} b`));
    expect(sockets.size).toBe(1);
  });

  test('when it is another that releases it', async () => {
    const { exchange } = client();
    const held = exchange(get()).pipe(
      tap((notification) => {
        if (notification.type !== 'response_body') return;
        const hold = notification.flow?.hold();
        storage.run('nobody', () => later(() => hold?.unsubscribe()));
      }),
    );
    expect(await seenBy('a', held)).toEqual(whole('a'));
  });
});

test('a body is subscribed to where its exchange was', async () => {
  const seen: string[] = [];
  const body = new Observable<ReturnType<typeof requestBody> | ReturnType<typeof requestDone>>(
    (subscriber) => {
      seen.push(storage.getStore() ?? 'nobody');
      return of(requestBody(Buffer.from('abc')), requestDone()).subscribe(subscriber);
    },
  );
  const { exchange } = client({ maxConnectionsPerOrigin: 1, retryDelay: 1 });
  answer = (socket, request) => {
    if (request === 3) socket.destroy();
    else later(() => socket.write(ANSWER));
  };
  const put: HttpRequest = { ...get(), method: 'PUT', body };
  await Promise.all(['a', 'b', 'c'].map((name) => seenBy(name, exchange(put))));
  // The third is sent again.
  expect(seen).toEqual(['a', 'b', 'c', 'c']);
});
