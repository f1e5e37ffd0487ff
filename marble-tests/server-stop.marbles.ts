import { describe, expect, test } from '@jest/globals';
import { concat, delay, finalize, map, mergeMap, NEVER, of, throwError, timer, type Observable } from 'rxjs';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type Handler,
  type HttpServerOptions,
  type ResponseNotification,
  type ServerNotification,
} from 'rxchange';
import {
  HttpTestScheduler,
  memoryTransport,
  type ClientScript,
  type HttpRunHelpers,
  type ScriptedClients,
} from 'rxchange/testing';
import { virtually } from '../spec/support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: origin\r\n\r\n`;
const values = {
  r: get('/now'),
  l: get('/later'),
  b: get('/body'),
  n: get('/never'),
  u: 'GET /now HT',
  v: get('/').slice(9),
};

const done: Observable<ResponseNotification> = of(
  responseStart(200, [['Content-Length', '2']]),
  responseBody(Buffer.from('ok')),
  responseDone(),
);

/** Answers at once, in 10 ms, at once and for 10 ms, or never. */
const handler: Handler = ({ uri }) => {
  switch (uri) {
    case '/later':
      return timer(10).pipe(mergeMap(() => done));
    case '/body':
      return concat(of(responseStart(200)), of(responseDone()).pipe(delay(10)));
    case '/never':
      return NEVER;
    default:
      return done;
  }
};

const SAID: Record<string, string> = { s: 'start', t: 'stop', o: '0 0', i: '1 0', x: '1 1' };

/** How a server goes: how many connections and exchanges are left, and its end. */
const told = (notification: ServerNotification): string =>
  notification.type === 'stopping'
    ? `${String(notification.connections)} ${String(notification.exchanges)}`
    : notification.type;

interface Play extends HttpRunHelpers, ScriptedClients {
  readonly expectServer: (marbles: string, values?: Record<string, string>, error?: unknown) => void;
  /** The answers: whether each says that it is the last of its connection. */
  readonly expectAnswers: (marbles: string) => void;
  /** When connections are closed. */
  readonly expectClosed: (marbles: string) => void;
}

/** A server with these clients that is told to stop as the diagram says. */
function play(
  stop: string | Observable<unknown>,
  clients: readonly (string | ClientScript)[],
  work: (helpers: Play) => void,
  options: HttpServerOptions & { readonly handler?: Handler; readonly unsubscribe?: string } = {},
): void {
  const { handler: answering = handler, unsubscribe, ...settings } = options;
  new HttpTestScheduler().run((helpers) => {
    const scripted = helpers.clients(clients, { values });
    const server = new HttpServer({
      transport: scripted.transport,
      host: 'origin',
      port: 80,
      idleTimeout: null,
      stopGrace: 20,
      stopTimeout: 100,
      ...settings,
    });
    const serving = server.serve(answering, { stop: typeof stop === 'string' ? helpers.cold(stop) : stop });
    work({
      ...helpers,
      ...scripted,
      expectServer: (marbles, expected = {}, error) =>
        helpers
          .expectObservable(serving.pipe(map(told)), unsubscribe)
          .toBe(marbles, { ...SAID, ...expected }, error),
      expectAnswers: (marbles) =>
        scripted
          .expectResponses(
            ({ headers }) => headers.find(([name]) => name === 'Connection')?.[1].trim() ?? 'stays',
          )
          .toBe(marbles, { s: 'stays', c: 'close' }),
      expectClosed: (marbles) =>
        scripted.expectConnections(({ type }) => (type === 'closed' ? 'x' : undefined)).toBe(marbles),
    });
  });
}

describe('a server that is told to stop', () => {
  test('stops at once when there is nothing left', () => {
    play('-----s', [], ({ expectServer }) => expectServer('s----(ot|)'));
    play('(ss)', [], ({ expectServer }) => expectServer('(sot|)'));
  });

  test('says of what is under way that it is the last', () => {
    play('--s', ['l'], ({ expectServer, expectAnswers, expectClosed }) => {
      expectServer('s-x-------(t|)');
      expectAnswers('----------c');
      expectClosed('----------x');
    });
  });

  test('answers a request that has begun to arrive', () => {
    play('--s', ['u---v'], ({ expectServer, expectAnswers }) => {
      expectServer('s-i-(t|)');
      expectAnswers('----c');
    });
  });

  test('answers a request that was on its way', () => {
    play('--s', ['r--------r'], ({ expectServer, expectAnswers }) => {
      expectServer('s-i------(t|)');
      expectAnswers('s--------c');
    });
  });

  test('ends a connection on which no other comes, or none has come yet', () => {
    play('--s', ['r', { connect: '-c', send: '' }], ({ expectServer, expectClosed }) => {
      expectServer('s-a 19ms (bt|)', { a: '2 0', b: '1 0' });
      expectClosed('22ms (xx)');
    });
  });

  test('also behind an answer whose head has left before', () => {
    play('--s', ['b'], ({ expectServer, expectAnswers, expectClosed }) => {
      expectServer('s-x 27ms (t|)');
      expectAnswers('----------s');
      expectClosed('30ms x');
    });
  });

  test('answers all that was pipelined and is here, and says so with the last', () => {
    play('--s', ['(lrlr)'], ({ expectServer, expectAnswers }) => {
      expectServer('s-x 17ms (t|)');
      expectAnswers('----------(ss)------(sc)');
    });
  });

  test('accepts no other connection', () => {
    play('--s', ['n', { connect: '---c', send: 'r' }], ({ expectServer, expectAnswers }) => {
      expectServer('s-x 99ms (t|)');
      expectAnswers('');
    });
  });

  test('gives up what is under way after a time, and unsubscribes its handler', () => {
    let ended = 0;
    const endless: Handler = () => NEVER.pipe(finalize(() => ended++));
    play(
      '--s',
      ['n', 'n'],
      ({ expectServer, expectClosed }) => {
        expectServer('s-a 99ms (xt|)', { a: '2 2' });
        expectClosed('102ms (xx)');
      },
      { handler: endless },
    );
    expect(ended).toBe(2);
  });

  test('stops now when it is unsubscribed meanwhile', () => {
    play(
      '--s',
      ['n'],
      ({ expectServer, expectClosed }) => {
        expectServer('s-x');
        expectClosed('-----x');
      },
      { unsubscribe: '-----!' },
    );
  });

  test('stops now, with the error of what should tell it', () => {
    const error = new Error('no signal');
    play(timer(2).pipe(mergeMap(() => throwError(() => error))), ['n'], ({ expectServer, expectClosed }) => {
      expectServer('s-#', {}, error);
      expectClosed('--x');
    });
  });

  test('is never told by an end without a word', () => {
    play(
      '--|',
      ['--r'],
      ({ expectServer, expectAnswers }) => {
        expectServer('s');
        expectAnswers('--s');
      },
      { unsubscribe: '-----!' },
    );
  });

  test('gives a client 2 s to end its side, and no more', () => {
    virtually(({ expectObservable }) => {
      const transport = memoryTransport();
      const server = new HttpServer({ ...HOST, transport, stopGrace: 20 });
      const serving = server.serve(handler, { stop: timer(5) });
      expectObservable(serving.pipe(map(told))).toBe('s----i 2019ms (t|)', SAID);
      const silent = transport.connect(HOST).pipe(mergeMap(() => NEVER));
      expectObservable(silent, '^ 4s !').toBe('');
    });
  });
});
