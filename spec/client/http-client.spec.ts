import { describe, expect, test } from '@jest/globals';
import {
  concat,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  tap,
  throwError,
  timer,
  type Unsubscribable,
} from 'rxjs';
import {
  HttpClient,
  requestBody,
  requestDone,
  UnwritableError,
  UrlError,
  type Connection,
  type Flow,
  type HttpClientOptions,
  type HttpRequest,
  type RequestBody,
  type RequestDone,
  type Transport,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { Told, virtually } from '../support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const GET: HttpRequest = { method: 'GET', uri: 'http://origin/', headers: [] };
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n';
const ANSWER = `${HEAD}abcdef`;
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A server that is not ours: what it does with each connection, and what they heard. */
function served(transport: Transport, serve: (connection: Connection, index: number) => void): string[] {
  const heard: string[] = [];
  transport.listen(HOST).subscribe((notification) => {
    if (notification.type !== 'connection') return;
    const { connection } = notification;
    const index = heard.push('') - 1;
    connection.read.subscribe({
      next: (bytes) => (heard[index] += Buffer.from(bytes).toString('latin1')),
      complete: () => {
        heard[index] += '|';
        connection.end();
      },
    });
    serve(connection, index);
  });
  return heard;
}

/** Runs on virtual time to its end, with a server that is not ours. */
function play(
  serve: (connection: Connection, index: number) => void,
  use: (client: HttpClient, told: Told) => void,
  options: HttpClientOptions = {},
): { heard: string[]; told: string[] } {
  const told = new Told();
  let heard: string[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    heard = served(transport, serve);
    use(new HttpClient({ transport, ...options }), told);
    flush();
  });
  return { heard, told: told.all };
}

/** Answers each request that arrives in one piece. */
const answering =
  (answer: string) =>
  (connection: Connection): void => {
    connection.read.subscribe(() => connection.write(answer));
  };

const exchange =
  (request: HttpRequest = GET) =>
  (client: HttpClient, told: Told): void => {
    client.exchange(request).subscribe(told);
  };

const WHOLE = ['response_start 200', 'abcdef', 'response_done', 'complete'];

describe('a response', () => {
  test('is delivered in order', () => {
    expect(play(answering(`HTTP/1.1 103 Early Hints\r\n\r\n${ANSWER}`), exchange()).told).toEqual([
      'response_nonfinal 103',
      ...WHOLE,
    ]);
  });

  test.each([
    ['that is no HTTP', 'SSH-2.0-x\r\n', 'START_LINE'],
    ['of another version', 'HTTP/2.0 200 OK\r\n\r\n', 'HTTP_VERSION'],
    ['with a value that has NUL', 'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n', 'FIELD_VALUE'],
  ])('%s is a typed error', (_, answer, code) => {
    const { heard, told } = play(answering(answer), exchange());
    expect(told).toEqual([`error ${code}`]);
    expect(heard[0]).toMatch(/\|$/);
  });

  test.each([
    ['in its head', 'HTTP/1.1 200 OK\r\nA', ['error INCOMPLETE_MESSAGE']],
    ['in its content', `${HEAD}abc`, ['response_start 200', 'abc', 'error INCOMPLETE_MESSAGE']],
    [
      'in a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc',
      ['response_start 200', 'abc', 'error INCOMPLETE_MESSAGE'],
    ],
    ['before it', '', ['error CONNECTION_RESET']],
  ])('that ends %s is never done', (_, answer, expected) => {
    const serve = (connection: Connection): void => {
      connection.read.subscribe(() => {
        connection.write(answer);
        connection.end();
      });
    };
    expect(play(serve, exchange()).told).toEqual(expected);
  });

  test('that never began says so', () => {
    let said = '';
    play(
      (connection) => connection.read.subscribe(() => connection.end()),
      (client) => client.exchange(GET).subscribe({ error: (error: unknown) => (said = String(error)) }),
    );
    expect(said).toContain('closed by the server before it answered');
  });

  test('without a length ends with its connection', () => {
    const serve = (connection: Connection): void => {
      connection.read.subscribe(() => {
        connection.write('HTTP/1.1 200 OK\r\n\r\nabcdef');
        connection.end();
      });
    };
    expect(play(serve, exchange()).told).toEqual(WHOLE);
  });

  test('with anomalies is told of them when the client is not careful', () => {
    const answer = ANSWER.replace('\r\n', '\nNo colon\r\n');
    expect(play(answering(answer), exchange()).told).toEqual(['error LINE_END']);
    expect(play(answering(answer), exchange(), { careful: false }).told).toEqual([
      'response_anomaly LINE_END',
      'response_anomaly FIELD_LINE',
      ...WHOLE,
    ]);
  });
});

