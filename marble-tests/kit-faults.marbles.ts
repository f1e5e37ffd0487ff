import { createRequire } from 'node:module';
import { describe, expect, jest, test } from '@jest/globals';
import {
  catchError,
  concat,
  defer,
  from,
  interval,
  NEVER,
  of,
  retry,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import type * as rxjs from 'rxjs';
import type * as testing from 'rxjs/testing';
import { TestScheduler } from 'rxjs/testing';
import {
  ConnectError,
  DnsError,
  HttpClient,
  requestBody,
  requestDone,
  responseDone,
  responseStart,
  type Connection,
  type HttpClientOptions,
  type HttpRequest,
  type ResponseNotification,
  type Transport,
} from 'rxchange';
import {
  assertExchange,
  EndlessRunError,
  fakeExchange,
  head,
  HttpTestScheduler,
  linkNetwork,
  MarbleError,
  MismatchError,
  MissingValueError,
  OutsideRunError,
  scriptedNetwork,
  sized,
  TwoCopiesError,
  UnscriptedError,
  UnusedScriptError,
  type FakeExchange,
  type HttpRunHelpers,
  type NetworkScript,
} from 'rxchange/testing';

const to = (uri: string): HttpRequest => ({ method: 'GET', uri, headers: [] });
const GET = to('http://origin/a');
const values = { a: sized('abc') };

function run(work: (helpers: HttpRunHelpers) => void): void {
  new HttpTestScheduler().run(work);
}

/** A run in which the requests are sent in this frame each, their errors swallowed. */
function play(script: NetworkScript, requests: readonly (readonly [frame: number, uri: string])[]): void {
  run(({ at, network }) => {
    const { transport } = network(script, { values });
    const client = clientOf(transport);
    for (const [frame, uri] of requests) {
      at(frame, () => {
        client
          .exchange(to(uri))
          .pipe(catchError(() => NEVER))
          .subscribe();
      });
    }
  });
}

function clientOf(transport: Transport, options: HttpClientOptions = {}): HttpClient {
  return new HttpClient({ transport, retryLimit: 0, ...options });
}

/** The error that the work throws. */
function faultOf<E extends Error>(type: abstract new (...args: never[]) => E, work: () => void): E {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    return error as E;
  }
  throw new Error('nothing was thrown');
}

describe('a bad diagram says in which column', () => {
  test.each([
    ['--a-(b', 5, 'this group is not closed'],
    ['--a)b', 4, 'no group is open here'],
    ['--(a(b))', 5, 'a group does not stand within a group'],
    ['--(a-b)', 5, 'time does not pass within a group'],
    ['--(a 5ms b)', 6, 'time does not pass within a group'],
    ['--a 5s|', 5, "a space must follow a time, as in '5s '"],
    ['10ms', 1, "a space must follow a time, as in '10ms '"],
    ['--a-|-b', 7, "nothing comes behind '|'"],
    ['--#-|', 5, "nothing comes behind '#'"],
    ['--a--!', 6, "'!' belongs into the diagram of a subscription"],
    ['^-a', 1, "'^' belongs into the diagram of a subscription"],
  ])('%s', (marbles, column, reason) => {
    const script = { reply: marbles, values: { 'http://a': 'a', b: 'b' } };
    const fault = faultOf(MarbleError, () => run(({ network }) => void network({ 'http://origin': script })));
    expect(fault).toMatchObject({ code: 'MARBLE', marbles, column });
    expect(fault.message).toBe(`column ${column}: ${reason}\n  ${marbles}\n  ${'^'.padStart(column)}`);
  });

  test('in what is expected of an exchange, and in an answer', () => {
    faultOf(MarbleError, () => run(({ expectExchange }) => expectExchange(NEVER).toBe('--s-(d')));
    faultOf(MarbleError, () => run((helpers) => void helpers.fakeExchange(['--s-(d'])));
  });

  test('a phase of a connection has one letter', () => {
    const phase = (dns: string): MarbleError =>
      faultOf(MarbleError, () => run(({ network }) => void network({ 'http://origin': { dns } })));
    expect(phase('--r-r')).toMatchObject({ column: 5 });
    expect(phase('--|')).toMatchObject({ column: 3 });
  });

  test('an origin is one', () => {
    const fault = faultOf(MarbleError, () => run(({ network }) => void network({ 'origin/a': {} })));
    expect(fault.message).toContain('http://host:port');
  });
});

