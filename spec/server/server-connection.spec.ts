import { describe, expect, test } from '@jest/globals';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import type { TlsInfo } from '../../src/message/connection.ts';
import { ConnectionResetError } from '../../src/message/errors.ts';
import type { Flow } from '../../src/message/flow.ts';
import {
  responseBody,
  responseDone,
  responseStart,
  type RequestBody,
} from '../../src/message/notifications.ts';
import { HttpServer, type Handler } from '../../src/server/http-server.ts';
import type { HttpServerOptions } from '../../src/server/server-settings.ts';
import type { ListenNotification } from '../../src/transport/transport.ts';
import { RecordedConnection } from './support/recorded-connection.ts';

/** Nothing is waited for that a test does not ask for. */
const PATIENT: HttpServerOptions = {
  idleTimeout: null,
  headTimeout: null,
  requestTimeout: null,
  readTimeout: null,
  writeTimeout: null,
  stopTimeout: null,
};

/** What a server does with a connection on which this is said, and whatever a test has said and done then. */
function conversation(
  handler: Handler,
  said = '',
  options: HttpServerOptions = {},
  connection = new RecordedConnection(),
) {
  const scheduler = new VirtualTimeScheduler();
  const stop = new Subject<void>();
  const accepted = new Subject<ListenNotification>();
  const transport = { connect: () => NEVER, listen: () => accepted };
  const errors: unknown[] = [];
  /** How many connections and exchanges are left, and the end. */
  const told: string[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const serving = new HttpServer({ transport, scheduler, onError, ...PATIENT, ...options })
    .serve(handler, { stop })
    .subscribe((notification) => {
      const { type } = notification;
      told.push(
        type === 'stopping' ? `${String(notification.connections)} ${String(notification.exchanges)}` : type,
      );
    });
  const say = (text: string): void => connection.read.next(Buffer.from(text, 'latin1'));
  accepted.next({ type: 'connection', connection });
  if (said !== '') say(said);
  return { scheduler, connection, errors, serving, say, stop, told };
}

const HTTP_10 = 'GET / HTTP/1.0\r\n\r\n';
const HTTP_11 = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(length)}\r\n\r\n`;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const MALFORMED = `${CHUNKED}xyz\r\n`;

const brief: Handler = () => of(responseStart(204), responseDone());
const long: Handler = () => of(responseStart(200), responseBody(new Uint8Array(1_000_000)), responseDone());
/** Reads its content, whatever comes of it, and never answers. */
const deaf: Handler = ({ body }) => {
  body.subscribe({ error: () => undefined });
  return NEVER;
};

/** How many answers a client has had. */
const answersIn = ({ text }: RecordedConnection): number => text.match(/HTTP\/1.1 [2-5]/g)?.length ?? 0;

describe('an answer that breaks off', () => {
  const breaksOff: Handler = () =>
    concat(
      of(responseStart(200), responseBody(Buffer.from('half'))),
      throwError(() => new Error('half-way')),
    );

  test('is cut where the end of the connection would be its end', () => {
    expect(conversation(breaksOff, HTTP_10).connection.done).toEqual(['cut']);
  });

  test('just ends where its framing tells that it is not whole', () => {
    expect(conversation(breaksOff, HTTP_11).connection.done).toEqual(['end']);
  });
});

describe('the time to close behind the last answer', () => {
  test('begins when the answer has left', () => {
    const { connection, scheduler } = conversation(long, HTTP_10);
    scheduler.flush();
    expect(connection.done).toEqual(['end']);
    connection.drain();
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
  });

  test.each([
    [16_383, ['end', 'destroy']],
    [16_384, ['end']],
  ])('begins at once when there is little to leave: %p octets', (octets, done) => {
    const { connection, scheduler, say } = conversation(brief);
    connection.write = () => true;
    connection.buffered = octets;
    say(HTTP_10);
    scheduler.flush();
    expect(connection.done).toEqual(done);
  });

  test('does not begin when the answer does not leave: then the connection is cut', () => {
    const { connection, scheduler } = conversation(long, HTTP_10, { writeTimeout: 10 });
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'cut']);
    expect(scheduler.frame).toBe(10);
  });

  test('is for a MiB of what the client still says, to the octet', () => {
    const { connection, say } = conversation(brief, HTTP_10);
    for (let nth = 0; nth < 16; nth++) say('x'.repeat(65_536));
    expect(connection.done).toEqual(['end']);
    say('x');
    expect(connection.done).toEqual(['end', 'destroy']);
  });

  test('is given to a client that says nothing', () => {
    const { connection, scheduler } = conversation(brief, '', { idleTimeout: 1_000 });
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
    expect(scheduler.frame).toBe(3_000);
  });

  test('is given once to a client that has said that it has nothing to say', () => {
    const { connection, scheduler } = conversation(brief, '', { idleTimeout: 1_000 });
    connection.read.complete();
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
  });
});

describe('behind the last answer', () => {
  test('no request is begun', () => {
    let begun = 0;
    const counting: Handler = (request) => {
      begun++;
      return brief(request);
    };
    conversation(counting, HTTP_11.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') + HTTP_11);
    expect(begun).toBe(1);
  });

  test('nor is one when the server has stopped', () => {
    let begun = 0;
    const stopping: Handler = () => {
      begun++;
      serving.unsubscribe();
      return NEVER;
    };
    const { serving, say, connection } = conversation(stopping);
    say(HTTP_11 + HTTP_11);
    expect(begun).toBe(1);
    expect(connection.done).toEqual(['destroy']);
  });

  test('nor when it has stopped as soon as the answer was whole', () => {
    let begun = 0;
    const stopping: Handler = (request) => {
      begun++;
      const stop = defer(() => {
        serving.unsubscribe();
        return EMPTY;
      });
      return concat(request.body.pipe(ignoreElements()), brief(request), stop);
    };
    const { serving, say } = conversation(stopping);
    say(HTTP_11 + HTTP_11);
    expect(begun).toBe(1);
  });

  test('whoever lets go of the content changes nothing', () => {
    let flow: Flow | undefined;
    const keeping: Handler = ({ body }) => {
      body.subscribe({ next: (part) => ({ flow } = part as RequestBody), error: () => undefined });
      return NEVER;
    };
    const { connection } = conversation(keeping, `${CHUNKED}1\r\na\r\nxyz\r\n`);
    flow!.hold().unsubscribe();
    expect(answersIn(connection)).toBe(1);
    expect(connection.done).toEqual(['end']);
  });

  test('the reading goes on, however much was read ahead', () => {
    const { connection } = conversation(brief, `no HTTP\r\n\r\n${'x'.repeat(70_000)}`);
    expect(connection.text).toMatch(/^HTTP\/1.1 400 /);
    expect(connection.holds).toBe(0);
  });

  test.each<[string, string, number, string[]]>([
    ['is cut where its end is that of the answer', HTTP_10, 1, ['end', 'cut']],
    ['is just closed when all of it has left', HTTP_10, 0, ['end', 'destroy']],
    ['is just closed where the answer says how long it is', HTTP_11, 1, ['destroy']],
  ])('a connection that the server closes %s', (_, said, buffered, done) => {
    const { connection, serving } = conversation(
      () => of(responseStart(200), responseBody(Buffer.from('x')), responseDone()),
      said,
    );
    connection.buffered = buffered;
    serving.unsubscribe();
    expect(connection.done).toEqual(done);
  });
});

describe('a connection that has no room', () => {
  test('goes on when it has', () => {
    const { connection, say } = conversation(long, HTTP_11);
    connection.drain();
    say(HTTP_11);
    expect(answersIn(connection)).toBe(2);
    expect(connection.done).toEqual([]);
  });

  test('goes on then, too, when it had none for the first octet', () => {
    const { connection, say } = conversation(brief);
    connection.buffered = 20_000;
    say(HTTP_11 + HTTP_11);
    expect(answersIn(connection)).toBe(1);
    connection.drain();
    expect(answersIn(connection)).toBe(2);
  });

  test('holds the source of what is written', () => {
    let holds = 0;
    const flow: Flow = {
      hold: () => {
        holds++;
        return { unsubscribe: () => holds-- };
      },
    };
    const held: Handler = () =>
      concat(of(responseStart(200), responseBody(new Uint8Array(20_000), flow)), NEVER);
    const { connection } = conversation(held, HTTP_11);
    expect(holds).toBe(1);
    connection.drain();
    expect(holds).toBe(0);
  });

  test('is not idle', () => {
    const { connection, scheduler } = conversation(long, HTTP_11, { idleTimeout: 10 });
    scheduler.flush();
    expect(connection.done).toEqual([]);
    connection.drain();
    scheduler.flush();
    expect(connection.done).toEqual(['end', 'destroy']);
  });

  test('does not count for the time of the next head', () => {
    const { connection, scheduler } = conversation(long, `${HTTP_11}GET /`, { headTimeout: 10 });
    scheduler.flush();
    expect(answersIn(connection)).toBe(1);
    connection.drain();
    scheduler.flush();
    expect(answersIn(connection)).toBe(2);
    expect(connection.text).toContain('\r\n\r\nRequest Timeout: Request Timeout\n');
  });

  test('has its time for each part that it takes', () => {
    /** As much as there is room for, each time. */
    const endless: Handler = () =>
      new Observable((subscriber) => {
        const more = (): void => subscriber.next(responseBody(new Uint8Array(20_000), flow));
        const flow: Flow = { hold: () => ({ unsubscribe: more }) };
        subscriber.next(responseStart(200));
        more();
      });
    const { connection, scheduler } = conversation(endless, HTTP_11, { writeTimeout: 10 });
    for (const ms of [8, 16, 24]) scheduler.schedule(() => connection.drain(), ms);
    scheduler.flush();
    expect(connection.done).toEqual(['destroy']);
    expect(scheduler.frame).toBe(34);
  });
});

describe('a client that ends its side', () => {
  test('in the middle of a head is not waited for', () => {
    const { connection } = conversation(brief, 'GET / HT');
    connection.read.complete();
    expect(connection.done).toEqual(['destroy']);
  });

  test('gives up what it has asked for', () => {
    let ended = 0;
    const { connection } = conversation(() => NEVER.pipe(finalize(() => ended++)), HTTP_11);
    connection.read.complete();
    expect(ended).toBe(1);
    expect(connection.done).toEqual(['destroy']);
  });
});

describe('a handler that reads is told why the rest will not come', () => {
  type Talk = ReturnType<typeof conversation>;
  test.each<[string, (talk: Talk) => void]>([
    ['Connection reset: closed', ({ connection }) => connection.closed.next()],
    ['Connection reset: ended by the client', ({ connection }) => connection.read.complete()],
    ['Connection reset: the server stopped', ({ serving }) => serving.unsubscribe()],
    [
      'Connection reset: by the peer',
      ({ connection }) => connection.read.error(new ConnectionResetError('by the peer')),
    ],
  ])('%s', (message, end) => {
    const told: unknown[] = [];
    const reading: Handler = ({ body }) => {
      body.subscribe({ error: (error: unknown) => told.push((error as Error).message) });
      return NEVER;
    };
    const talk = conversation(reading, `${post(3)}a`);
    end(talk);
    talk.connection.closed.next();
    expect(told).toEqual([message]);
    expect(talk.connection.done).toEqual(['destroy']);
  });

  test('also when it is by its own answer', () => {
    const told: unknown[] = [];
    const broken: Handler = ({ body }) => {
      body.subscribe({ error: (error: unknown) => told.push((error as Error).message) });
      return concat(
        of(responseStart(200)),
        throwError(() => new Error('half-way')),
      );
    };
    const { connection } = conversation(broken, 'POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n');
    expect(told).toEqual(['Handler broke the order of notifications: the response is incomplete']);
    expect(connection.done).toEqual(['cut']);
  });
});

describe('what is read ahead', () => {
  test('is 64 KiB, to the octet', () => {
    const { connection, say } = conversation(() => NEVER, post(100_000));
    say('x'.repeat(65_536));
    expect(connection.holds).toBe(0);
    say('x');
    expect(connection.holds).toBe(1);
  });

  test('is no matter for a head that may be longer', () => {
    const { connection, say } = conversation(brief, '', { limits: { fieldSection: 100_000 } });
    say(HTTP_11.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(70_000)}`));
    expect(connection.holds).toBe(0);
    say('\r\n\r\n');
    expect(answersIn(connection)).toBe(1);
  });
});