describe('a connection', () => {
  /** Two exchanges, the second begun inside the done of the first. */
  const twice = (client: HttpClient, told: Told): void => {
    client.exchange(GET).subscribe((notification) => {
      if (notification.type === 'response_done') client.exchange(GET).subscribe(told);
    });
  };

  test('is used again by an exchange that begins inside done', () => {
    const { heard, told } = play(answering(ANSWER), twice);
    expect(told).toEqual(WHOLE);
    expect(heard).toEqual(['GET / HTTP/1.1\r\nHost: origin\r\n\r\n'.repeat(2) + '|']);
  });

  test.each([
    ['says close', ANSWER.replace('Content', 'Connection: x, Close \r\nContent')],
    ['is HTTP/1.0', ANSWER.replace('HTTP/1.1', 'HTTP/1.0')],
    [
      'is framed twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n',
    ],
    ['has octets behind it', `${ANSWER}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`],
  ])('is not used again when its response %s', (_, answer) => {
    const { heard, told } = play(answering(answer), twice);
    expect(told).toEqual(WHOLE);
    expect(heard).toHaveLength(2);
  });

  test.each<[string, (connection: Connection) => void]>([
    ['speaks', (connection) => connection.write('HTTP/1.1 408 Request Timeout\r\n\r\n')],
    ['ends', (connection) => connection.end()],
  ])('that %s while idle is not used again', (_, misbehave) => {
    const serve = (connection: Connection, index: number): void => {
      answering(ANSWER)(connection);
      if (index === 0) timer(10).subscribe(() => misbehave(connection));
    };
    const later = (client: HttpClient, told: Told): void => {
      client.exchange(GET).subscribe();
      timer(20).subscribe(() => client.exchange(GET).subscribe(told));
    };
    const { heard, told } = play(serve, later);
    expect(told).toEqual(WHOLE);
    expect(heard).toHaveLength(2);
  });

  test('whose end came while its response was held is not used again', () => {
    const serve = (connection: Connection): void => {
      connection.read.subscribe(() => {
        connection.write(ANSWER);
        timer(1).subscribe(() => connection.end());
      });
    };
    const { heard, told } = play(serve, (client, all) => {
      client.exchange(GET).subscribe((notification) => {
        if (notification.type === 'response_done') client.exchange(GET).subscribe(all);
        if (notification.type !== 'response_body') return;
        const hold = notification.flow!.hold();
        timer(10).subscribe(() => hold.unsubscribe());
      });
    });
    expect(told).toEqual(WHOLE);
    expect(heard).toEqual(Array(2).fill('GET / HTTP/1.1\r\nHost: origin\r\n\r\n|'));
  });

  test('is told when it is idle, so that it keeps no process alive, and when it is not', () => {
    const told: boolean[] = [];
    virtually(({ flush }) => {
      const inner = memoryTransport();
      served(inner, answering(ANSWER));
      const transport: Transport = {
        ...inner,
        connect: (target) =>
          inner.connect(target).pipe(
            tap((phase) => {
              if (phase.type !== 'connection') return;
              phase.connection.setIdle = (isIdle) => void told.push(isIdle);
            }),
          ),
      };
      twice(new HttpClient({ transport }), new Told());
      flush();
    });
    expect(told).toEqual([false, true, false, true]);
  });

  test('is shared by clients with the same transport', () => {
    virtually(({ flush }) => {
      const transport = memoryTransport();
      const heard = served(transport, answering(ANSWER));
      new HttpClient({ transport }).exchange(GET).subscribe();
      timer(5).subscribe(() => new HttpClient({ transport }).exchange(GET).subscribe());
      flush();
      expect(heard).toHaveLength(1);
    });
  });

  test('is not used again, inside done either, when none is to be kept', () => {
    const { heard, told } = play(answering(ANSWER), twice, { idleTimeout: 0 });
    expect(told).toEqual(WHOLE);
    expect(heard).toHaveLength(2);
  });

  test('is closed after its idle timeout, and never when there is none', () => {
    expect(play(answering(ANSWER), exchange(), { idleTimeout: 5 }).heard[0]).toMatch(/\|$/);
    expect(play(answering(ANSWER), exchange(), { idleTimeout: null }).heard[0]).not.toMatch(/\|$/);
  });
});