describe('a letter without a value is named, with those that have one', () => {
  test.each<[string, (helpers: HttpRunHelpers) => void]>([
    ['in a reply', ({ network }) => void network({ 'http://origin': { reply: '--a-z', values } })],
    ['expected', ({ expectExchange }) => expectExchange(NEVER).toBe('--a-z')],
    ['in an answer', ({ fakeExchange: fake }) => void fake(['--s-z'])],
  ])('%s', (_name, work) => {
    const fault = faultOf(MissingValueError, () => run(work));
    expect(fault).toMatchObject({ letter: 'z', code: 'MISSING_VALUE' });
    expect(fault.message).toMatch(/^column 5: 'z' has no value; there are values for /);
  });
});

describe('what no script describes fails the test, even if its error is swallowed', () => {
  const one: NetworkScript = { 'http://origin': { reply: '--a' } };

  test('another request than there are replies', () => {
    const fault = faultOf(UnscriptedError, () =>
      play(one, [
        [0, 'http://origin/a'],
        [5, 'http://origin/b'],
      ]),
    );
    expect(fault.message).toBe(
      'GET /b in frame 5 is request 2 on connection 1 to http://origin, whose script has one reply. ' +
        'Nearest is reply 1, which went to GET /a.',
    );
  });

  test('another connection than there are scripts', () => {
    const fault = faultOf(UnscriptedError, () =>
      play(one, [
        [0, 'http://origin/a'],
        [1, 'http://origin/b'],
      ]),
    );
    expect(fault.message).toBe(
      'connection 2 to http://origin, asked for in frame 1, is not scripted: there are scripts for one connection. ' +
        'Nearest is the script of connection 1, which is taken: connection 1 to http://origin, still open, ' +
        'opened by GET http://origin/a.',
    );
  });

  test.each([
    ['http://orgin/', 'http://orgin', 'http://origin, which is another host'],
    ['http://origin:8080/', 'http://origin:8080', 'http://origin, which is another port'],
  ])('another origin than there are: %s', (uri, origin, nearest) => {
    const fault = faultOf(UnscriptedError, () => play({ ...one, 'http://other': {} }, [[7, uri]]));
    expect(fault.message).toBe(
      `a connection to ${origin}, asked for in frame 7, is not scripted. Nearest is ${nearest}.`,
    );
  });

  test('what is no request', () => {
    const send = (transport: Transport): void => {
      transport.connect({ host: 'origin', port: 80 }).subscribe((phase) => {
        if (phase.type === 'connection') phase.connection.write('HELO\r\n');
      });
    };
    const fault = faultOf(UnscriptedError, () =>
      run(({ network }) => send(network(one, { values }).transport)),
    );
    expect(fault.message).toMatch(
      /^what arrived in frame 0 on connection 1 to http:\/\/origin is no request: /,
    );
  });

  test('a request that a fake has no answer for', () => {
    const ask = (
      answers: Parameters<HttpRunHelpers['fakeExchange']>[0],
      requests: readonly HttpRequest[],
    ): string =>
      faultOf(UnscriptedError, () =>
        run((helpers) => {
          const exchange = helpers.fakeExchange(answers);
          for (const request of requests) exchange(request).subscribe();
        }),
      ).message;
    expect(ask(['(sd|)'], [GET, GET])).toBe(
      'GET http://origin/a in frame 0 has no answer. Nearest is answer 1, but it is taken by GET http://origin/a',
    );
    const matched = [
      { method: 'PUT', uri: 'http://origin/a', answer: '#' },
      { method: 'PUT', uri: 'http://other/b', answer: '#' },
    ];
    expect(ask(matched, [GET])).toBe(
      'GET http://origin/a in frame 0 has no answer. Nearest is answer 1 for PUT http://origin/a, but it is for the method PUT',
    );
    expect(ask([], [GET])).toBe('GET http://origin/a in frame 0 has no answer: the script is empty');
  });

  test('an answer that nobody asks a fake for', () => {
    const fault = faultOf(UnusedScriptError, () =>
      run(({ expectExchange, fakeExchange: fake }) => {
        const exchange = fake(['(sd|)', { method: 'PUT', uri: /b$/, answer: '(sd|)', times: 2 }]);
        expectExchange(exchange(GET)).toBe('(sd|)');
      }),
    );
    expect(fault.message).toBe('answers that nobody asked for:\n  - answer 2 for PUT /b$/, 2 times');
  });
});

