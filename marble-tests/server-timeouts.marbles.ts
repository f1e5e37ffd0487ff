import { describe, expect, test } from '@jest/globals';
import {
  concat,
  EMPTY,
  filter,
  ignoreElements,
  map,
  mergeMap,
  NEVER,
  of,
  take,
  tap,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type Connection,
  type Handler,
  type HttpServerOptions,
  type RequestBody,
  type RequestDone,
  type ResponseNotification,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';

const HOST = { host: 'origin', port: 80 };

const hello: Handler = () => of(responseStart(200, [['Content-Length', '0']]), responseDone());
const reading: Handler = (request) =>
  request.body.pipe(
    toArray(),
    mergeMap(() => hello(request)),
  );

function run(work: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
}

/**
 * What a raw client hears that sends these octets at these frames: the status of each answer, and the end of the
 * connection as completion.
 */
function hear(
  { cold }: RunHelpers,
  frames: string,
  values: Record<string, string>,
  handler: Handler,
  options: HttpServerOptions,
): Observable<string> {
  const transport = memoryTransport();
  // Each timeout is tested by itself.
  const others = {
    idleTimeout: null,
    headTimeout: null,
    requestTimeout: null,
    readTimeout: null,
    writeTimeout: null,
  };
  const onError = (): void => undefined;
  new HttpServer({ ...HOST, transport, ...others, onError, ...options }).serve(handler).subscribe();
  return transport.connect(HOST).pipe(
    mergeMap((phase) => (phase.type === 'connection' ? of(phase.connection) : EMPTY)),
    mergeMap((connection) => {
      send(connection, cold(frames, values));
      return connection.read;
    }),
    map((octets) => /^HTTP\/1.1 (\d{3})/.exec(Buffer.from(octets).toString('latin1'))?.[1]),
    filter((status) => status !== undefined),
  );
}

function send(connection: Connection, octets: Observable<string>): void {
  octets.subscribe((each) => connection.write(each));
}

const GET = { a: 'GET / HTTP/1.1\r\n', b: 'Host: a\r\n', c: '\r\n' };
const POST = { a: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n', b: 'x', c: 'GE' };

describe('headTimeout', () => {
  test('answers 408 when a head is not whole in time, however it drips, and not before it begins', () => {
    run((helpers) => {
      const heard = hear(helpers, '20ms a---b---b---b', GET, hello, { headTimeout: 10 });
      helpers.expectObservable(heard).toBe('20ms 10ms (t|)', { t: '408' });
    });
  });

  test('leaves a head that is whole in time alone', () => {
    run((helpers) => {
      const heard = hear(helpers, 'a---b----c 50ms a--b--c', GET, hello, { headTimeout: 10 });
      helpers.expectObservable(heard).toBe('---------s 50ms ------s', { s: '200' });
    });
  });
});

describe('requestTimeout', () => {
  test('answers 408 when a request is not whole in time, however busy it is', () => {
    run((helpers) => {
      const heard = hear(helpers, '-a---b---b', POST, reading, { requestTimeout: 10 });
      helpers.expectObservable(heard).toBe('- 10ms (t|)', { t: '408' });
    });
  });
});

describe('readTimeout', () => {
  test('answers 408 when content that the handler wants does not go on', () => {
    run((helpers) => {
      const heard = hear(helpers, 'a--b---------', POST, reading, { readTimeout: 5 });
      helpers.expectObservable(heard).toBe('3ms 5ms (t|)', { t: '408' });
    });
  });

  test('does not count while nobody wants it', () => {
    run((helpers) => {
      const late: Handler = (request) => timer(20).pipe(mergeMap(() => reading(request)));
      const heard = hear(helpers, 'a--b----- 20ms b--b', POST, late, { readTimeout: 10 });
      helpers.expectObservable(heard).toBe('9ms 20ms ---s', { s: '200' });
    });
  });
});

describe('readTimeout of a handler that does not take its content', () => {
  const sent = {
    a: `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`,
    b: 'x'.repeat(100_000),
  };
  const hold =
    (ms: number) =>
    (part: RequestBody | RequestDone): void => {
      if (part.type !== 'request_body') return;
      const held = part.flow!.hold();
      timer(ms).subscribe(() => held.unsubscribe());
    };
  /** Holds each piece for so many ms. */
  const holding =
    (ms: number): Handler =>
    (request) =>
      concat(request.body.pipe(tap(hold(ms)), ignoreElements()), hello(request));

  test('answers 503 when reading has stopped for so long, whether or not the client is still there', () => {
    const errors: unknown[] = [];
    run((helpers) => {
      const onError = (error: unknown): void => void errors.push((error as Error).message);
      const heard = hear(helpers, '-(ab)', sent, holding(1_000), { readTimeout: 10, onError });
      helpers.expectObservable(heard).toBe('- 10ms (t|)', { t: '503' });
    });
    expect(errors).toEqual(['Handler Timeout: 10 ms, to take more of the content']);
  });

  test('leaves one alone that goes on, and one that holds while there is little', () => {
    run((helpers) => {
      const slow = hear(helpers, '-(ab)', sent, holding(8), { readTimeout: 10 });
      helpers.expectObservable(slow).toBe('- 16ms s', { s: '200' });
    });
    run((helpers) => {
      const little = { a: 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc', b: 'def' };
      const heard = hear(helpers, '-a-b', little, holding(50), { readTimeout: 10 });
      helpers.expectObservable(heard).toBe('- 100ms s', { s: '200' });
    });
  });
});

describe('handlerTimeout', () => {
  test('answers 503 when a handler does not begin in time, and unsubscribes it', () => {
    run((helpers) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const slow = cold<ResponseNotification>('--------------------s', { s: responseStart(200) });
      const heard = hear(helpers, '-a', { a: Object.values(GET).join('') }, () => slow, {
        handlerTimeout: 10,
      });
      expectObservable(heard).toBe('- 10ms t', { t: '503' });
      expectSubscriptions(slow.subscriptions).toBe('-^ 9ms !');
    });
  });

  test('leaves one that has begun alone', () => {
    run((helpers) => {
      const slow = (): Observable<ResponseNotification> =>
        concat(of(responseStart(200)), timer(50).pipe(map(() => responseDone())));
      const heard = hear(helpers, 'a', { a: Object.values(GET).join('') }, slow, { handlerTimeout: 10 });
      helpers.expectObservable(heard).toBe('s', { s: '200' });
    });
  });
});

describe('writeTimeout', () => {
  test('closes a connection whose client takes nothing of a response that waits for it', () => {
    run(({ expectObservable, expectSubscriptions, cold }) => {
      const transport = memoryTransport();
      const endless = cold<ResponseNotification>('(sb)----------------b', {
        s: responseStart(200),
        b: responseBody(new Uint8Array(20_000)),
      });
      new HttpServer({ ...HOST, transport, writeTimeout: 10 }).serve(() => endless).subscribe();
      const ended = transport.connect(HOST).pipe(
        mergeMap((phase) => (phase.type === 'connection' ? of(phase.connection) : EMPTY)),
        take(1),
        mergeMap((connection) => {
          connection.hold();
          connection.write(Object.values(GET).join(''));
          return NEVER;
        }),
      );
      expectObservable(ended, '^ 40ms !').toBe('');
      expectSubscriptions(endless.subscriptions).toBe('^ 9ms !');
    });
  });
});

describe('idleTimeout', () => {
  test('closes a connection that asks for nothing, counted from the last answer', () => {
    run((helpers) => {
      const whole = { a: Object.values(GET).join('') };
      const heard = hear(helpers, 'a---a', whole, hello, { idleTimeout: 10 });
      helpers.expectObservable(heard).toBe('s---s 9ms |', { s: '200' });
    });
  });
});
