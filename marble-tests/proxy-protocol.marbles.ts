import { describe, expect, test } from '@jest/globals';
import { concat, EMPTY, map, mergeMap, of, throwError, timer, type Observable } from 'rxjs';
import {
  HttpServer,
  proxyProtocol,
  respond,
  responseStart,
  textBody,
  type Connection,
  type Handler,
  type HttpServerOptions,
  type ProxyProtocolOptions,
  type Transport,
} from 'rxchange';
import {
  HttpTestScheduler,
  memoryTransport,
  type ClientsOptions,
  type HttpRunHelpers,
  type ScriptedClients,
} from 'rxchange/testing';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: origin\r\n\r\n`;
const V1 = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n';
const V2 = '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb';
const NO_HEADER = 'Not a header of the PROXY protocol';
const PROXIED = '192.0.2.1 56324 198.51.100.2 443';
const values = {
  v: V1,
  w: V2,
  x: V1.slice(0, 20),
  y: V1.slice(20),
  l: '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0',
  r: get('/a'),
  q: get('/b'),
  a: V1 + get('/a'),
  z: V2 + get('/a') + get('/b'),
  b: V1 + 'NO\r\n\r\n',
  // An answer that fails in its middle, without a length to tell that it was cut.
  c: `${V1}GET /cut HTTP/1.0\r\n\r\n`,
};

const whoAmI: Handler = ({ connection: { remoteAddress, remotePort, localAddress, localPort } }) =>
  respond(200, textBody([remoteAddress, remotePort, localAddress, localPort].join(' ')));

interface Played extends HttpRunHelpers, ScriptedClients {
  /** Why connections were refused. */
  readonly errors: string[];
}

/** A server behind a proxy that says what the scripts have it say. */
function play(
  clients: readonly string[],
  work: (helpers: Played) => void,
  proxied: ProxyProtocolOptions = {},
  options: ClientsOptions = {},
): void {
  const errors: string[] = [];
  new HttpTestScheduler().run((helpers) => {
    const scripted = helpers.clients(clients, { values, ...options });
    const transport = proxyProtocol(
      { onHeaderError: ({ message }) => errors.push(message), ...proxied },
      scripted.transport,
    );
    new HttpServer({ transport, host: 'origin', port: 80, idleTimeout: 1000 }).serve(whoAmI).subscribe();
    work({ ...helpers, ...scripted, errors });
  });
}

const content = ({ content: text }: { content: string }): string => text;

describe('a server behind a proxy', () => {
  test('knows the client when the header is there, in either version', () => {
    play(['--v--r', '---w--r'], ({ expectResponses }) => {
      expectResponses(content).toBe('-----ab', { a: PROXIED, b: PROXIED });
    });
  });

  test('reads a header in pieces, octet by octet, and the requests in the same segment', () => {
    play(['--x---y-r'], ({ expectResponses }) => {
      expectResponses(content).toBe('--------a', { a: PROXIED });
    });
    for (const segment of [1, 7, Infinity]) {
      play(
        ['--a-q', '-----z'],
        ({ expectResponses }) => {
          expectResponses(({ connection, content: text }) => `${connection} ${text}`).toBe('--a-b(cd)', {
            a: `1 ${PROXIED}`,
            b: `1 ${PROXIED}`,
            c: `2 ${PROXIED}`,
            d: `2 ${PROXIED}`,
          });
        },
        {},
        { segment },
      );
    }
  });

  test('is spoken to by the proxy itself', () => {
    play(['--l-r'], ({ expectResponses }) => {
      expectResponses(content).toBe('----a', {
        a: 'client1 49153 origin 80',
      });
    });
  });

  test('closes what does not begin so, and answers nothing', () => {
    play(['----r'], ({ expectResponses, expectConnections, errors, flush }) => {
      expectResponses().toBe('');
      expectConnections().toBe('(oc)x');
      flush();
      expect(errors).toEqual([`${NO_HEADER}: neither version begins so at offset 0`]);
    });
  });

  test('closes what ends or breaks before the header does', () => {
    play(['--x-|', '--x-#'], ({ expectResponses, flush, errors }) => {
      expectResponses().toBe('');
      flush();
      expect(errors).toEqual([
        `${NO_HEADER}: the connection ended before it`,
        'Connection reset: reset by the peer',
      ]);
    });
  });

  test('waits for the header as long as it is told, and not for what follows', () => {
    play(
      ['--x', 'v 200ms r'],
      ({ expectResponses, flush, errors, expectConnections }) => {
        expectResponses(content).toBe('201ms a', { a: PROXIED });
        expectConnections(({ connection, type }) => (connection === 1 ? type : undefined)).toBe(
          '(oc) 96ms x',
          {
            o: 'opening',
            c: 'connected',
            x: 'closed',
          },
        );
        flush();
        expect(errors).toEqual([`${NO_HEADER}: none within 100 ms`]);
      },
      { headerTimeout: 100 },
    );
    play(
      ['--x 999ms y-r'],
      ({ expectResponses }) => expectResponses(content).toBe('--- 999ms --a', { a: PROXIED }),
      {
        headerTimeout: null,
      },
    );
  });

  test('answers what is no HTTP behind the header, and lets the connection go', () => {
    play(['--b'], ({ expectResponses }) => {
      expectResponses(({ status }) => status).toBe('--a', { a: 400 });
    });
  });

  test('lets one go that is over as soon as its header is read', () => {
    new HttpTestScheduler().run((helpers) => {
      const { transport } = helpers.clients(['--c'], { values });
      const server = new HttpServer({
        transport: proxyProtocol({}, transport),
        host: 'origin',
        port: 80,
        idleTimeout: 1000,
        onError: () => undefined,
      });
      const cut: Handler = () =>
        concat(
          of(responseStart(200)),
          throwError(() => new Error('cut')),
        );
      const serving = server
        .serve(cut, { stop: timer(9) })
        .pipe(
          map((notification) =>
            notification.type === 'stopping' ? `${String(notification.connections)} left` : notification.type,
          ),
        );
      helpers.expectObservable(serving).toBe('a 8ms (bc|)', { a: 'start', b: '0 left', c: 'stop' });
    });
  });

  test('takes it from its proxies only', () => {
    play(
      ['--v-r'],
      ({ expectResponses, flush, errors }) => {
        expectResponses().toBe('');
        flush();
        expect(errors).toEqual([`${NO_HEADER}: client1 is no proxy's`]);
      },
      { from: ['10.0.0.0/8'] },
    );
  });

  test('survives a listener that throws', () => {
    const throwing = (): never => {
      throw new Error('listener');
    };
    const { error } = console;
    const told: unknown[] = [];
    console.error = ({ message }: Error) => told.push(message);
    try {
      play(
        ['--r', '---v-r'],
        ({ expectResponses }) => expectResponses(content).toBe('-----a', { a: PROXIED }),
        {
          onHeaderError: throwing,
        },
      );
    } finally {
      console.error = error;
    }
    expect(told).toEqual(['listener']);
  });

  test('unsubscribed, closes what has not said who it is', () => {
    new HttpTestScheduler().run((helpers) => {
      const { transport, expectConnections } = helpers.clients(['x'], { values });
      const server = new HttpServer({ transport: proxyProtocol({}, transport), host: 'origin', port: 80 });
      const serving = server.serve(whoAmI).pipe(map(({ type }) => type));
      helpers.expectObservable(serving, '----!').toBe('s', { s: 'start' });
      expectConnections().toBe('(oc)x');
    });
  });

  /** What a server says that is stopped at 4, and what its clients hear. */
  const stopping = (
    clients: readonly string[],
    options: HttpServerOptions,
    work: (serving: Observable<string>, helpers: HttpRunHelpers & ScriptedClients) => void,
  ): void => {
    new HttpTestScheduler().run((helpers) => {
      const scripted = helpers.clients(clients, { values });
      const transport = proxyProtocol({ headerTimeout: 50 }, scripted.transport);
      const serving = new HttpServer({ transport, host: 'origin', port: 80, ...options })
        .serve(whoAmI, { stop: timer(4) })
        .pipe(map((told) => (told.type === 'stopping' ? `${String(told.connections)} left` : told.type)));
      work(serving, { ...helpers, ...scripted });
    });
  };

  test('stops without losing whom it has accepted, though it does not know him yet', () => {
    stopping(['x-----y-r'], {}, (serving, { expectObservable, expectResponses }) => {
      expectObservable(serving).toBe('s---a---(b|)', { s: 'start', a: '1 left', b: 'stop' });
      expectResponses(content).toBe('--------a', { a: PROXIED });
    });
  });

  test('and waits for him no longer than for a request', () => {
    stopping(['x'], { stopGrace: 20 }, (serving, { expectObservable }) => {
      expectObservable(serving).toBe('s---a 19ms (b|)', { s: 'start', a: '1 left', b: 'stop' });
    });
    stopping(['x'], { stopGrace: 100 }, (serving, { expectObservable }) => {
      expectObservable(serving).toBe('s---a 45ms (b|)', { s: 'start', a: '1 left', b: 'stop' });
    });
  });

  test('counts whom it does not know yet among its connections, and closes the oldest for the next', () => {
    new HttpTestScheduler().run((helpers) => {
      const once = (connect: string) => ({ connect, send: 'x' });
      const { transport, expectConnections } = helpers.clients(
        [once('c'), once('----c'), once('--------c')],
        {
          values,
        },
      );
      const server = new HttpServer({
        transport: proxyProtocol({}, transport),
        host: 'origin',
        port: 80,
        maxConnections: 2,
      });
      const serving = server.serve(whoAmI).pipe(map(({ type }) => type));
      helpers.expectObservable(serving, '-------------!').toBe('s', { s: 'start' });
      expectConnections(({ connection, type }) => `${type} ${String(connection)}`).toBe('(ab)(cd)(efg)(hi)', {
        a: 'opening 1',
        b: 'connected 1',
        c: 'opening 2',
        d: 'connected 2',
        e: 'opening 3',
        f: 'connected 3',
        g: 'closed 1',
        h: 'closed 2',
        i: 'closed 3',
      });
    });
  });
});