test('the scheme of a request is that of its connection', () => {
  const schemes: unknown[] = [];
  const looking: Handler = ({ scheme }) => {
    schemes.push(scheme);
    return NEVER;
  };
  conversation(looking, HTTP_11);
  conversation(looking, HTTP_11, {}, new RecordedConnection({ tls: {} as TlsInfo }));
  expect(schemes).toEqual(['http', 'https']);
});

describe('an exchange is under way', () => {
  const echo: Handler = ({ body }) =>
    body.pipe(mergeMap((part) => (part.type === 'request_done' ? brief(undefined as never) : EMPTY)));

  test.each<[string, Handler, string, string[]]>([
    ['until it is answered', brief, HTTP_11, ['1 0']],
    ['and no more when it is answered in its last octet', echo, `${post(1)}x`, ['1 0']],
    ['and no more when it was no HTTP', brief, 'no HTTP\r\n\r\n', ['1 0']],
    ['and no more when its content was none', deaf, MALFORMED, ['1 0']],
    ['as long as nobody answers', deaf, CHUNKED, ['1 1']],
  ])('%s', (_, handler, said, expected) => {
    const { stop, told } = conversation(handler, said);
    stop.next();
    expect(told).toEqual(expected);
  });

  test('and no more when the report of its failure closes its connection', () => {
    const half: Handler = () =>
      concat(
        of(responseStart(200)),
        throwError(() => new Error('half-way')),
      );
    const onError = (): void => connection.closed.next();
    const { connection, say, stop, told } = conversation(half, '', { onError });
    say(HTTP_11);
    stop.next();
    expect(told).toEqual(['0 0', 'stop']);
  });
});