describe('unsubscribing', () => {
  test.each<[string, string, number]>([
    ['before there is a connection', '', 0],
    ['in the head', 'HTTP/1.1 200', 1],
    ['in the content', `${HEAD}abc`, 1],
  ])('%s closes it', (_, answer, connections) => {
    const { heard } = play(answering(answer), (client) => {
      const subscription = client.exchange(GET).subscribe();
      if (connections === 0) subscription.unsubscribe();
      else timer(5).subscribe(() => subscription.unsubscribe());
    });
    expect(heard).toHaveLength(connections);
    for (const each of heard) expect(each).toMatch(/\|$/);
  });

  test.each(['response_start', 'response_body'])('inside next of %s delivers nothing more', (type) => {
    const seen: string[] = [];
    const { heard } = play(answering(ANSWER), (client) => {
      const subscription = client.exchange(GET).subscribe((notification) => {
        seen.push(notification.type);
        if (notification.type === type) subscription.unsubscribe();
      });
    });
    expect(seen.at(-1)).toBe(type);
    expect(heard[0]).toMatch(/\|$/);
  });
});

describe('a hold', () => {
  test('stops everything, done included, until the last release', () => {
    const at: [string, number][] = [];
    virtually(({ flush }) => {
      const transport = memoryTransport();
      served(transport, answering(ANSWER));
      let now = 0;
      const clock = timer(0, 1).subscribe((tick) => (now = tick));
      new HttpClient({ transport }).exchange(GET).subscribe((notification) => {
        at.push([notification.type, now]);
        if (notification.type !== 'response_body') return;
        const holds = [notification.flow!.hold(), notification.flow!.hold()];
        const release = (hold: Unsubscribable): void => {
          hold.unsubscribe();
          hold.unsubscribe();
        };
        timer(10).subscribe(() => release(holds[0]));
        timer(20).subscribe(() => release(holds[1]));
      });
      timer(100).subscribe(() => clock.unsubscribe());
      flush();
    });
    expect(at).toEqual([
      ['response_start', 0],
      ['response_body', 0],
      ['response_done', 20],
    ]);
  });

  test('that is forgotten dies with its exchange', () => {
    const flows: (Flow | undefined)[] = [];
    const { told } = play(answering(ANSWER), (client, again) => {
      client.exchange(GET).subscribe((notification) => {
        if (notification.type === 'response_body') flows.push(notification.flow);
        if (notification.type !== 'response_done') return;
        flows[0]!.hold();
        client.exchange(GET).subscribe(again);
      });
    });
    expect(told).toEqual(WHOLE);
  });

  test('that is released inside next delivers nothing from within it', () => {
    let depth = 0;
    let deepest = 0;
    const { told } = play(answering(ANSWER), (client, all) => {
      client.exchange(GET).subscribe({
        next: (notification) => {
          deepest = Math.max(deepest, ++depth);
          all.next(notification);
          if (notification.type === 'response_body') notification.flow!.hold().unsubscribe();
          depth--;
        },
        complete: all.complete,
      });
    });
    expect(told).toEqual(WHOLE);
    expect(deepest).toBe(1);
  });

  test('that is taken when its exchange is over means nothing: the connection is idle, and not silent', () => {
    let flow: Flow | undefined;
    const { heard, told } = play(
      answering(ANSWER),
      (client, all) => {
        client.exchange(GET).subscribe((notification) => {
          if (notification.type === 'response_body') flow = notification.flow;
        });
        timer(10).subscribe(() => flow!.hold().unsubscribe());
        timer(50).subscribe(() => client.exchange(GET).subscribe(all));
      },
      { readTimeout: 5 },
    );
    expect(told).toEqual(WHOLE);
    expect(heard).toHaveLength(1);
  });

  test('sees what arrived before the end, and then the end', () => {
    const serve = (connection: Connection): void => {
      connection.read.subscribe(() => {
        connection.write(`${HEAD}abc`);
        timer(1).subscribe(() => connection.end());
      });
    };
    const { told } = play(serve, (client, all) => {
      client.exchange(GET).subscribe({
        next: (notification) => {
          all.next(notification);
          if (notification.type !== 'response_body') return;
          const hold = notification.flow!.hold();
          timer(50).subscribe(() => hold.unsubscribe());
        },
        error: all.error,
      });
    });
    expect(told).toEqual(['response_start 200', 'abc', 'error INCOMPLETE_MESSAGE']);
  });
});

