import { describe, expect, test } from '@jest/globals';
import { interval, NEVER, of, tap, timer } from 'rxjs';
import {
  HttpClient,
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type HttpClientOptions,
  type HttpRequest,
} from 'rxchange';
import {
  head,
  HttpTestScheduler,
  LeakError,
  sized,
  type HttpRunHelpers,
  type ScriptedNetwork,
} from 'rxchange/testing';

const GET: HttpRequest = { method: 'GET', uri: 'http://origin/a', headers: [] };
const OTHER: HttpRequest = { ...GET, uri: 'http://origin/b' };
const values = { a: sized('abc'), h: head(200, [['Content-Length', '3']]), b: 'abc' };

interface Play extends HttpRunHelpers, ScriptedNetwork {
  readonly client: HttpClient;
}

/** What a run is told to have left behind: a client, an origin that makes this reply, and what the test does with them. */
function leaksOf(
  reply: string,
  work: (play: Play) => void,
  options: HttpClientOptions = {},
): readonly string[] {
  try {
    new HttpTestScheduler().run((helpers) => {
      const network = helpers.network({ 'http://origin': { reply } }, { values });
      const client = new HttpClient({ transport: network.transport, retryLimit: 0, ...options });
      work({ ...helpers, ...network, client });
    });
  } catch (error) {
    expect(error).toBeInstanceOf(LeakError);
    return (error as LeakError).leaks;
  }
  return [];
}

describe('what is left behind fails the run, and is named with the exchange that opened it', () => {
  test('a socket that is never closed', () => {
    const leaks = leaksOf('--a', ({ client }) => void client.exchange(GET).subscribe(), {
      idleTimeout: null,
    });
    expect(leaks).toEqual(['connection 1 to http://origin, still open, opened by GET http://origin/a']);
  });

  test('a socket that was used again', () => {
    const [leak] = leaksOf('--a', ({ at, network }) => {
      const { transport } = network({ 'http://origin': { reply: ['--a', '--a'] } }, { values });
      const another = new HttpClient({ transport, idleTimeout: null });
      another.exchange(GET).subscribe();
      at(9, () => another.exchange(OTHER).subscribe());
    });
    expect(leak).toBe(
      'connection 1 to http://origin, still open, opened by GET http://origin/a, last used by GET http://origin/b',
    );
  });

  test('a socket that is still being made', () => {
    expect(
      leaksOf('', ({ network }) => {
        const { transport } = network({ 'http://slow': { connect: '-' } });
        transport.connect({ host: 'slow', port: 80 }).subscribe();
      }),
    ).toEqual(['connection 1 to http://slow, not yet connected']);
  });

  test('an exchange, and the socket that it holds', () => {
    const leaks = leaksOf('--h-', ({ client, expectExchange }) =>
      expectExchange(client.exchange(GET)).toBe('--s'),
    );
    expect(leaks).toEqual([
      expect.stringMatching(
        /^exchange GET http:\/\/origin\/a, not over, expected at .*kit-leaks\.marbles\.ts/,
      ),
      'connection 1 to http://origin, still open, opened by GET http://origin/a',
    ]);
  });

  test('a waiter', () => {
    const leaks = leaksOf(
      '-',
      ({ client, expectExchange, expectPool }) => {
        expectPool(client, () => undefined);
        expectExchange(client.exchange(GET)).toBe('');
        expectExchange(client.exchange(OTHER)).toBe('');
      },
      { maxConnectionsPerOrigin: 1 },
    );
    expect(leaks).toEqual([
      expect.stringMatching(/^exchange GET http:\/\/origin\/a, not over/),
      'connection 1 to http://origin, still open, opened by GET http://origin/a',
      expect.stringMatching(/^exchange \(nothing sent\), not over, expected at .* It waits for a connection/),
      '1 waiting for a connection to http://origin',
    ]);
  });

  test('a hold', () => {
    const leaks = leaksOf('--h-(b|)', ({ client }) => {
      client.exchange(GET).subscribe((notification) => {
        if (notification.type === 'response_body') notification.flow?.hold();
      });
    });
    expect(leaks).toEqual([
      'connection 1 to http://origin, still open, opened by GET http://origin/a, ' +
        'reading stopped by 1 hold not released',
    ]);
  });

  test('a timer', () => {
    const leaks = leaksOf('--(a|)', ({ client, expectExchange }) => {
      const forget = (): unknown => timer(1000).subscribe();
      const careless = client.exchange(GET).pipe(tap({ complete: forget }));
      expectExchange(careless).toBe('--(sbd|)');
    });
    expect(leaks).toEqual([
      expect.stringMatching(
        /^a timer of 1000 ms, for GET http:\/\/origin\/a, set in frame 2, came in frame 1002 when all was over since \d+: .*kit-leaks\.marbles\.ts/,
      ),
    ]);
  });

  test('a timer that repeats, and would go on for ever', () => {
    const leaks = leaksOf('--(a|)', ({ client, expectExchange }) => {
      const forget = (): unknown => interval(1000).subscribe();
      const careless = client.exchange(GET).pipe(tap({ complete: forget }));
      expectExchange(careless).toBe('--(sbd|)');
    });
    expect(leaks).toEqual([
      expect.stringMatching(/^a timer of 1000 ms, for GET .*; it came 1000 times so far$/),
    ]);
  });

  test('an exchange with a fake', () => {
    const leaks = leaksOf('', ({ fakeExchange }) => {
      fakeExchange(['--s'])(GET).subscribe();
    });
    expect(leaks).toEqual(['exchange GET http://origin/a, not over']);
  });

  test('a socket that its server keeps when the client has left', () => {
    const leaks = leaksOf('', ({ link }) => {
      const { transport } = link();
      transport.listen({ host: 'origin', port: 80 }).subscribe();
      transport.connect({ host: 'origin', port: 80 }).subscribe((phase) => {
        if (phase.type === 'connection') phase.connection.destroy();
      });
    });
    expect(leaks).toEqual([
      'connection 1 to http://origin, closed by the client and still open at the server',
    ]);
  });

  test('a socket of a link', () => {
    const leaks = leaksOf('', ({ link }) => {
      const { transport } = link();
      new HttpServer({ transport, host: 'origin', port: 80, idleTimeout: null })
        .serve(() => of(responseStart(204), responseDone()))
        .subscribe();
      new HttpClient({ transport, idleTimeout: null }).exchange(GET).subscribe();
    });
    expect(leaks).toEqual(['connection 1 to http://origin, still open, opened by GET http://origin/a']);
  });
});