describe('a connection that is upgraded', () => {
  const UPGRADE = post(0).replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
  const CONTENT = UPGRADE.replace('Content-Length: 0', 'Content-Length: 3');
  const accepting: Handler = ({ upgrade }) =>
    upgrade!.accept().pipe(
      mergeMap(({ read }) => read),
      ignoreElements(),
    );

  test('is not read by HTTP any more', () => {
    let heard = 0;
    const listening: Handler = ({ upgrade }) =>
      upgrade!.accept().pipe(
        mergeMap(({ read }) => read),
        mergeMap(({ length }) => {
          heard += length;
          return EMPTY;
        }),
      );
    const { connection, say } = conversation(listening, UPGRADE);
    say('x'.repeat(70_000));
    expect(heard).toBe(70_000);
    expect(connection.holds).toBe(0);
  });

  test('is not closed when its client ends its side', () => {
    const { connection } = conversation(
      ({ upgrade }) => upgrade!.accept().pipe(mergeMap(() => NEVER)),
      UPGRADE,
    );
    connection.read.complete();
    expect(connection.done).toEqual([]);
  });

  test('may take its time to take what was said before', () => {
    const connection = new RecordedConnection();
    connection.write = () => false;
    const { scheduler } = conversation(accepting, UPGRADE, { writeTimeout: 10 }, connection);
    scheduler.flush();
    expect(connection.done).toEqual([]);
  });

  test('is cut by a server that stops', () => {
    const { connection, serving } = conversation(accepting, UPGRADE);
    serving.unsubscribe();
    expect(connection.done).toEqual(['cut']);
  });

  test('is cut when its handler fails, whoever has accepted it', () => {
    let ended = 0;
    const beside: Handler = ({ upgrade }) => {
      upgrade!.accept().subscribe({ complete: () => ended++ });
      return timer(3, scheduler).pipe(mergeMap(() => throwError(() => new Error('boom'))));
    };
    const { connection, say, scheduler } = conversation(beside);
    say(UPGRADE);
    scheduler.flush();
    expect(connection.text).not.toContain('500');
    expect(connection.done).toEqual(['cut']);
    expect(ended).toBe(1);
  });

  test('is not when who has accepted it leaves before its content is there', () => {
    const leaving: Handler = (request) => {
      request.upgrade!.accept().subscribe().unsubscribe();
      return brief(request);
    };
    const { connection } = conversation(leaving, `${CONTENT}abc`);
    expect(connection.text).toMatch(/^HTTP\/1.1 204 /);
  });

  test('is not asked for content that is here', () => {
    const expecting = CONTENT.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
    expect(conversation(accepting, `${expecting}abc`).connection.text).toMatch(/^HTTP\/1.1 101 /);
  });
});