describe('a request body', () => {
  const put = (
    body: Observable<RequestBody | RequestDone>,
    headers: HttpRequest['headers'] = [],
  ): HttpRequest => ({
    ...GET,
    method: 'PUT',
    headers,
    body,
  });
  const sent = (request: HttpRequest, options?: HttpClientOptions) =>
    play(answering(ANSWER), exchange(request), options);

  test('goes with its head, by the declared length or chunked', () => {
    const body = of(requestBody(octets('abc')), requestDone());
    expect(sent(put(body, [['content-length', '3']])).heard[0]).toContain('Content-Length: 3\r\n\r\nabc');
    expect(sent(put(body)).heard[0]).toContain('Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
  });

  test('that is a lone done is none', () => {
    expect(sent(put(of(requestDone()))).heard[0]).toBe(
      'PUT / HTTP/1.1\r\nHost: origin\r\nContent-Length: 0\r\n\r\n|',
    );
    expect(sent({ ...GET, body: of(requestDone()) }).heard[0]).toBe(
      'GET / HTTP/1.1\r\nHost: origin\r\n\r\n|',
    );
  });

  test('that is slow has its head sent at once', () => {
    const { heard, told } = play(answering(ANSWER), exchange(put(NEVER)));
    expect(heard[0]).toMatch(/^PUT [^]*Transfer-Encoding: chunked\r\n\r\n\|$/);
    // The response is whole; the request is not, so the connection is not used again.
    expect(told).toEqual(WHOLE);
  });

  const faulty: [string, Observable<RequestBody | RequestDone>, HttpRequest['headers'], string][] = [
    ['errors', throwError(() => new Error('mine')), [], 'error Error: mine'],
    ['completes without done', of(requestBody(octets('abc'))), [], 'error BODY_INCOMPLETE'],
    [
      'is shorter than its length',
      of(requestBody(octets('abc')), requestDone()),
      [['Content-Length', '4']],
      'error BODY_LENGTH',
    ],
    [
      'is longer than its length',
      of(requestBody(octets('abc')), requestDone()),
      [['Content-Length', '2']],
      'error BODY_LENGTH',
    ],
    [
      'has a trailer that would be none',
      of(requestBody(octets('a')), requestDone([['a b', 'c']])),
      [],
      'error UNWRITABLE',
    ],
    [
      'has a trailer that must be none',
      of(requestBody(octets('a')), requestDone([['Content-Length', '1']])),
      [],
      'error UNWRITABLE',
    ],
  ];
  test.each(faulty)('that %s is an error, and never a whole request', (_, body, headers, error) => {
    const { heard, told } = play(() => undefined, exchange(put(body, headers)));
    expect(told).toEqual([error]);
    expect(heard.join('')).not.toMatch(/0\r\n\r\n/);
  });

  test('that outruns the connection without a flow fails instead of growing', () => {
    const piece = requestBody(new Uint8Array(10_000));
    const endless = new Observable<RequestBody>((subscriber) => {
      for (let index = 0; index < 1_000 && !subscriber.closed; index++) subscriber.next(piece);
    });
    const { told } = play((connection) => connection.hold(), exchange(put(endless)), {
      maxBufferedBytes: 50_000,
    });
    expect(told).toEqual(['error BUFFER_FULL']);
  });

  test('fails when more than so much waits to leave, to the octet', () => {
    const piece = requestBody(new Uint8Array(10_000));
    const endless = new Observable<RequestBody>((subscriber) => {
      while (!subscriber.closed) subscriber.next(piece);
    });
    const waited = (maxBufferedBytes: number): number => {
      let message = '';
      play(
        (connection) => connection.hold(),
        (client) =>
          client.exchange(put(endless)).subscribe({
            error: (error: unknown) => ({ message } = error as Error),
          }),
        { maxBufferedBytes },
      );
      return Number(/^Too much buffered: (\d+) octets of a request body$/.exec(message)?.[1]);
    };
    const octetsThatWait = waited(50_000);
    expect(waited(octetsThatWait - 1)).toBe(octetsThatWait);
    expect(waited(octetsThatWait)).toBeGreaterThan(octetsThatWait);
  });

  test('with a flow is held while the connection is full', () => {
    let holds = 0;
    let releases = 0;
    const flow: Flow = {
      hold: () => {
        holds++;
        return { unsubscribe: () => releases++ };
      },
    };
    const body = concat(
      of(requestBody(new Uint8Array(20_000), flow)),
      timer(5).pipe(map(() => requestDone())),
    );
    const { told } = play(
      (connection) => {
        let length = 0;
        connection.read.subscribe((bytes) => {
          length += bytes.length;
          if (length > 20_000) connection.write(ANSWER);
        });
      },
      exchange(put(body)),
    );
    expect(holds).toBe(1);
    expect(releases).toBe(1);
    expect(told.at(-1)).toBe('complete');
  });

  test('with a flow goes on when the connection has room again', () => {
    const body = new Observable<RequestBody | RequestDone>((subscriber) => {
      const hold = (): Unsubscribable => ({ unsubscribe: () => subscriber.next(requestDone()) });
      subscriber.next(requestBody(new Uint8Array(20_000), { hold }));
    });
    const { told } = play(
      (connection) => {
        connection.read.subscribe((bytes) => {
          if (Buffer.from(bytes).includes('0\r\n\r\n')) connection.write(ANSWER);
        });
      },
      exchange(put(body)),
    );
    expect(told).toEqual(WHOLE);
  });

  test('that does not get off the ground is silence', () => {
    const body = of(requestBody(new Uint8Array(200_000)), requestDone());
    const { told } = play((connection) => connection.hold(), exchange(put(body)), {
      readTimeout: 50,
      retryLimit: 0,
    });
    expect(told).toEqual(['error READ_TIMEOUT']);
  });

  test.each([null, 50])(
    'that errs with what is not ours has that told as it is, with a deadline of %p',
    (deadline) => {
      const mine = new RangeError('mine');
      const errors: unknown[] = [];
      play(
        () => undefined,
        (client) =>
          client
            .exchange(put(throwError(() => mine)))
            .subscribe({ error: (error: unknown) => errors.push(error) }),
        { deadline },
      );
      expect(errors).toEqual([mine]);
      expect(mine).not.toHaveProperty('exchange');
    },
  );

  test('is not sent on behind a response that makes it vain', () => {
    for (const answer of [
      'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n',
      ANSWER.replace('Content', 'Connection: close\r\nContent'),
    ]) {
      const body = new Subject<RequestBody | RequestDone>();
      const { heard } = play(
        (connection) => void timer(5).subscribe(() => connection.write(answer)),
        (client) => {
          client.exchange(put(body)).subscribe();
          timer(1).subscribe(() => body.next(requestBody(octets('abc'))));
          timer(10).subscribe(() => body.next(requestBody(octets('def'))));
        },
      );
      expect(heard[0]).toContain('abc');
      expect(heard[0]).not.toContain('def');
      expect(heard[0]).toMatch(/\|$/);
    }
  });

  test('is sent on behind an early response that does not', () => {
    const body = new Subject<RequestBody | RequestDone>();
    const { heard, told } = play(
      (connection) => void timer(5).subscribe(() => connection.write(HEAD)),
      (client, all) => {
        client.exchange(put(body)).subscribe(all);
        timer(10).subscribe(() => body.next(requestBody(octets('def'))));
        timer(20).subscribe(() => body.next(requestDone()));
      },
    );
    expect(heard[0]).toContain('3\r\ndef\r\n0\r\n\r\n');
    expect(told).toEqual(['response_start 200']);
  });

  test('is unsubscribed with the exchange', () => {
    virtually(({ cold, flush, expectSubscriptions }) => {
      const transport = memoryTransport();
      served(transport, () => undefined);
      const body = cold<RequestBody>('----------');
      const subscription = new HttpClient({ transport }).exchange(put(body)).subscribe();
      timer(5).subscribe(() => subscription.unsubscribe());
      expectSubscriptions(body.subscriptions).toBe('^----!');
      flush();
    });
  });
});

test('Host is that of the URI, whatever the caller says', () => {
  const headers: HttpRequest['headers'] = [['Host', 'other'], ['A', 'b'], ['host', 'other']]; // prettier-ignore
  expect(play(answering(ANSWER), exchange({ ...GET, headers })).heard[0]).toBe(
    'GET / HTTP/1.1\r\nHost: origin\r\nA: b\r\n\r\n|',
  );
});

describe('wrong use', () => {
  const client = new HttpClient({ transport: memoryTransport() });
  const wrong: [string, Partial<HttpRequest>][] = [
    ['a value with CR and LF', { headers: [['A', 'b\r\nc: d']] }],
    ['a code unit that would leave as LF', { headers: [['A', 'b\u010a']] }],
    ['a name that is no token', { headers: [['A b', 'c']] }],
    ['a method that is none', { method: 'GE T' }],
    ['no method', { method: undefined as never }],
    ['CONNECT', { method: 'CONNECT' }],
    ['a length that is none', { headers: [['Content-Length', '-1']] }],
    ['a length without content', { headers: [['Content-Length', '1']] }],
  ];
  test.each(wrong)('%s throws at once', (_, change) => {
    expect(() => client.exchange({ ...GET, ...change })).toThrow(UnwritableError);
    expect(() => client.exchange({ ...GET, ...change })).toThrow(TypeError);
  });

  test.each<[string, () => unknown, string]>([
    ['CONNECT', () => client.exchange({ ...GET, method: 'CONNECT' }), 'CONNECT is no exchange'],
    ['CONNECT with a body', () => client.upgrade({ ...GET, method: 'CONNECT', body: NEVER }), 'no content'],
    ['an upgrade to nothing', () => client.upgrade(GET), 'needs an Upgrade field'],
    ['half a connection', () => client.warm('http://origin', 0.5), 'count must be a whole number'],
    ['connections to a path', () => client.warm('http://origin/path', 1), 'is not an origin'],
    ['connections to a query', () => client.warm('http://origin?a', 1), 'is not an origin'],
    ['connections to nothing', () => client.warm(undefined as never, 1), 'an origin is a string'],
  ])('%s is told from other wrong use', (_, use, text) => {
    expect(use).toThrow(text);
  });

  test('connections may be made to what ends with a slash', () => {
    expect(() => client.warm('http://origin/', 1)).not.toThrow();
    expect(() => client.warm('http://origin/a', 1)).toThrow(UrlError);
  });

  test.each<[string, unknown]>([
    ['that is none', undefined],
    ['that is null', null],
    ['without headers', { method: 'GET', uri: GET.uri }],
    ['without a uri', { method: 'GET', headers: [] }],
    ['with a body that is no Observable', { ...GET, body: 'text' }],
    ['with a length that is a number', { ...GET, headers: [['Content-Length', 5]] }],
  ])('a request %s throws a TypeError that says so', (_, request) => {
    expect(() => client.exchange(request as never)).toThrow(
      /^(a request is|the uri of|the body of|Cannot be written)/,
    );
    expect(() => client.exchange(request as never)).toThrow(TypeError);
  });

  test('a URI that is none is an error of the exchange', () => {
    const told = new Told();
    client.exchange({ ...GET, uri: 'nowhere' }).subscribe(told);
    expect(told.all).toEqual(['error URL']);
  });

  test('an origin that nobody serves is a ConnectError that knows its exchange', () => {
    let error: unknown;
    virtually(({ flush }) => {
      new HttpClient({ transport: memoryTransport() })
        .exchange(GET)
        .subscribe({ error: (given: unknown) => (error = given) });
      flush();
    });
    expect(error).toMatchObject({
      name: 'ConnectError',
      code: 'CONNECT',
      exchange: { method: 'GET', uri: GET.uri, reused: false, sent: false },
    });
  });
});
