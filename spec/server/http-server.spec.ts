import { describe, expect, test } from '@jest/globals';
import { concat, EMPTY, map, mergeMap, NEVER, of, throwError, timer, toArray, type Observable } from 'rxjs';
import {
  AccessError,
  BodyNotRepeatableError,
  ConnectError,
  DeadlineError,
  HttpClient,
  ContentError,
  ContentTooLargeError,
  HttpServer,
  requestBody,
  requestDone,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  StartLineError,
  UnwritableError,
  UrlError,
  type Connection,
  type Handler,
  type HttpError,
  type HttpServerOptions,
  type HttpServerRequest,
  type ResponseNotification,
  type Transport,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { Told, virtually } from '../support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** What a raw connection hears, when these octets are sent to a server with this handler; `|` when the server ends it. */
function hear(sent: string | readonly string[], handler: Handler, options: HttpServerOptions = {}): string {
  let heard = '';
  virtually(({ flush }) => {
    const transport = memoryTransport();
    // Too short to be announced in seconds.
    const idleTimeout = 1_500;
    new HttpServer({ ...HOST, transport, idleTimeout, onError: () => undefined, ...options })
      .serve(handler)
      .subscribe();
    raw(transport, (connection) => {
      connection.read.subscribe({
        next: (bytes) => (heard += Buffer.from(bytes).toString('latin1')),
        complete: () => (heard += '|'),
      });
      for (const part of [sent].flat()) connection.write(part);
    });
    flush();
  });
  return heard.replace(/Date: [^\r]*GMT\r\n/g, '');
}

function raw(transport: Transport, use: (connection: Connection) => void): void {
  transport.connect(HOST).subscribe((phase) => {
    if (phase.type === 'connection') use(phase.connection);
  });
}

/** What is written to the console meanwhile. */
function consoleOf(work: () => void): unknown[] {
  const told: unknown[] = [];
  const write = console.error;
  console.error = (error: unknown) => told.push(error);
  try {
    work();
  } finally {
    console.error = write;
  }
  return told;
}

const hello: Handler = ({ uri }) =>
  of(responseStart(200, [['Content-Length', String(uri.length)]]), responseBody(octets(uri)), responseDone());

const echo: Handler = ({ body }) =>
  concat(
    of(responseStart(200)),
    body.pipe(
      map((part): ResponseNotification =>
        part.type === 'request_done' ? responseDone(part.trailers) : responseBody(part.chunk, part.flow),
      ),
    ),
  );

const GET = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/a';
const IDLE_END = '|';

describe('a server', () => {
  test('answers, and closes an idle connection after its timeout', () => {
    expect(hear(GET, hello)).toBe(ANSWER + IDLE_END);
  });

  test('says how long it keeps a connection, a second less than it does', () => {
    const lines = 'Content-Length: 2\r\nConnection: keep-alive\r\nKeep-Alive: timeout=59\r\n\r\n';
    expect(hear(GET, hello, { idleTimeout: 60_000 })).toBe(`HTTP/1.1 200 OK\r\n${lines}/a${IDLE_END}`);
    expect(hear(GET, hello, { idleTimeout: null })).toBe(ANSWER);
  });

  test('answers pipelined requests in order, however long each takes', () => {
    const delays: Record<string, number> = { '/a': 30, '/b': 10, '/c': 20 };
    const slow: Handler = (request) =>
      concat(timer(delays[request.uri]).pipe(map(() => responseNonfinal(102))), hello(request));
    const sent = ['/a', '/b', '/c'].map((uri) => `GET ${uri} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const answers = ['/a', '/b', '/c'].map(
      (uri) => `HTTP/1.1 102 Processing\r\n\r\n${ANSWER.replace('/a', uri)}`,
    );
    expect(hear(sent, slow)).toBe(answers.join('') + IDLE_END);
  });

  test('a malformed request does not cost those before it their answers', () => {
    const heard = hear(`${GET}${GET}GET /a b HTTP/1.1\r\n\r\n${GET}`, hello);
    expect(heard).toBe(
      `${ANSWER}${ANSWER}HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n` +
        'Content-Length: 34\r\nConnection: close\r\n\r\nBad Request: Malformed start line\n|',
    );
  });

  test('answers ten thousand pipelined requests on one stack', () => {
    const heard = hear(GET.repeat(10_000), hello);
    expect(heard.length).toBe(10_000 * ANSWER.length + 1);
  });

  test('reads nothing behind Connection: close', () => {
    expect(hear(`GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${GET}`, hello)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a|',
    );
  });

  test.each([
    [
      'HTTP/1.0 closes',
      'GET /a HTTP/1.0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a|',
    ],
    [
      'HTTP/1.0 with keep-alive goes on',
      'GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /a HTTP/1.0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/a' +
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a|',
    ],
    [
      'HEAD has no content',
      'HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n|',
    ],
  ])('%s', (_, sent, expected) => {
    expect(hear(sent, hello)).toBe(expected);
  });

  test('without a length is chunked, or to the end of the connection for HTTP/1.0', () => {
    const post =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n';
    expect(hear(post, echo)).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n|',
    );
    expect(hear('POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc', echo)).toBe(
      'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc|',
    );
  });

  test('asks for content when the handler wants it, and not twice', () => {
    const post = ['POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n', 'abc'];
    const reading: Handler = (request) =>
      request.body.pipe(
        toArray(),
        mergeMap(() => hello(request)),
      );
    expect(hear(post, reading)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*\/\|$/);
    const told: Handler = (request) => concat(of(responseNonfinal(100)), reading(request));
    expect(hear(post, told).match(/100 Continue/g)).toHaveLength(1);
  });

  test('a client that waits for a 100 that never comes is not read on', () => {
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n';
    expect(hear([post, GET], hello)).toMatch(/Connection: close\r\n\r\n\/\|$/);
  });

  test('throws away a little unread content and goes on; behind much it closes', () => {
    const post = (length: number): string =>
      `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(length)}\r\n\r\n${'x'.repeat(length)}`;
    expect(hear(post(1000) + GET, hello)).toBe(ANSWER + ANSWER + IDLE_END);
    expect(hear(post(200_000) + GET, hello)).toBe(`${ANSWER}|`);
    // And says so where it is known by then.
    const late: Handler = (request) => {
      request.body.subscribe().unsubscribe();
      return timer(5).pipe(mergeMap(() => hello(request)));
    };
    expect(hear(post(200_000) + GET, late)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a|',
    );
  });
});

describe('a handler that', () => {
  const broken: [string, () => Observable<ResponseNotification>, string][] = [
    [
      'throws',
      () => {
        throw new Error('secret');
      },
      '500',
    ],
    ['errors', () => throwError(() => new Error('secret')), '500'],
    ['errors with nothing', () => throwError((): unknown => undefined), '500'],
    [
      'errors with what only looks like an error of HTTP',
      () => throwError((): unknown => ({ serverStatus: 404 })),
      '500',
    ],
    ['returns nothing', () => undefined as never, '500'],
    ['completes without a head', () => of(), '500'],
    ['starts with content', () => of(responseBody(octets('x'))), '500'],
    ['starts with a done', () => of(responseDone()), '500'],
    ['has a value with CR and LF', () => of(responseStart(200, [['A', 'b\r\nc: d']]), responseDone()), '500'],
    ['has a status that is none', () => of(responseStart(99), responseDone()), '500'],
    ['ends with an interim response', () => of(responseStart(102), responseDone()), '500'],
  ];
  test.each(broken)('%s is answered for', (_, handler, status) => {
    const errors: unknown[] = [];
    const heard = hear(GET + GET, handler, { onError: (error) => errors.push(error) });
    expect(heard.match(new RegExp(`HTTP/1.1 ${status} `, 'g'))).toHaveLength(2);
    expect(heard).not.toContain('secret');
    expect(errors).toHaveLength(2);
  });

  const late: [string, () => Observable<ResponseNotification>][] = [
    [
      'errors behind its head',
      () =>
        concat(
          of(responseStart(200), responseBody(octets('x'))),
          throwError(() => new Error()),
        ),
    ],
    ['completes without done', () => of(responseStart(200), responseBody(octets('x')))],
    [
      'gives less than its length',
      () => of(responseStart(200, [['Content-Length', '2']]), responseBody(octets('x')), responseDone()),
    ],
    [
      'gives more than its length',
      () => of(responseStart(200, [['Content-Length', '1']]), responseBody(octets('xy')), responseDone()),
    ],
    ['gives a second head', () => of(responseStart(200), responseStart(200), responseDone())],
  ];
  test.each(late)('%s never looks whole', (_, handler) => {
    const errors: unknown[] = [];
    const heard = hear(GET + GET, handler, { onError: (error) => errors.push(error) });
    expect(heard).not.toMatch(/0\r\n\r\n\|$/);
    expect(heard.match(/HTTP\/1.1/g)?.length ?? 0).toBeLessThan(2);
    expect(errors).toHaveLength(1);
  });

  test('gives content with 204 fails, and with 304', () => {
    for (const status of [204, 304]) {
      const errors: unknown[] = [];
      hear(GET, () => of(responseStart(status), responseBody(octets('x')), responseDone()), {
        onError: (error) => errors.push((error as { code: string }).code),
      });
      expect(errors).toEqual(['BODY_LENGTH']);
    }
  });

  test('is answered for with the status that onError wants, if that is one of a fault', () => {
    const failing: Handler = () => throwError(() => new Error('boom'));
    const wanting = (wanted: unknown): string => hear(GET, failing, { onError: () => wanted });
    expect(wanting(responseStart(422))).toMatch(/^HTTP\/1.1 422 Unprocessable Content\r\n/);
    expect(wanting(responseStart(400))).toMatch(/^HTTP\/1.1 400 /);
    expect(wanting(responseStart(599))).toMatch(/^HTTP\/1.1 599 /);
    for (const wanted of [
      responseStart(200),
      responseStart(399),
      responseStart(600),
      { status: '404' },
      404,
      null,
      undefined,
    ]) {
      expect(wanting(wanted)).toMatch(/^HTTP\/1.1 500 /);
    }
  });

  test.each<[number, HttpError]>([
    [403, new AccessError('10.0.0.1')],
    [502, new ConnectError('refused', { cause: new AccessError('10.0.0.1') })],
    // What an upstream says that is not HTTP is not the fault of the client.
    [502, new StartLineError('nonsense')],
    [500, new BodyNotRepeatableError('sent once')],
    [504, new BodyNotRepeatableError('sent once', { cause: new DeadlineError(1_000) })],
    [500, new BodyNotRepeatableError('sent once', { cause: new Error() })],
    [500, new UrlError('ftp:')],
  ])('fails as a gateway does is answered for with %p', (status, error) => {
    expect(hear(GET, () => throwError(() => error))).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
  });

  test('completes too early is told so', () => {
    const errors: unknown[] = [];
    hear(GET, () => EMPTY, { onError: (error) => errors.push((error as Error).message) });
    expect(errors).toEqual(['Handler broke the order of notifications: completed without response_done']);
  });

  test('fails is told of on the console, where nothing else is said', () => {
    const failure = new Error('secret');
    const told = consoleOf(() => {
      expect(hear(GET, () => throwError(() => failure), { onError: undefined })).toMatch(/^HTTP\/1.1 500 /);
    });
    expect(told).toEqual([failure]);
  });

  test.each([new ContentError('no JSON'), new ContentTooLargeError('more than 100 octets')])(
    'fails by what its client has sent is not told of there: %p',
    (failure) => {
      const told = consoleOf(() => {
        expect(hear(GET, () => throwError(() => failure), { onError: undefined })).toMatch(/^HTTP\/1.1 4/);
      });
      expect(told).toEqual([]);
    },
  );

  test('throws from onError too does no more harm', () => {
    const another = new Error('of onError');
    const told = consoleOf(() => {
      const heard = hear(GET, () => throwError(() => new Error()), {
        onError: () => {
          throw another;
        },
      });
      expect(heard).toMatch(/^HTTP\/1.1 500 /);
    });
    expect(told).toEqual([another]);
  });

  test('reads its body twice hears a typed error', () => {
    const codes: unknown[] = [];
    hear(GET, ({ body }) => {
      body.subscribe();
      body.subscribe({ error: (error: unknown) => codes.push((error as { code: string }).code) });
      return NEVER;
    });
    expect(codes).toEqual(['BODY_NOT_REPEATABLE']);
  });

  test('is waiting is unsubscribed when its client leaves', () => {
    virtually(({ flush, expectSubscriptions, cold }) => {
      const transport = memoryTransport();
      const answer = cold<ResponseNotification>('----------');
      new HttpServer({ ...HOST, transport }).serve(() => answer).subscribe();
      raw(transport, (connection) => {
        connection.write(GET);
        timer(5).subscribe(() => connection.destroy());
      });
      expectSubscriptions(answer.subscriptions).toBe('^----!');
      flush();
    });
  });
});

describe('the imperative exchange', () => {
  test('tells the request and takes the response', () => {
    let heard = '';
    const told: string[] = [];
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport, idleTimeout: 1_500 }).listen().subscribe((notification) => {
        if (notification.type !== 'exchange') return;
        const { exchange } = notification;
        exchange.subscribe((part) => {
          told.push(part.type);
          if (part.type !== 'request_done') return;
          exchange.responseNonfinal(103, undefined, [['Link', '</x>']]);
          exchange.responseStart(200, 'Fine');
          exchange.responseBody(octets('abc'));
          exchange.responseDone([['X', 'y']]);
          expect(() => exchange.responseDone()).not.toThrow();
        });
      });
      raw(transport, (connection) => {
        connection.read.subscribe((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
        connection.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx');
      });
      flush();
    });
    expect(told).toEqual(['request_start', 'request_body', 'request_done']);
    expect(heard.replace(/Date: [^\r]*GMT\r\n/g, '')).toBe(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n' +
        'HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n',
    );
  });

  test('adds no fields to what is given none', () => {
    let heard = '';
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport, idleTimeout: 1_500 }).listen().subscribe((notification) => {
        if (notification.type !== 'exchange') return;
        const { exchange } = notification;
        exchange.responseNonfinal(102);
        exchange.responseStart(200);
        exchange.responseDone();
      });
      raw(transport, (connection) => {
        connection.read.subscribe((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
        connection.write(GET);
      });
      flush();
    });
    expect(heard.replace(/Date: [^\r]*GMT\r\n/g, '')).toBe(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
  });

  test('refuses what is out of order, to whoever calls', () => {
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport }).listen().subscribe((notification) => {
        if (notification.type !== 'exchange') return;
        const { exchange } = notification;
        const handler = expect.objectContaining({ code: 'HANDLER' }) as unknown as Error;
        expect(() => exchange.responseBody(octets('x'))).toThrow(handler);
        expect(() => exchange.responseDone()).toThrow(handler);
        expect(() => exchange.responseStart(200, 'a\r\nb')).toThrow(UnwritableError);
        exchange.responseStart(204);
        expect(() => exchange.responseStart(204)).toThrow(handler);
      });
      raw(transport, (connection) => connection.write(GET));
      flush();
    });
    expect.assertions(4);
  });
});

describe('a client and a server', () => {
  test('pass a request on as it was', () => {
    const told = new Told();
    let seen: HttpServerRequest | undefined;
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport })
        .serve((request) => {
          seen = request;
          return echo(request);
        })
        .subscribe();
      const client = new HttpClient({ transport });
      client
        .exchange({
          method: 'PUT',
          uri: 'http://Origin/x?y#z',
          headers: [
            ['X-Odd', '\tvalue\xff '],
            ['Connection', 'X-Hop'],
            ['X-Hop', '1'],
            ['Keep-Alive', 'x'],
            ['Host', 'other'],
          ],
          body: of(
            requestBody(octets('abc')),
            requestBody(octets('')),
            requestBody(octets('def')),
            requestDone([['T', 'r']]),
          ),
        })
        .subscribe(told);
      flush();
    });
    expect(seen).toMatchObject({
      method: 'PUT',
      uri: '/x?y',
      version: '1.1',
      authority: 'origin',
      headers: [
        ['Host', ' origin'],
        ['X-Odd', '\tvalue\xff '],
        ['Transfer-Encoding', ' chunked'],
      ],
    });
    expect(told.all).toEqual(['response_start 200', 'abc', 'def', 'response_done T: r', 'complete']);
  });

  test('make three thousand exchanges, each begun inside the done of the one before', () => {
    let made = 0;
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport }).serve(hello).subscribe();
      const client = new HttpClient({ transport });
      const next = (): void => {
        client.exchange({ method: 'GET', uri: 'http://origin/', headers: [] }).subscribe((notification) => {
          if (notification.type === 'response_done' && ++made < 3_000) next();
        });
      };
      next();
      flush();
    });
    expect(made).toBe(3_000);
  });
});