test('pipelined requests wait until the answers before them have left', () => {
  const begun: string[] = [];
  const large: Handler = ({ uri }) => {
    begun.push(uri);
    return of(responseStart(200), responseBody(new Uint8Array(20_000)), responseDone());
  };
  const { connection } = conversation(large, HTTP_11.repeat(2) + HTTP_11.replace('/', '/last'));
  expect(begun).toEqual(['/']);
  connection.read.complete();
  for (const expected of [
    ['/', '/'],
    ['/', '/', '/last'],
  ]) {
    connection.drain();
    expect(begun).toEqual(expected);
  }
  expect(connection.done).toEqual([]);
  connection.drain();
  expect(connection.done).toEqual(['end']);
});

describe('malformed content', () => {
  test('is the fault of the client, when the handler passes it on', () => {
    const { connection, errors } = conversation(({ body }) => body.pipe(ignoreElements()), MALFORMED);
    expect(connection.text).toMatch(/^HTTP\/1.1 400 [^]*\r\nConnection: close\r\n/);
    expect(connection.done).toEqual(['end']);
    expect(errors).toEqual([]);
  });

  test('ends the connection, when the handler answers it', () => {
    const answers: Handler = ({ body }) =>
      body.pipe(
        ignoreElements(),
        catchError(() => of(responseStart(422), responseDone())),
      );
    const { connection } = conversation(answers, MALFORMED);
    expect(connection.text).toMatch(/^HTTP\/1.1 422 [^]*\r\nConnection: close\r\n/);
    expect(connection.done).toEqual(['end']);
  });

  test('is answered with 400, when the handler does not', () => {
    const { connection } = conversation(deaf, MALFORMED);
    expect(connection.text).toMatch(/^HTTP\/1.1 400 [^]*\r\nConnection: close\r\n/);
    expect(connection.done).toEqual(['end']);
  });

  test('breaks an answer that has begun', () => {
    const begun: Handler = (request) => concat(of(responseStart(200)), deaf(request));
    const { connection } = conversation(begun, CHUNKED);
    const { text } = connection;
    connection.read.next(Buffer.from('xyz\r\n'));
    expect(connection.text).toBe(text);
    expect(connection.done).toEqual(['destroy']);
  });

  test('leaves an answer that is whole alone', () => {
    const { connection } = conversation(brief, MALFORMED);
    expect(answersIn(connection)).toBe(1);
    expect(connection.done).toEqual(['end']);
  });

  test('just closes a connection that has no room for the answer', () => {
    const { connection } = conversation(brief, 'no HTTP\r\n\r\n', { maxBufferedBytes: 1 });
    expect(connection.done).toEqual(['destroy']);
  });
});

test('an error behind done is told to onError, and leaves the answer whole', () => {
  const late = new Error('late');
  const { connection, errors } = conversation(
    () =>
      concat(
        of(responseStart(204), responseDone()),
        throwError(() => late),
      ),
    HTTP_11,
  );
  expect(connection.text).toMatch(/^HTTP\/1.1 204 /);
  expect(connection.done).toEqual([]);
  expect(errors).toEqual([late]);
});
