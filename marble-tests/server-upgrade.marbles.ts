import { describe, expect, test } from '@jest/globals';
import {
  concat,
  EMPTY,
  endWith,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  takeUntil,
  tap,
  throwError,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import {
  HttpServer,
  responseDone,
  responseNonfinal,
  responseStart,
  type Connection,
  type Handler,
  type HeaderList,
  type HttpServerOptions,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { virtually } from '../spec/support/virtually.ts';

const HOST = { host: 'origin', port: 80 };

const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');
const values = {
  u: head('GET /chat HTTP/1.1', 'Host: origin', 'Connection: Upgrade', 'Upgrade: chat/2, Echo'),
  v: head('GET /chat HTTP/1.1', 'Host: origin', 'Connection: Upgrade', 'Upgrade: echo') + 'early',
  p: head('PUT /chat HTTP/1.1', 'Host: origin', 'Connection: Upgrade', 'Upgrade: echo', 'Content-Length: 6'),
  w: head(
    'PUT /chat HTTP/1.1',
    'Host: origin',
    'Connection: Upgrade',
    'Upgrade: echo',
    'Expect: 100-continue',
    'Content-Length: 6',
  ),
  t: head('CONNECT inner:443 HTTP/1.1', 'Host: inner:443'),
  g: head('GET / HTTP/1.1', 'Host: origin'),
  a: 'abc',
};

const SWITCHED = head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: echo');
/** What a client hears, by letters. */
const ANSWERS: Record<string, string> = {
  s: SWITCHED,
  t: head('HTTP/1.1 200 OK'),
  e: 'early',
  y: 'abc',
  x: 'x',
};

/** Says back what it hears, until the other side has ended. */
const echo = (connection: Connection): Observable<never> =>
  connection.read.pipe(
    tap({ next: (octets) => connection.write(octets.slice()), complete: () => connection.end() }),
    ignoreElements(),
  );

const ECHO: HeaderList = [['Upgrade', 'echo']];
const ORDER = 'Handler broke the order of notifications: ';

const accepting =
  (headers?: HeaderList, use = echo): Handler =>
  ({ upgrade }) =>
    upgrade === undefined
      ? of(responseStart(204), responseDone())
      : upgrade.accept(headers).pipe(mergeMap(use));

function say(connection: Connection, said: Observable<string>): void {
  said.subscribe({
    next: (octets) => connection.write(octets),
    complete: () => connection.end(),
    error: () => (connection as Connection & { reset(): void }).reset(),
  });
}

/** What a client hears; `x` is that its connection is closed. */
type Heard = (marbles: string, values?: Record<string, string>) => void;

interface Play {
  readonly values?: Record<string, string>;
  readonly options?: HttpServerOptions;
  /** When the server is told to stop. */
  readonly stop?: number;
  /** When the server is unsubscribed. */
  readonly until?: number;
}

/**
 * A server with this handler, and a client that says these octets, ends at a `|` and breaks off at a `#`.
 *
 * @returns what came to `onError`
 */
function play(handler: Handler, said: string, work: (heard: Heard) => void, given: Play = {}): string[] {
  const errors: string[] = [];
  virtually(({ cold, expectObservable }) => {
    const transport = memoryTransport();
    const onError = (error: unknown): void => void errors.push((error as Error).message);
    new HttpServer({ transport, ...HOST, idleTimeout: null, onError, ...given.options })
      .serve(handler, { stop: given.stop === undefined ? NEVER : timer(given.stop) })
      .pipe(takeUntil(given.until === undefined ? NEVER : timer(given.until)))
      .subscribe();
    const heard = transport.connect(HOST).pipe(
      mergeMap((phase) => (phase.type === 'connection' ? of(phase.connection) : EMPTY)),
      mergeMap((connection) => {
        say(connection, cold(said, { ...values, ...given.values }));
        return merge(
          connection.read.pipe(
            tap({ complete: () => connection.end() }),
            map((octets) =>
              Buffer.from(octets)
                .toString('latin1')
                .replace(/Date: .*\r\n/, ''),
            ),
          ),
          connection.closed.pipe(map(() => 'x')),
        );
      }),
    );
    work((marbles, expected = {}) => expectObservable(heard).toBe(marbles, { ...ANSWERS, ...expected }));
  });
  return errors;
}

/** The status of an answer. */
const status = (code: number, phrase: string): RegExp =>
  new RegExp(`^HTTP/1.1 ${String(code)} ${phrase}\r\n`);

/** All that a client hears that says these octets. */
function hear(
  handler: Handler,
  said: string,
  options: HttpServerOptions = {},
): { heard: string; errors: string[] } {
  let heard = '';
  const errors: string[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    const onError = (error: unknown): void => void errors.push((error as Error).message);
    new HttpServer({ transport, ...HOST, idleTimeout: 1_500, onError, ...options })
      .serve(handler)
      .subscribe();
    transport.connect(HOST).subscribe((phase) => {
      if (phase.type !== 'connection') return;
      const { connection } = phase;
      connection.read.subscribe({
        next: (octets) => (heard += Buffer.from(octets).toString('latin1')),
        complete: () => (heard += '|'),
      });
      connection.write(said);
    });
    flush();
  });
  return { heard, errors };
}

describe('an upgrade', () => {
  test('hands over the connection, and what came with the request', () => {
    play(accepting(), '-v---a--|', (heard) => heard('-(se)y--(x|)'));
  });

  test('is to the first protocol offered, or to that which the handler names, with the fields it gives', () => {
    play(accepting(), 'u', (heard) => heard('s', { s: SWITCHED.replace('echo', 'chat/2') }));
    const fields: HeaderList = [
      ['Upgrade', 'ECHO'],
      ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
      ['Connection', 'close'],
      ['Content-Length', '3'],
    ];
    const switched = head(
      'HTTP/1.1 101 Switching Protocols',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Connection: upgrade',
      'Upgrade: ECHO',
    );
    play(accepting(fields), 'u', (heard) => heard('s', { s: switched }));
  });

  test('waits for the content of its request', () => {
    play(accepting(ECHO), '-p-a-a-a', (heard) => heard('-----s-y'));
  });

  test('or for a handler that reads it first', () => {
    const reading: Handler = (request) =>
      request.body.pipe(
        toArray(),
        mergeMap(() => accepting(ECHO)(request)),
      );
    play(reading, '-p-a-(aa)', (heard) => heard('-----(sy)'));
  });

  test('says 100 (Continue) before that', () => {
    play(accepting(ECHO), 'w-(aa)', (heard) => heard('i-s', { i: head('HTTP/1.1 100 Continue') }));
  });

  test('is not taken up when the content does not come: 408', () => {
    const { heard, errors } = hear(accepting(), `${values.p}abc`, { readTimeout: 10 });
    expect(heard).toMatch(status(408, 'Request Timeout'));
    expect(errors).toEqual([]);
  });

  test('nor for more of it than is thrown away: 413', () => {
    const { heard, errors } = hear(accepting(), values.p.replace('6', '100000') + 'x'.repeat(70_000));
    expect(heard).toMatch(status(413, 'Content Too Large'));
    expect(errors).toEqual(['Content too large: before an upgrade']);
  });

  test('may come late, and behind interim responses', () => {
    const late: Handler = (request) =>
      concat(of(responseNonfinal(102)), timer(5).pipe(mergeMap(() => accepting(ECHO)(request))));
    play(late, 'v', (heard) => heard('i----(se)', { i: head('HTTP/1.1 102 Processing') }));
  });

  test('reads nothing before somebody subscribes to the connection, who then gets all of it', () => {
    const late = (connection: Connection): Observable<never> =>
      timer(5).pipe(mergeMap(() => echo(connection)));
    play(accepting(ECHO, late), 'v-a', (heard) => heard('s----(ey)'));
  });

  test('is answered as ever by who does not accept it', () => {
    const { heard } = hear(() => of(responseStart(426), responseDone()), values.u + values.g);
    expect(heard.match(/HTTP\/1.1 426 /g)).toHaveLength(2);
  });

  test.each([
    ['some', ['Connection: x, uPGRADE', 'Upgrade: chat/2, Echo', 'Upgrade:,c'], ['chat/2', 'Echo', 'c']],
    ['none without Connection', ['Upgrade: echo'], undefined],
    ['none without a protocol', ['Connection: upgrade', 'Upgrade: ,'], undefined],
  ])('tells what is offered: %s', (_, fields, expected) => {
    expect(offered(head('GET / HTTP/1.1', 'Host: a', ...fields))).toEqual([expected]);
  });

  test('is not offered in HTTP/1.0', () => {
    expect(offered(head('GET / HTTP/1.0', 'Connection: upgrade', 'Upgrade: echo'))).toEqual([undefined]);
  });

  function offered(said: string): unknown[] {
    const seen: unknown[] = [];
    hear(({ upgrade }) => {
      seen.push(upgrade?.protocols);
      return of(responseStart(204), responseDone());
    }, said);
    return seen;
  }
});

describe('a tunnel', () => {
  test('is answered for with 200, and carries what the client has sent for it', () => {
    const carrying = { z: `${values.t}GET /x` };
    play(accepting([['Content-Length', '5']]), '-z---a', (heard) => heard('-(te)y', { e: 'GET /x' }), {
      values: carrying,
    });
  });

  test.each<[string, Handler, RegExp, string[]]>([
    ['refuses it', () => of(responseStart(403), responseDone()), status(403, 'Forbidden'), []],
    [
      'takes it for any request',
      () => of(responseStart(200), responseDone()),
      status(500, 'Internal Server Error'),
      [`${ORDER}a tunnel that was not accepted`],
    ],
  ])('behind whose request nothing is read as one, when the handler %s', (_, handler, answer, told) => {
    const { heard, errors } = hear(handler, values.t + values.g);
    expect(heard).toMatch(answer);
    expect(heard.match(/HTTP\/1.1 /g)).toHaveLength(1);
    expect(heard).toMatch(/\r\nConnection: close\r\n[^]*\|$/);
    expect(errors).toEqual(told);
  });
});

describe('the connection of an upgrade', () => {
  test('is under no timeout of HTTP', () => {
    const options = { headTimeout: 5, requestTimeout: 5, readTimeout: 5, writeTimeout: 5, handlerTimeout: 5 };
    play(accepting(ECHO), 'v 50ms a 50ms a', (heard) => heard('(se) 47ms y 50ms y'), {
      options: { ...options, idleTimeout: 5 },
    });
  });

  test('unsubscribes the handler when it closes', () => {
    let ended = 0;
    const endless: Handler = (request) => merge(accepting()(request), NEVER).pipe(finalize(() => ended++));
    play(endless, 'v----|', (heard) => heard('(se)-(x|)'));
    expect(ended).toBe(1);
  });

  test('completes for who has accepted it, when it closes', () => {
    virtually(({ expectObservable }) => {
      const transport = memoryTransport();
      const leased = new HttpServer({ transport, ...HOST }).listen().pipe(
        mergeMap((notification) => (notification.type === 'exchange' ? of(notification.exchange) : EMPTY)),
        mergeMap(({ request }) =>
          request.upgrade!.accept().pipe(
            tap(ending),
            map(() => 'c'),
            endWith('closed'),
          ),
        ),
      );
      expectObservable(leased).toBe('c--x', { c: 'c', x: 'closed' });
      transport.connect(HOST).subscribe((phase) => {
        if (phase.type !== 'connection') return;
        phase.connection.write(values.u);
        timer(3).subscribe(() => phase.connection.end());
      });
    });
  });

  /** Ends when the other side has. */
  function ending(connection: Connection): void {
    connection.read.subscribe({ complete: () => connection.end() });
  }

  test('is destroyed when it is unsubscribed', () => {
    const leaving: Handler = (request) => concat(accepting(ECHO)(request).pipe(takeUntil(timer(5))), NEVER);
    play(leaving, 'v', (heard) => heard('(se)-(x|)'));
  });

  test('ends, all that was written before it, when the handler completes', () => {
    const brief: Handler = ({ upgrade }) => {
      upgrade!.accept(ECHO).subscribe((connection) => connection.write('bye'));
      return timer(3).pipe(ignoreElements());
    };
    const errors = play(brief, 'u', (heard) => heard('(sb) 1999ms (x|)', { b: 'bye' }));
    expect(errors).toEqual([]);
  });

  test('is destroyed when the handler fails, of which only onError is told', () => {
    const fails = (): Observable<never> => timer(3).pipe(mergeMap(() => throwError(() => new Error('boom'))));
    const errors = play(accepting(ECHO, fails), 'u', (heard) => heard('s--(x|)'));
    expect(errors).toEqual(['boom']);
  });

  test('that its client breaks is no fault of the handler', () => {
    let told: unknown;
    const looking = (connection: Connection): Observable<never> =>
      echo(connection).pipe(tap({ error: (error: unknown) => (told = error) }));
    const errors = play(accepting(ECHO, looking), 'u--#', (heard) => heard('s--x'));
    expect(errors).toEqual([]);
    expect(told).toMatchObject({ code: 'CONNECTION_RESET' });
  });

  test('is destroyed when the server stops', () => {
    play(accepting(ECHO), 'u', (heard) => heard('s----(x|)'), { until: 5 });
  });

  test('has its time when the server is told to stop', () => {
    const options = { stopGrace: 1, stopTimeout: 20 };
    play(accepting(ECHO), 'u-------a', (heard) => heard('s-------y 16ms (x|)'), { stop: 5, options });
    play(accepting(ECHO), 'u-------|', (heard) => heard('s-------(x|)'), { stop: 5, options });
  });
});

describe('what is refused to who accepts', () => {
  const twice: Handler = ({ upgrade }) => {
    const accepted = upgrade!.accept();
    return merge(accepted, accepted).pipe(ignoreElements());
  };
  const behind: Handler = ({ upgrade }) =>
    concat(of(responseStart(200)), upgrade!.accept().pipe(ignoreElements()));
  const late: Handler = ({ upgrade }) =>
    concat(
      of(responseStart(204), responseDone()),
      timer(1).pipe(mergeMap(() => upgrade!.accept().pipe(ignoreElements()))),
    );
  const beside: Handler = ({ upgrade }) =>
    merge(upgrade!.accept().pipe(ignoreElements()), of(responseStart(200), responseDone()));

  test.each<[string, Handler, string, string]>([
    ['once more', twice, values.u, 'an upgrade behind an answer'],
    ['behind a head', behind, values.u, 'an upgrade behind an answer'],
    ['behind the whole answer', late, values.u, 'an upgrade behind the exchange'],
    ['and answers', beside, values.p, 'an answer behind an upgrade'],
    ['what was not offered', accepting([['Upgrade', 'h2c']]), values.u, 'a switch to ["h2c"]'],
    ['nothing', accepting([['Upgrade', ', ']]), values.u, 'a switch to []'],
  ])('%s', (_, handler, said, message) => {
    expect(hear(handler, said).errors).toEqual([ORDER + message]);
  });

  test('what would not be HTTP, before it is said', () => {
    const { heard, errors } = hear(accepting([['X', 'a\r\nb']]), values.u);
    expect(heard).toMatch(status(500, 'Internal Server Error'));
    expect(errors).toEqual(['Cannot be written as HTTP: value of field X: "a\\r\\nb"']);
  });

  test('what was answered in its stead, as the rest of the request did not come in time', () => {
    let told: unknown;
    const waiting: Handler = ({ upgrade }) => {
      upgrade!.accept().subscribe({ error: (error: unknown) => (told = error) });
      return NEVER;
    };
    const { heard, errors } = hear(waiting, values.p, { handlerTimeout: 10 });
    expect(heard).toMatch(status(503, 'Service Unavailable'));
    expect(errors).toEqual(['Handler Timeout: 10 ms']);
    expect(told).toMatchObject({ code: 'HANDLER', detail: 'an upgrade that was answered otherwise' });
  });

  test('what comes too late, as the client has left', () => {
    let told: unknown;
    const late: Handler = ({ upgrade }) => {
      timer(5).subscribe(() => upgrade!.accept().subscribe({ error: (error: unknown) => (told = error) }));
      return NEVER;
    };
    play(late, 'u-#', (heard) => heard('--x'));
    expect(told).toMatchObject({ code: 'CONNECTION_RESET' });
  });
});