describe('nothing is said of', () => {
  const over = (work: (play: Play) => void): void => expect(leaksOf('--a 5s |', work)).toEqual([]);

  test('an idle connection that its client closes in time', () => {
    over(({ client, expectExchange, expectConnections }) => {
      expectExchange(client.exchange(GET)).toBe('--(sbd|)');
      expectConnections().toBe('(oc) 4999ms x');
    });
  });

  test('an exchange that was unsubscribed', () => {
    over(({ client, expectExchange }) => expectExchange(client.exchange(GET), '^-!').toBe(''));
  });

  test('a hold that was released', () => {
    over(({ client, at }) => {
      client.exchange(GET).subscribe((notification) => {
        if (notification.type !== 'response_body') return;
        const hold = notification.flow?.hold();
        at(99, () => hold?.unsubscribe());
      });
    });
  });

  test('what the test itself does later', () => {
    over(({ client, at, cold, expectExchange, hot }) => {
      expectExchange(client.exchange(GET)).toBe('--(sbd|)');
      at(60_000, () => expect(client).toBeDefined());
      hot('--a 70s b').subscribe();
      cold('80s a').subscribe();
    });
  });

  test('timers of what is expected and has no exchange', () => {
    over(({ expectObservable }) => {
      expectObservable(timer(5)).toBe('-----(a|)', { a: 0 });
      expectObservable(interval(20), '^ 49ms !').toBe('20ms a 19ms b', { a: 0, b: 1 });
      expectObservable(NEVER).toBe('');
    });
  });
});

test('a whole exchange over the link leaves nothing, timers included', () => {
  new HttpTestScheduler().run(({ link, expectExchange }) => {
    const { transport, expectConnections, expectRequests } = link({ latency: 30 });
    const server = new HttpServer({ transport, host: 'origin', port: 80 });
    server.serve(() => of(responseStart(200), responseBody(Buffer.from('abc')), responseDone())).subscribe();
    const client = new HttpClient({ transport, idleTimeout: 1000 });
    expectExchange(client.exchange(GET)).toBe('120ms (sbd|)', { b: 'abc' });
    expectRequests().toBe('90ms a', { a: 'GET /a' });
    expectConnections().toBe('o 59ms c 1059ms x');
  });
});

test('two exchanges and a pool, from what they send to what becomes of the connection', () => {
  new HttpTestScheduler().run(({ network, expectExchange }) => {
    const { transport, expectConnections, expectPool, expectRequests } = network(
      { 'http://origin': { reply: ['--a', '--a'] } },
      { values },
    );
    const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, idleTimeout: 10 });
    expectExchange(client.exchange(GET)).toBe('--(sbd|)');
    expectExchange(client.exchange(OTHER)).toBe('----(sbd|)');
    expectRequests().toBe('a-b', { a: 'GET /a', b: 'GET /b' });
    expectConnections(({ type }) => (type === 'opening' ? undefined : type)).toBe('c-r 11ms x', {
      c: 'connected',
      r: 'reused',
      x: 'closed',
    });
    expectPool(client).toBe('a-b-c---------d', {
      a: 'a1 c0 i0 p1',
      b: 'a1 c0 i0 p0',
      c: 'a0 c0 i1 p0',
      d: '',
    });
  });
});
