import { describe, expect, test } from '@jest/globals';
import { concat, ignoreElements, map, mergeMap, NEVER, of, tap, timer, toArray, type Observable } from 'rxjs';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type Handler,
  type HttpServerOptions,
  type RequestBody,
  type RequestDone,
  type ResponseNotification,
} from 'rxchange';
import { asked, type ClientScript, type HttpRunHelpers, type OctetValues } from 'rxchange/testing';
import { run } from './support/exchanges.ts';

const HOST = { host: 'origin', port: 80 };

const hello: Handler = () => of(responseStart(200, [['Content-Length', '0']]), responseDone());
const reading: Handler = (request) =>
  request.body.pipe(
    toArray(),
    mergeMap(() => hello(request)),
  );

interface Play extends HttpRunHelpers {
  /** The statuses of the answers that have come whole. */
  readonly expectAnswers: (marbles: string) => void;
  /** When the connection is closed. */
  readonly expectClosed: (marbles: string) => void;
}

/** What a client hears that sends this, with one timeout, as each is tested by itself. */
function play(
  client: string | ClientScript,
  values: OctetValues,
  handler: Handler,
  options: HttpServerOptions,
  work: (play: Play) => void,
): void {
  const others = {
    idleTimeout: null,
    headTimeout: null,
    requestTimeout: null,
    readTimeout: null,
    writeTimeout: null,
  };
  const onError = (): void => undefined;
  run((helpers) => {
    const { transport, expectResponses, expectConnections } = helpers.clients([client], { values });
    new HttpServer({ ...HOST, transport, ...others, onError, ...options }).serve(handler).subscribe();
    const STATUSES = { s: 200, t: 408, u: 503 };
    work({
      ...helpers,
      expectAnswers: (marbles) => expectResponses(({ status }) => status).toBe(marbles, STATUSES),
      expectClosed: (marbles) => expectConnections({ closed: 'x' }).toBe(marbles),
    });
  });
}

const WHOLE = { a: asked('GET', '/') };
const GET = { a: 'GET / HTTP/1.1\r\n', b: 'Host: a\r\n', c: '\r\n' };
const POST = { a: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n', b: 'x' };

describe('headTimeout', () => {
  test('answers 408 when a head is not whole in time, however it drips, and not before it begins', () => {
    play('20ms a---b---b---b', GET, hello, { headTimeout: 10 }, ({ expectAnswers, expectClosed }) => {
      expectAnswers('20ms 10ms t');
      expectClosed('20ms 10ms x');
    });
  });

  test('leaves a head that is whole in time alone', () => {
    play('a---b----c 50ms a--b--c-|', GET, hello, { headTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('---------s 50ms ------s');
    });
  });

  test('is none of the content', () => {
    play('a 20ms b 20ms b 20ms b-|', POST, reading, { headTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('63ms s');
    });
  });
});

describe('requestTimeout', () => {
  test('answers 408 when a request is not whole in time, however busy it is', () => {
    play('-a---b---b', POST, reading, { requestTimeout: 10 }, ({ expectAnswers, expectClosed }) => {
      expectAnswers('- 10ms t');
      expectClosed('- 10ms x');
    });
  });
});

describe('readTimeout', () => {
  test('answers 408 when content that the handler wants does not go on', () => {
    play('a--b', POST, reading, { readTimeout: 5 }, ({ expectAnswers, expectClosed }) => {
      expectAnswers('3ms 5ms t');
      expectClosed('3ms 5ms x');
    });
  });

  test('does not count while nobody wants it', () => {
    const late: Handler = (request) => timer(20).pipe(mergeMap(() => reading(request)));
    play('a--b----- 20ms b--b-|', POST, late, { readTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('9ms 20ms ---s');
    });
  });
});

describe('readTimeout of a handler that does not take its content', () => {
  const sent = {
    a: `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`,
    b: 'x'.repeat(100_000),
  };
  const hold =
    (release: Observable<unknown>) =>
    (part: RequestBody | RequestDone): void => {
      if (part.type !== 'request_body') return;
      const held = part.flow!.hold();
      release.subscribe(() => held.unsubscribe());
    };
  /** Holds each piece until its release. */
  const holding =
    (release: Observable<unknown>): Handler =>
    (request) =>
      concat(request.body.pipe(tap(hold(release)), ignoreElements()), hello(request));

  test('answers 503 when reading has stopped for so long, whether or not the client is still there', () => {
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push((error as Error).message);
    play('-(ab)', sent, holding(NEVER), { readTimeout: 10, onError }, ({ expectAnswers, expectClosed }) => {
      expectAnswers('- 10ms u');
      expectClosed('- 10ms x');
    });
    expect(errors).toEqual(['Handler Timeout: 10 ms, to take more of the content']);
  });

  test('leaves one alone that goes on, and one that holds while there is little', () => {
    play('-(ab) 20ms |', sent, holding(timer(8)), { readTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('- 16ms s');
    });
    const chunk = `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`;
    const chunked = {
      a: `PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    };
    play('-a 30ms |', chunked, holding(timer(8)), { readTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('- 24ms s');
    });
    const little = { a: 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc', b: 'def' };
    play('-a-b 100ms |', little, holding(timer(50)), { readTimeout: 10 }, ({ expectAnswers }) => {
      expectAnswers('- 100ms s');
    });
  });
});

describe('handlerTimeout', () => {
  test('answers 503 when a handler does not begin in time, and unsubscribes it', () => {
    let slow: Observable<ResponseNotification> | undefined;
    play(
      '-a 20ms |',
      WHOLE,
      () => slow!,
      { handlerTimeout: 10 },
      (helpers) => {
        const answer = helpers.cold<ResponseNotification>('--------------------s', { s: responseStart(200) });
        slow = answer;
        helpers.expectAnswers('- 10ms u');
        helpers.expectSubscriptions(answer.subscriptions).toBe('-^ 9ms !');
      },
    );
  });

  test('leaves one that has begun alone', () => {
    const slow = (): Observable<ResponseNotification> =>
      concat(of(responseStart(200)), timer(50).pipe(map(() => responseDone())));
    play('a 60ms |', WHOLE, slow, { handlerTimeout: 10 }, ({ expectAnswers }) => expectAnswers('50ms s'));
  });
});

describe('writeTimeout', () => {
  test('closes a connection whose client takes nothing of a response that waits for it', () => {
    let endless: Observable<ResponseNotification> | undefined;
    play(
      { send: 'a', reading: 'h' },
      WHOLE,
      () => endless!,
      { writeTimeout: 10 },
      (helpers) => {
        const answer = helpers.cold<ResponseNotification>('(sb)----------------b', {
          s: responseStart(200),
          b: responseBody(new Uint8Array(20_000)),
        });
        endless = answer;
        helpers.expectAnswers('');
        helpers.expectClosed('10ms x');
        helpers.expectSubscriptions(answer.subscriptions).toBe('^ 9ms !');
      },
    );
  });
});

describe('idleTimeout', () => {
  test('closes a connection that asks for nothing, counted from the last answer', () => {
    play('a---a', WHOLE, hello, { idleTimeout: 10 }, ({ expectAnswers, expectClosed }) => {
      expectAnswers('s---s');
      expectClosed('4ms 10ms x');
    });
  });
});