test.each([
  [{ from: ['10.0.0.0/33'] }],
  [{ from: ['proxy'] }],
  [{ from: '10.0.0.0/8' }],
  [{ headerTimeout: '1s' }],
  [{ onHeaderError: true }],
  [{ version: 2 }],
])('%p is no way to accept connections of a proxy', (options) => {
  expect(() => proxyProtocol(options as never, memoryTransport())).toThrow(TypeError);
});

test('an option that there is not is said to be none', () => {
  expect(() => proxyProtocol({ version: 2 } as never, memoryTransport())).toThrow(
    'version is not an option of proxyProtocol',
  );
});

describe('the transport of a proxy', () => {
  test('connects as the one below it does', () => {
    const failing = throwError(() => new Error('refused'));
    const below: Transport = {
      connect: ({ host }) => (host === 'origin' ? EMPTY : failing),
      listen: () => EMPTY,
    };
    const transport = proxyProtocol({}, below);
    expect(transport.connect({ host: 'origin', port: 80 })).toBe(EMPTY);
    expect(transport.connect({ host: 'other', port: 80 })).toBe(failing);
  });

  test('is no place for who does not say where he is', () => {
    const errors: string[] = [];
    const onHeaderError = ({ message }: Error): void => void errors.push(message);
    const connection = { info: {}, destroy: () => errors.push('destroyed') } as unknown as Connection;
    const below: Transport = { connect: () => EMPTY, listen: () => of({ type: 'connection', connection }) };
    const accepted: unknown[] = [];
    proxyProtocol({ from: ['10.0.0.0/8'], onHeaderError }, below)
      .listen({ host: 'origin', port: 80 })
      .pipe(mergeMap((told) => (told.type === 'accepted' ? told.handshake : EMPTY)))
      .subscribe((made) => accepted.push(made));
    expect(accepted).toEqual([]);
    expect(errors).toEqual([`${NO_HEADER}: an unknown address is no proxy's`, 'destroyed']);
  });
});