describe('tools that are used outside of their run say so', () => {
  /** What the last run left to be used. */
  function after<T>(work: (helpers: HttpRunHelpers) => T): T {
    return new HttpTestScheduler().run(work);
  }

  function errorOf(source: Observable<unknown>): unknown {
    let found: unknown;
    source.subscribe({ error: (error: unknown) => (found = error) });
    return found;
  }

  test('a fake exchange', () => {
    const exchange: FakeExchange = after((helpers) => {
      const fake = helpers.fakeExchange(['(sd|)']);
      helpers.expectExchange(fake(GET)).toBe('(sd|)');
      return fake;
    });
    const error = errorOf(exchange(GET));
    expect(error).toBeInstanceOf(OutsideRunError);
    expect(String(error)).toContain(
      'The fake exchange that was asked GET http://origin/a was used outside of its run',
    );
  });

  test.each<[string, (helpers: HttpRunHelpers) => Transport]>([
    ['a network', ({ network }) => network({ 'http://origin': {} }).transport],
    ['a link', ({ link }) => link().transport],
  ])('%s', (_name, make) => {
    const transport = after(make);
    expect(errorOf(clientOf(transport).exchange(GET))).toBeInstanceOf(OutsideRunError);
  });

  test('a connection', () => {
    const connections: Connection[] = [];
    after(({ network }) => {
      const { transport } = network({ 'http://origin': {} });
      transport.connect({ host: 'origin', port: 80 }).subscribe((phase) => {
        if (phase.type === 'connection') {
          connections.push(phase.connection);
          phase.connection.destroy();
        }
      });
    });
    expect(() => connections[0].write('a')).toThrow(OutsideRunError);
  });

  test('helpers of a run that is over', () => {
    const helpers = after((all) => all);
    expect(() => helpers.network({})).toThrow(OutsideRunError);
    expect(() => helpers.expectExchange(NEVER)).toThrow(OutsideRunError);
  });

  test('also those of a plain TestScheduler', () => {
    const transport = new TestScheduler(assertExchange).run(
      (helpers) => scriptedNetwork(helpers, { 'http://origin': {} }).transport,
    );
    expect(errorOf(transport.connect({ host: 'origin', port: 80 }))).toBeInstanceOf(OutsideRunError);
  });
});

