import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type http from 'node:http';
import {
  asyncScheduler,
  concat,
  concatMap,
  ignoreElements,
  mergeMap,
  NEVER,
  Observable,
  observeOn,
  of,
  Subject,
  tap,
  throwError,
} from 'rxjs';
import {
  BodyLengthError,
  BufferFullError,
  HandlerError,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  UnwritableError,
  type ConnectionInfo,
  type Handler,
  type HttpServerOptions,
  type ResponseNotification,
} from '../src/index.ts';
import { flowing, pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { ask, type Answered } from './peer/node-client.ts';
import { RawClient } from './peer/raw-client.ts';
import { wire } from './peer/wire.ts';
import { stays, until } from './until.ts';

const servers: Served[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serving(handler: Handler, options?: HttpServerOptions): Promise<Served> {
  const server = await serve(handler, options);
  servers.push(server);
  return server;
}

const answer = (text: string): Observable<ResponseNotification> =>
  of(
    responseStart(200, [['Content-Length', String(text.length)]]),
    responseBody(Buffer.from(text)),
    responseDone(),
  );

/** Answers with what it is sent, in chunks, and with its trailers. */
const echo: Handler = ({ body }) =>
  body.pipe(
    concatMap((notification, nth) => {
      const next =
        notification.type === 'request_done'
          ? responseDone(notification.trailers)
          : responseBody(notification.chunk, notification.flow);
      return nth === 0 ? [responseStart(200), next] : [next];
    }),
  );

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('node:http', () => {
  test('GET, HEAD, 204 and 304', async () => {
    const { port } = await serving(({ uri }) => {
      const status = Number(uri.slice(1));
      return status === 200 ? answer('hello') : of(responseStart(status), responseDone());
    });
    expect(await ask({ port, path: '/200' })).toMatchObject({ status: 200, body: 'hello', isComplete: true });
    expect(await ask({ port, path: '/200', method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '5' },
      body: '',
    });
    for (const status of [204, 304]) {
      expect(await ask({ port, path: `/${status}` })).toMatchObject({ status, body: '', isComplete: true });
    }
  });

  test('content of a length and in chunks, with trailers both ways', async () => {
    const { port } = await serving(echo);
    const ofLength = await ask({ port, method: 'POST', headers: { 'Content-Length': 5 } }, (request) =>
      request.end('hello'),
    );
    expect(ofLength).toMatchObject({ body: 'hello', headers: { 'transfer-encoding': 'chunked' } });
    const inChunks = await ask({ port, method: 'POST', headers: { Trailer: 'X-Sum' } }, (request) => {
      request.write('hello, ');
      request.addTrailers({ 'X-Sum': 'abc' });
      request.end('world');
    });
    expect(inChunks).toMatchObject({ body: 'hello, world', trailers: { 'x-sum': 'abc' }, isComplete: true });
  });

  test('1xx responses', async () => {
    const { port } = await serving(() =>
      concat(of(responseNonfinal(102), responseNonfinal(103, [['Link', '</a>']])), answer('final')),
    );
    expect(await ask({ port })).toMatchObject({ interims: [102, 103], status: 200, body: 'final' });
  });

  test('Expect: 100-continue', async () => {
    const { port } = await serving(echo);
    const answered = await ask({ port, method: 'POST', headers: { Expect: '100-continue' } }, (request) => {
      request.flushHeaders();
      request.on('continue', () => request.end('hello'));
    });
    expect(answered).toMatchObject({ interims: [100], status: 200, body: 'hello' });
  });

  test.each([
    [true, 1],
    [false, 100],
  ])('a hundred requests with keep-alive %s need %d connections', async (keepAlive, connections) => {
    const seen = new Set<ConnectionInfo>();
    const { port } = await serving(({ connection, uri }) => {
      seen.add(connection);
      return answer(uri);
    });
    const agent = wire.agent({ keepAlive, maxSockets: 1 });
    for (let nth = 0; nth < 100; nth++) {
      const { body } = await ask({ port, agent, path: `/${nth}` });
      expect(body).toBe(`/${nth}`);
    }
    agent.destroy();
    expect(seen.size).toBe(connections);
  });

  test('200 at once get their own answers', async () => {
    const { port } = await serving(({ uri }) => answer(uri).pipe(observeOn(asyncScheduler)));
    const all = await Promise.all(Array.from({ length: 200 }, (_, nth) => ask({ port, path: `/${nth}` })));
    expect(all.map(({ body }) => body)).toEqual(all.map((_, nth) => `/${nth}`));
  });
});

describe('requests that are not HTTP', () => {
  test.each([
    ['no request line', 'hello\r\n\r\n', 400],
    ['another version', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
    ['a bare LF', 'GET / HTTP/1.1\nHost: a\n\n', 400],
    ['a space before a colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    ['a folded field', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n', 400],
    ['a target that is too long', `GET /${'a'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    ['fields that are too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['too many fields', `GET / HTTP/1.1\r\nHost: a\r\n${'X: a\r\n'.repeat(200)}\r\n`, 431],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['no length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a coding that is not known',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
    ['a chunk that is none', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ])('%s', async (_, request, status) => {
    const server = await serving(({ body }) => concat(body.pipe(ignoreElements()), answer('fine')));
    const client = await RawClient.ask(server.port, request);
    expect(client.received).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nConnection: close\r\n`));
    expect(client.received).toMatch(/\r\nDate: /);
    expect(client.count('HTTP/1.1')).toBe(1);
    expect(client.fault).toBeUndefined();
  });

  test('the answer is readable although much more is being sent', async () => {
    const { port } = await serving(() => answer('fine'));
    for (let nth = 0; nth < 20; nth++) {
      const client = await RawClient.ask(port, `hello\r\n\r\n${'x'.repeat(900_000)}`);
      expect(client.received).toMatch(/^HTTP\/1.1 400 /);
      expect(client.fault).toBeUndefined();
    }
  });
});

describe('pipelined requests', () => {
  const requests = (count: number): string =>
    Array.from({ length: count }, (_, nth) => `GET /${nth} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
  const bodies = ({ received }: RawClient): string[] =>
    [...received.matchAll(/\r\n\r\n(\/\d+)/g)].map(([, body]) => body);
  const inOrder = (count: number): string[] => Array.from({ length: count }, (_, nth) => `/${nth}`);

  test.each<[string, Handler]>([
    ['at once', ({ uri }) => answer(uri)],
    ['later', ({ uri }) => answer(uri).pipe(observeOn(asyncScheduler))],
    [
      'the later the earlier they came',
      ({ uri }) => answer(uri).pipe(observeOn(asyncScheduler, 16 - Number(uri.slice(1)))),
    ],
  ])('16 in one segment are answered in order, by a handler that answers %s', async (_, handler) => {
    let running = 0;
    let most = 0;
    const { port } = await serving((request) => {
      most = Math.max(most, ++running);
      return handler(request).pipe(
        tap(({ type }) => {
          if (type === 'response_done') running--;
        }),
      );
    });
    const client = await RawClient.connect(port);
    client.send(requests(16));
    await client.has('HTTP/1.1 200', 16);
    await client.has('/15');
    expect(bodies(client)).toEqual(inOrder(16));
    expect(most).toBe(1);
    client.socket.destroy();
  });

  test.each<[string, Handler]>([
    ['at once', ({ uri }) => answer(uri)],
    ['later', ({ uri }) => answer(uri).pipe(observeOn(asyncScheduler))],
  ])('a malformed one behind them does not cost them their answers, %s', async (_, handler) => {
    const { port } = await serving(handler);
    const client = await RawClient.ask(port, `${requests(5)}GET bad HTTP/1.1\r\n\r\n${requests(1)}`);
    expect(bodies(client)).toEqual(inOrder(5));
    expect(client.count('HTTP/1.1 200')).toBe(5);
    expect(client.count('HTTP/1.1 400')).toBe(1);
    expect(client.received.lastIndexOf('HTTP/1.1')).toBe(client.received.indexOf('HTTP/1.1 400'));
  });

  test('what is behind Connection: close is not processed', async () => {
    const { port } = await serving(({ uri }) => answer(uri));
    const client = await RawClient.ask(
      port,
      `GET /0 HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n${requests(3)}`,
    );
    expect(bodies(client)).toEqual(['/0']);
  });

  test('10,000 in a row do not nest', async () => {
    const { port } = await serving(({ uri }) => answer(uri));
    const client = await RawClient.connect(port);
    client.send(requests(10_000));
    await client.has('HTTP/1.1 200', 10_000);
    client.socket.destroy();
  });

  test('a client that reads none of its answers gets no more of them made', async () => {
    let begun = 0;
    const { port, errors } = await serving(() => {
      begun++;
      return of(responseStart(200), responseBody(new Uint8Array(1_048_576)), responseDone());
    });
    const client = await RawClient.connect(port);
    client.socket.pause();
    client.send(requests(32));
    await until('a request is being answered', () => begun > 0);
    await until(
      'no more are begun',
      stays(() => begun),
    );
    expect(begun).toBeLessThan(16);
    client.socket.resume();
    client.socket.end();
    await client.ended();
    expect(client.count('HTTP/1.1 200')).toBe(32);
    expect(errors).toEqual([]);
    client.socket.destroy();
  });
});

describe('a client that leaves', () => {
  test.each<[string, string, ResponseNotification[], 'end' | 'reset']>([
    ['before the head', GET, [], 'end'],
    ['before the head', GET, [], 'reset'],
    ['in the answer', GET, [responseStart(200), responseBody(Buffer.from('half'))], 'end'],
    ['in the answer', GET, [responseStart(200), responseBody(Buffer.from('half'))], 'reset'],
    ['in its own content', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf', [], 'end'],
    ['in its own content', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf', [], 'reset'],
  ])('%s has its handler unsubscribed: %#', async (_, request, before, how) => {
    let state = 'idle';
    const server = await serving(({ body }) =>
      concat(
        of(...before),
        new Observable<never>((subscriber) => {
          state = 'running';
          subscriber.add(() => (state = 'unsubscribed'));
          subscriber.add(body.subscribe({ error: () => undefined }));
        }),
      ),
    );
    const client = await RawClient.connect(server.port);
    client.send(request);
    await until('the handler runs', () => state === 'running');
    if (before.length > 0) await client.has('half');
    if (how === 'reset') client.socket.resetAndDestroy();
    else client.socket.destroy();
    await until('the handler is unsubscribed', () => state === 'unsubscribed');
    expect(server.errors).toEqual([]);
  });

  test('the body of its request errors and is never done', async () => {
    const heard: string[] = [];
    const server = await serving(({ body }) => {
      body.subscribe({
        next: ({ type }) => heard.push(type),
        error: (error: unknown) => heard.push((error as { code: string }).code),
      });
      return NEVER;
    });
    const client = await RawClient.connect(server.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
    await until('the half is there', () => heard.length === 1);
    client.socket.destroy();
    await until('the end is heard', () => heard.length === 2);
    expect(heard).toEqual(['request_body', 'CONNECTION_RESET']);
  });

  test('a server that stops closes its connections and unsubscribes its handlers', async () => {
    let isSubscribed = false;
    const server = await serving(
      () =>
        new Observable((subscriber) => {
          isSubscribed = true;
          subscriber.add(() => (isSubscribed = false));
        }),
    );
    const idle = await RawClient.connect(server.port);
    const client = await RawClient.connect(server.port);
    client.send(GET);
    await until('the handler runs', () => isSubscribed);
    server.stop();
    expect(isSubscribed).toBe(false);
    await client.ended();
    await idle.ended();
    await expect(RawClient.connect(server.port)).rejects.toMatchObject({ code: wire.absent });
  });
});

describe('a client that reads slowly', () => {
  const TOTAL = 64 * 1_048_576;

  test('holds the source', async () => {
    const source = { produced: 0, isHeld: false };
    const { port, errors } = await serving(() =>
      concat(
        of(responseStart(200, [['Content-Length', String(TOTAL)]])),
        flowing(TOTAL, responseBody, () => responseDone(), source),
      ),
    );
    const { response, agent } = await head(port);
    await until(
      'the source is held',
      stays(() => (source.isHeld ? source.produced : -1)),
    );
    expect(source.produced).toBeLessThan(TOTAL / 4);
    const hash = createHash('sha256');
    for await (const octets of response) hash.update(octets as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(pattern(0, TOTAL)).digest('hex'));
    expect(errors).toEqual([]);
    agent.destroy();
  });

  test('a source that cannot be held ends in an error instead of in memory', async () => {
    const pieces = new Subject<ResponseNotification>();
    const { port, errors } = await serving(() => concat(of(responseStart(200)), pieces), {
      maxBufferedBytes: 1_048_576,
    });
    const { agent } = await head(port);
    let produced = 0;
    const produce = (): void => {
      for (; produced < TOTAL && errors.length === 0; produced += 65_536)
        pieces.next(responseBody(new Uint8Array(65_536)));
    };
    produce();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(BufferFullError);
    expect(produced).toBeLessThan(3 * 1_048_576);
    expect(pieces.observed).toBe(false);
    agent.destroy();
  });

  test('a handler that holds its content holds the client', async () => {
    let received = 0;
    const holds: { unsubscribe(): void }[] = [];
    const { port } = await serving(({ body }) =>
      concat(
        body.pipe(
          mergeMap((notification) => {
            if (notification.type === 'request_body') {
              received += notification.chunk.length;
              if (received < TOTAL) holds.push(notification.flow!.hold());
            }
            return [];
          }),
        ),
        answer('thanks'),
      ),
    );
    const client = await RawClient.connect(port);
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${TOTAL}\r\n\r\n`);
    client.socket.write(pattern(0, TOTAL));
    await until('the handler holds', () => holds.length === 1);
    await until(
      'nothing more comes',
      stays(() => received),
    );
    expect(client.socket.writableLength).toBeGreaterThan(TOTAL / 2);
    // Every piece is held once it is there, so each release lets exactly one more through.
    while (received < TOTAL) {
      const before = holds.length;
      holds[before - 1].unsubscribe();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.has('thanks');
    client.socket.destroy();
  });

  /** A response whose head is read, and nothing else. */
  function head(port: number): Promise<{ response: http.IncomingMessage; agent: http.Agent }> {
    const agent = wire.agent({});
    return new Promise((resolve, reject) => {
      wire
        .request({ port, agent })
        .on('response', (response) => {
          response.pause();
          response.on('error', () => undefined);
          resolve({ response, agent });
        })
        .on('error', reject)
        .end();
    });
  }
});

describe('a handler that fails', () => {
  const boom = new Error('a secret');
  const half = responseBody(Buffer.from('half'));
  const fails = throwError(() => boom);
  const later = <T>(notifications: Observable<T>): Observable<T> =>
    notifications.pipe(observeOn(asyncScheduler));

  test.each<[string, Handler, unknown]>([
    [
      'throws',
      () => {
        throw boom;
      },
      boom,
    ],
    ['errors at once', () => fails, boom],
    ['errors later', () => later(fails), boom],
    ['errors behind an interim response', () => concat(of(responseNonfinal(103)), fails), boom],
    ['completes without a head', () => of(), HandlerError],
    ['begins with content', () => of(half), HandlerError],
    ['begins with the end', () => of(responseDone()), HandlerError],
    [
      'answers with CR and LF in a field',
      () => of(responseStart(200, [['X', 'a\r\nSet-Cookie: evil']])),
      UnwritableError,
    ],
    ['answers with a status that is none', () => of(responseStart(2000)), UnwritableError],
    ['answers with an interim status for good', () => of(responseStart(100)), HandlerError],
  ])(
    'before the head is answered for with 500, and the connection goes on: one that %s',
    async (_, handler, error) => {
      let isFirst = true;
      const server = await serving((request) => {
        if (!isFirst) return answer('fine');
        isFirst = false;
        return handler(request);
      });
      const client = await RawClient.connect(server.port);
      client.send(GET);
      await client.has('Internal Server Error', 2);
      expect(client.received).toMatch(/^(HTTP\/1.1 103 [^]*?\r\n\r\n)?HTTP\/1.1 500 /);
      expect(client.received).not.toMatch(/secret|evil/);
      client.send(GET);
      await client.has('fine');
      expect(server.errors).toHaveLength(1);
      if (error === boom) expect(server.errors).toEqual([boom]);
      else expect(server.errors[0]).toBeInstanceOf(error);
      client.socket.destroy();
    },
  );

  const length = (octets: number): ResponseNotification =>
    responseStart(200, [['Content-Length', String(octets)]]);

  test.each<[string, Handler, unknown]>([
    ['errors', () => concat(of(length(9), half), later(fails)), boom],
    ['errors in chunks', () => concat(of(responseStart(200), half), later(fails)), boom],
    ['completes without done', () => concat(of(responseStart(200), half), later(of())), HandlerError],
    [
      'gives less than it said',
      () => concat(of(length(9), half), later(of(responseDone()))),
      BodyLengthError,
    ],
    [
      'gives more than it said',
      () => concat(of(length(4), half), later(of(half, responseDone()))),
      BodyLengthError,
    ],
    [
      'has trailers that would not be fields',
      () => concat(of(responseStart(200), half), later(of(responseDone([['X', 'a\nb']])))),
      UnwritableError,
    ],
    [
      'gives a second head',
      () => concat(of(responseStart(200), half), later(of(responseStart(200)))),
      HandlerError,
    ],
  ])(
    'behind the head has its connection broken, and the answer does not look whole: one that %s',
    async (name, handler, error) => {
      const server = await serving(handler);
      const answered: Answered = await ask({ port: server.port });
      expect(answered.body).toBe('half');
      // What was promised is there: that there is more behind it is the server's secret.
      expect(answered.isComplete).toBe(name === 'gives more than it said');
      await until('the fault is told', () => server.errors.length === 1);
      if (error === boom) expect(server.errors).toEqual([boom]);
      else expect(server.errors[0]).toBeInstanceOf(error);
    },
  );

  test('content of a 204 is not sent', async () => {
    const server = await serving(() => concat(of(responseStart(204)), later(of(half, responseDone()))));
    const client = await RawClient.ask(server.port, GET);
    expect(client.received).toMatch(/^HTTP\/1.1 204 No Content\r\n[^]*\r\n\r\n$/);
    expect(server.errors[0]).toBeInstanceOf(BodyLengthError);
  });

  test.each<[string, Observable<ResponseNotification>]>([
    ['an error', fails],
    ['content', of(half)],
    ['another head', of(responseStart(200))],
  ])('%s behind done never reaches the client', async (_, behind) => {
    const server = await serving(() => concat(answer('fine'), behind));
    const client = await RawClient.connect(server.port);
    client.send(GET);
    await client.has('fine');
    client.send(GET);
    await client.has('fine', 2);
    expect(client.received).not.toContain('half');
    expect(client.count('HTTP/1.1')).toBe(2);
    client.socket.destroy();
  });

  test.each([
    ['malformed', 'xyz\r\n', 400],
    ['malformed behind some', '5\r\nhello\r\nxyz\r\n', 400],
  ])('because its content is %s is the fault of the client', async (_, content, status) => {
    const server = await serving(({ body }) => concat(body.pipe(ignoreElements()), answer('fine')));
    const client = await RawClient.ask(
      server.port,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${content}`,
    );
    expect(client.received).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nConnection: close\r\n`));
    expect(server.errors).toEqual([]);
  });

  test('an answer of its own to malformed content closes the connection, too', async () => {
    const server = await serving(
      ({ body }) =>
        new Observable((subscriber) => {
          body.subscribe({
            error: () => answer('do not').subscribe(subscriber),
          });
        }),
    );
    const client = await RawClient.ask(
      server.port,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    );
    expect(client.received).toMatch(/^HTTP\/1.1 200 [^]*\r\nConnection: close\r\n[^]*do not$/);
  });
});