describe('an asynchronous hop inside a test is a clear error', () => {
  const hop = (client: HttpClient): Observable<ResponseNotification> =>
    from(Promise.resolve(GET)).pipe(switchMap((request) => client.exchange(request)));

  test('the difference says that nothing was sent, and what may be why', () => {
    const fault = faultOf(MismatchError, () =>
      run(({ expectExchange, network }) => {
        const client = clientOf(network({ 'http://origin': { reply: '--a|' } }, { values }).transport);
        expectExchange(hop(client)).toBe('--(sbd|)', { b: 'abc' });
      }),
    );
    expect(fault.message).toMatch(
      /^frame 2: response_start never came\n {2}expected {2}--\(sbd\|\)\n {2}came {6}\(nothing\)/,
    );
    expect(fault.message).toContain('kit-faults.marbles.ts');
    expect(fault.message).toContain('it has sent nothing and said nothing');
    expect(fault.message).toContain('a promise, an `await`, a microtask or a timer of Node');
  });

  test('and what arrives after the run is named', async () => {
    const errors: unknown[] = [];
    new HttpTestScheduler().run(({ network }) => {
      const client = clientOf(network({ 'http://origin': { reply: '--a' } }, { values }).transport);
      hop(client).subscribe({ error: (error: unknown) => errors.push(error) });
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([expect.any(OutsideRunError)]);
    expect(String(errors[0])).toContain('A connection to http://origin was used outside of its run');
  });

  test('work that is itself asynchronous', () => {
    const asynchronous: () => unknown = () => Promise.resolve();
    const fault = faultOf(OutsideRunError, () => run(asynchronous));
    expect(fault.message).toContain('returned a promise');
  });
});

describe('two copies of rxjs', () => {
  const require = createRequire(import.meta.url);
  let other: { rxjs: typeof rxjs; testing: typeof testing };
  jest.isolateModules(() => {
    other = {
      rxjs: require('rxjs') as typeof rxjs,
      testing: require('rxjs/testing') as typeof testing,
    };
  });

  test('are two here', () => {
    expect(other.testing.TestScheduler).not.toBe(TestScheduler);
  });

  test.each<[string, (helpers: HttpRunHelpers) => void]>([
    ['an exchange that is expected', ({ expectExchange }) => void expectExchange(other.rxjs.NEVER)],
    [
      'an Observable that is expected',
      ({ expectObservable }) => void expectObservable(other.rxjs.NEVER as never),
    ],
    [
      'the answer of a fake',
      (helpers) => {
        const exchange = helpers.fakeExchange([() => other.rxjs.NEVER]);
        helpers.expectExchange(exchange(GET)).toBe('--s');
      },
    ],
  ])('%s', (_name, work) => {
    expect(faultOf(TwoCopiesError, () => run(work)).message).toContain('npm ls rxjs');
  });

  test.each<[string, (helpers: never) => unknown]>([
    ['scriptedNetwork', (helpers) => scriptedNetwork(helpers, {})],
    ['linkNetwork', (helpers) => linkNetwork(helpers)],
    ['fakeExchange', (helpers) => fakeExchange(helpers, [])],
  ])('helpers of the other one given to %s', (_name, work) => {
    const scheduler = new other.testing.TestScheduler(() => true);
    expect(() => scheduler.run((helpers) => work(helpers as never))).toThrow(TwoCopiesError);
  });
});

describe('a run without an end is an error and no hang', () => {
  test('of what is expected', () => {
    const scheduler = new HttpTestScheduler({ maxActions: 10_000 });
    const fault = faultOf(EndlessRunError, () =>
      scheduler.run(({ expectObservable }) => expectObservable(interval(10)).toBe('')),
    );
    expect(fault.message).toContain('10000 actions, and it is frame 100000');
  });
});

describe('what came otherwise is drawn', () => {
  /** What is said of the difference. */
  function said(work: (helpers: HttpRunHelpers) => void): string[] {
    const { message } = faultOf(MismatchError, () => run(work));
    return message.split('\n').filter((line) => !line.includes('expected at'));
  }

  test('another value', () => {
    expect(
      said(({ cold, expectExchange }) => {
        const source = cold('--s-(d|)', { s: responseStart(200), d: responseDone() });
        expectExchange(source).toBe('--s-(d|)', { s: 404 });
      }),
    ).toEqual([
      'frame 2: status: 200 instead of 404',
      '  expected  --s-(d|)',
      '  came      --e-(d|)',
      '  s = response_start 404',
      '  d = response_done',
      '  e = response_start 200 OK',
    ]);
  });

  test('another frame', () => {
    expect(said(({ cold, expectObservable }) => expectObservable(cold('--a-b')).toBe('--a--b'))).toEqual([
      '"b" in frame 4 instead of 5',
      '  expected  --a--b',
      '  came      --a-b',
      '  a = "a"',
      '  b = "b"',
    ]);
  });

  test.each<[string, unknown, string | object | undefined, string]>([
    [
      'code',
      new DnsError('x'),
      'CONNECT',
      'code: "DNS" instead of "CONNECT", of DnsError (DNS): Host name not found: x',
    ],
    [
      'class',
      new DnsError('x'),
      ConnectError,
      'DnsError (DNS): Host name not found: x instead of ConnectError',
    ],
    [
      'cause',
      new DnsError('x', { cause: new Error('a') }),
      new DnsError('x', { cause: new Error('b') }),
      'cause.message: "a" instead of "b"',
    ],
    [
      'missing cause',
      new DnsError('x'),
      new DnsError('x', { cause: new Error('b') }),
      'cause: undefined instead of Error: b',
    ],
  ])('another error: its %s', (_name, error, expected, reason) => {
    const [first] = said(({ cold, expectExchange }) =>
      expectExchange(cold('--#', {}, error)).toBe('--#', {}, expected as never),
    );
    expect(first).toBe(`frame 2: ${reason}`);
  });

  test('other subscriptions', () => {
    expect(
      said(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('--a');
        expectObservable(source, '^ 99ms !').toBe('--a');
        expectSubscriptions(source.subscriptions).toBe('^-!');
      }),
    ).toEqual(['subscriptions differ', '  expected  ^-!', '  came      ^ 99ms !']);
  });
});

test('a fake is asked in order, by matcher, or by a function, and reads the body first', () => {
  run(({ cold, expectExchange, fakeExchange: fake }) => {
    const put: HttpRequest = {
      method: 'PUT',
      uri: 'http://origin/b',
      headers: [],
      body: cold('---b-(d|)', { b: requestBody(Buffer.from('abc')), d: requestDone() }),
    };
    const exchange = fake([
      {
        method: 'PUT',
        uri: (uri) => uri.endsWith('b'),
        answer: ({ content }) => ({ marbles: '-s-(bd|)', values: { b: content } }),
      },
      { marbles: '--#', error: new DnsError('x') },
      () => of(responseStart(204), responseDone()),
    ]);
    expectExchange(concat(defer(() => exchange(GET)).pipe(retry(1)), exchange(put))).toBe('--(sd)--s-(bd|)', {
      b: 'abc',
    });
  });
});

test('everything is there in a plain TestScheduler, too', () => {
  new TestScheduler(assertExchange).run((helpers) => {
    const { transport, expectNoLeaks, expectRequests } = scriptedNetwork(
      helpers,
      { 'http://origin': { reply: '--a|' } },
      { values },
    );
    const { expectObservable } = helpers;
    const seen: string[] = [];
    expectObservable(
      clientOf(transport)
        .exchange(GET)
        .pipe(tap(({ type }) => seen.push(type))),
    ).toBe('--(sbd|)', {
      s: responseStart(200, [['Content-Length', '3']]),
      b: { type: 'response_body', chunk: 'abc' },
      d: responseDone(),
    });
    expectRequests(({ octets }) => octets).toBe('a', { a: 'GET /a HTTP/1.1\r\nHost: origin\r\n\r\n' });
    expectNoLeaks();
    expect(seen).toHaveLength(3);
  });
  expect(() =>
    new TestScheduler(assertExchange).run((helpers) => {
      const { transport, expectNoLeaks } = scriptedNetwork(helpers, {
        'http://origin': { reply: '--h', values: { h: head(200) } },
      });
      clientOf(transport).exchange(GET).subscribe();
      expectNoLeaks();
    }),
  ).toThrow('connection 1 to http://origin, still open, opened by GET http://origin/a');
});
