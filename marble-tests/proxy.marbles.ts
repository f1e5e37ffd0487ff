import { describe, expect, test } from '@jest/globals';
import { map, NEVER, takeWhile } from 'rxjs';
import {
  HttpClient,
  proxyTransport,
  type ConnectTarget,
  type HttpClientOptions,
  type ProxyOptions,
  type Transport,
} from 'rxchange';
import { head, sized, type ConnectionScript, type HttpRunHelpers } from 'rxchange/testing';
import { bodyOf, GET, request, run, sending, WHOLE } from './support/exchanges.ts';

const values = {
  w: sized('abc'),
  t: head(200),
  n: sized('who?', 407, [['Proxy-Authenticate', 'Basic']]),
  h: 'HTTP/1.1 200',
  x: 'SSH-2.0-OpenSSH\r\n',
};

/** A client behind a proxy whose connections are such. */
const behind = (
  { network }: HttpRunHelpers,
  script: ConnectionScript,
  proxy: Parameters<typeof proxyTransport>[0] = 'http://proxy:3128',
  options: Omit<ProxyOptions, 'over'> = {},
  settings: HttpClientOptions = {},
) => {
  const { transport: over, ...expectations } = network({
    'http://proxy:3128': () => ({ ...script, values }),
    'http://direct': () => ({ reply: '-w', values }),
  });
  const transport = proxyTransport(proxy, { ...options, over });
  return {
    client: new HttpClient({ transport, idleTimeout: 10, retryLimit: 0, ...settings }),
    ...expectations,
  };
};

const HTTPS = request('GET', '/', 'https://origin');

describe('a request by way of a proxy', () => {
  test('goes in absolute-form, with what is for the proxy, and the connection is kept', () => {
    run((helpers) => {
      const { client, expectConnections, expectRequests } = behind(
        helpers,
        { connect: '--c', reply: () => '-w' },
        'http://me:p%40ss@proxy:3128',
        { headers: [['X-For', 'proxy'], ['X-By', 'me']] }, // prettier-ignore
      );
      helpers.expectExchange(client.exchange(request('GET', '/a?b'))).toBe('---(sbd|)', WHOLE);
      helpers.expectExchange(client.exchange(request('OPTIONS', '')), '-----^').toBe('------(sbd|)', WHOLE);
      expectConnections().toBe('o-c--r 10ms x');
      expectRequests(({ octets }) => octets).toBe('--a--b', {
        a: 'GET http://origin/a?b HTTP/1.1\r\nHost: origin\r\nX-For: proxy\r\nX-By: me\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n',
        b: 'OPTIONS http://origin HTTP/1.1\r\nHost: origin\r\nX-For: proxy\r\nX-By: me\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n',
      });
    });
  });

  test('for a tunnel in the clear has the form of one', () => {
    run((helpers) => {
      const { client, expectRequests } = behind(helpers, { reply: '-t' });
      const tunnel = client.upgrade({ method: 'CONNECT', uri: 'http://inner:8080', headers: [] });
      helpers.expectObservable(tunnel.pipe(map(({ type }) => type)), '^----!').toBe('-u', {
        u: 'response_upgrade',
      });
      expectRequests(({ octets }) => octets).toBe('a', {
        a: 'CONNECT inner:8080 HTTP/1.1\r\nHost: inner:8080\r\n\r\n',
      });
    });
  });

  test('has its content like any other', () => {
    run((helpers) => {
      const { client, expectRequests } = behind(helpers, { reply: '-w' });
      helpers.expectExchange(client.exchange(sending('PUT', bodyOf('abc', 'de')))).toBe('-(sbd|)', WHOLE);
      expectRequests(({ target, content }) => `${target} ${content}`).toBe('a', {
        a: 'http://origin/ abcde',
      });
    });
  });

  test('that cannot be written for the proxy any more leaves no connection open', () => {
    run((helpers) => {
      const { client, expectConnections } = behind(helpers, { connect: '--c' });
      const headers: [string, string][] = [];
      const exchange = client.exchange({ ...GET, headers });
      headers.push(['not a name', '']);
      helpers.expectExchange(exchange).toBe('--#', {}, { code: 'UNWRITABLE' });
      expectConnections().toBe('o-(cx)');
    });
  });

  test('needs no more of the proxy than its host and port, and tells it no credentials then', () => {
    run((helpers) => {
      const { client, expectRequests } = behind(helpers, { reply: '-w' }, 'proxy:3128');
      helpers.expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectRequests(({ octets }) => octets).toBe('a', {
        a: 'GET http://origin/ HTTP/1.1\r\nHost: origin\r\n\r\n',
      });
    });
  });

  test.each<[string, ConnectTarget]>([
    ['http://proxy:1', { host: 'proxy', port: 1 }],
    ['http://[::1]', { host: '::1', port: 80 }],
    ['https://proxy', { host: 'proxy', port: 443, scheme: 'https' }],
  ])('goes by way of %s to where that says', (uri, place) => {
    const asked: unknown[] = [];
    const connect = (target: ConnectTarget) => {
      asked.push(target);
      return NEVER;
    };
    const choice = (origin: string): string => {
      asked.push(origin);
      return uri;
    };
    const transport = proxyTransport(choice, { over: { connect, listen: () => NEVER } });
    transport.connect({ scheme: 'http', host: '::1', port: 8080 }).subscribe();
    expect(asked).toEqual(['http://[::1]:8080', place]);
  });

  test('has a proxy chosen for https, unless another scheme is named', () => {
    const asked: unknown[] = [];
    const choice = (origin: string): string => {
      asked.push(origin);
      return 'http://proxy';
    };
    const transport = proxyTransport(choice, { over: { connect: () => NEVER, listen: () => NEVER } });
    transport.connect({ host: 'origin', port: 443 }).subscribe();
    expect(asked).toEqual(['https://origin:443']);
  });

  test('that the proxy declines is answered by the proxy', () => {
    run((helpers) => {
      const { client } = behind(helpers, { reply: '-n' });
      helpers.expectExchange(client.exchange(GET)).toBe('-(sbd|)', { s: 407, b: 'who?' });
    });
  });

  test.each([null, undefined, ''])('goes straight there where the choice of a proxy is %j', (none) => {
    run((helpers) => {
      const asked: string[] = [];
      const { client, expectRequests } = behind(helpers, {}, (origin) => {
        asked.push(origin);
        return none;
      });
      helpers.expectExchange(client.exchange(request('GET', '/', 'http://direct'))).toBe('-(sbd|)', WHOLE);
      expectRequests().toBe('a', { a: 'GET /' });
      helpers.flush();
      expect(asked).toEqual(['http://direct:80']);
    });
  });

  test('errors where the choice of a proxy throws, or is no URI of one', () => {
    run((helpers) => {
      const failing = behind(helpers, {}, () => {
        throw new RangeError('which?');
      });
      helpers.expectExchange(failing.client.exchange(GET)).toBe('#', {}, RangeError);
      const wrong = behind(helpers, {}, () => 'socks5://proxy');
      helpers.expectExchange(wrong.client.exchange(GET)).toBe('#', {}, { code: 'URL' });
    });
  });
});

/** What TLS would be spoken through is spoken in the clear here: the transport below TLS is that of the tunnel. */
describe('a tunnel', () => {
  test('is asked for of the proxy, and has octets of any kind in it', () => {
    run((helpers) => {
      const { network, expectObservable } = helpers;
      const { transport: over, expectRequests } = network({
        'http://proxy:3128': { connect: '--c', reply: '---t-a', values: { ...values, a: 'abc' } },
      });
      const phases = proxyTransport('http://me@proxy:3128', { over }).connect({ host: '::1', port: 443 });
      const shown = phases.pipe(
        map((phase) => {
          if (phase.type === 'connection') phase.connection.destroy();
          return phase.type;
        }),
      );
      expectObservable(shown).toBe('r-c--(tk|)', {
        r: 'resolved',
        c: 'connected',
        t: 'tunnelled',
        k: 'connection',
      });
      expectRequests(({ octets }) => octets).toBe('--a', {
        a: 'CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic bWU6\r\n\r\n',
      });
    });
  });

  test('is open when it is told of, whatever interim responses came before', () => {
    run(({ network, at }) => {
      const { transport: over, expectConnections } = network({
        'http://proxy:3128': { reply: '-i-t', values: { ...values, i: head(103) } },
      });
      const phases = proxyTransport('http://proxy:3128', { over }).connect({ host: 'origin', port: 443 });
      phases.subscribe((phase) => {
        if (phase.type === 'connection') at(9, () => phase.connection.destroy());
      });
      expectConnections(({ type }) => (type === 'closed' ? type : undefined)).toBe('---------x', {
        x: 'closed',
      });
    });
  });

  test.each([
    ['with another status', '-n', '-#', { code: 'PROXY', status: 407 }],
    ['with what is not HTTP', '-x', '-#', { code: 'START_LINE' }],
    ['by a FIN', '-|', '-#', { code: 'CONNECTION_RESET', detail: 'closed by the proxy before it answered' }],
    ['by a FIN within its head', '-h-|', '---#', { code: 'CONNECTION_RESET' }],
    ['by a RST', '-#', '-#', { code: 'CONNECTION_RESET' }],
  ])('that is answered %s fails, and the connection is closed', (_, reply, marbles, error) => {
    run((helpers) => {
      const { client, expectConnections } = behind(helpers, { reply });
      helpers.expectExchange(client.exchange(HTTPS)).toBe(marbles, {}, error);
      expectConnections(({ type }) => (type === 'closed' ? type : undefined)).toBe(
        marbles.replace('#', 'x'),
        {
          x: 'closed',
        },
      );
    });
  });

  test('is given up by who unsubscribes when it is there', () => {
    run(({ network, expectObservable }) => {
      const { transport: over, expectConnections } = network({
        'http://proxy': { connect: '--c', reply: '--t', values },
      });
      const phases = proxyTransport('http://proxy', { over }).connect({ host: 'origin', port: 443 });
      const until = phases.pipe(
        map(({ type }) => type),
        takeWhile((type) => type !== 'tunnelled', true),
      );
      expectObservable(until).toBe('r-c-(t|)', {
        r: 'resolved',
        c: 'connected',
        t: 'tunnelled',
      });
      expectConnections().toBe('o-c-x');
    });
  });

  test('is under the timeout of the connection, which says how far it came', () => {
    run((helpers) => {
      const { client, expectConnections } = behind(
        helpers,
        { connect: '--c', reply: '---' },
        undefined,
        {},
        { connectTimeout: 5 },
      );
      helpers
        .expectExchange(client.exchange(HTTPS))
        .toBe('-----#', {}, { code: 'CONNECT_TIMEOUT', detail: '5 ms, connected by then' });
      expectConnections().toBe('o-c--x');
    });
  });

  test('is under it while TLS is made through it', () => {
    run((helpers) => {
      const { client } = behind(
        helpers,
        { connect: '--c', reply: ['-t', '-'] },
        undefined,
        {},
        { connectTimeout: 9 },
      );
      helpers
        .expectExchange(client.exchange(HTTPS))
        .toBe('---------#', {}, { code: 'CONNECT_TIMEOUT', detail: '9 ms, tunnelled by then' });
    });
  });

  test('is given up with the exchange', () => {
    run((helpers) => {
      const { client, expectConnections } = behind(helpers, { connect: '--c', reply: '----' });
      helpers.expectExchange(client.exchange(HTTPS), '^---!').toBe('-');
      expectConnections().toBe('o-c-x');
    });
  });
});

/** The second is reached by a tunnel of the first, which says more than it was asked for. */
describe('what a proxy says behind the head of its answer', () => {
  const chained = ({ network }: HttpRunHelpers) => {
    const { transport: over, ...expectations } = network({
      'http://first': { connect: '--c', reply: '--g', values: { g: `${head(200)}garbage` } },
    });
    const transport = proxyTransport('http://second', { over: proxyTransport('http://first', { over }) });
    return { client: new HttpClient({ transport, retryLimit: 0 }), ...expectations };
  };

  test.each([GET, HTTPS])('is no answer to $uri', (asked) => {
    run((helpers) => {
      const { client, expectConnections } = chained(helpers);
      helpers.expectExchange(client.exchange(asked)).toBe('----#', {}, { code: 'EXTRA_DATA' });
      expectConnections().toBe('o-c-x');
    });
  });

  test('makes no warm connection', () => {
    run((helpers) => {
      const { client, expectPool } = chained(helpers);
      helpers.expectExchange(client.warm('http://origin', 1)).toBe('----#', {}, { code: 'EXTRA_DATA' });
      expectPool(client).toBe('a---b', { a: 'a0 c1 i0 p0', b: '' });
    });
  });
});

describe('the URI of a proxy', () => {
  test.each([
    '',
    'http://',
    'http://proxy/path',
    'http://proxy?x',
    'ftp://proxy',
    'http://a b',
    'http://%zz@proxy',
    'http://a@b@c',
  ])('is not %j', (uri) => {
    expect(() => proxyTransport(uri)).toThrow(expect.objectContaining({ code: 'URL' }));
  });

  test.each([
    ['', 'this is not the URI of a proxy'],
    ['http://%zz@proxy', 'the credentials of a proxy are not percent-encoded'],
  ])('%j says what is wrong', (uri, text) => {
    expect(() => proxyTransport(uri)).toThrow(text);
  });

  test.each([undefined, null, 5, new URL('http://proxy')])('is a string, and not %p', (wrong) => {
    expect(() => proxyTransport(wrong as unknown as string)).toThrow(
      new TypeError('a proxy is a URI, or a function that chooses one'),
    );
  });

  test('has its password in no error', () => {
    expect(() => proxyTransport('http://me:secret@pro xy')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as unknown }),
    );
  });
});

test.each([
  [{ header: [] }, 'header is not an option of proxyTransport'],
  [{ headers: { a: 'b' } }, 'headers must be a list of fields'],
  [{ tls: 'no' }, 'tls must be an object'],
  [{ over: {} }, 'over must be an object with connect and listen'],
])('an option %j is refused at once', (options, text) => {
  expect(() => proxyTransport('http://proxy', options as never)).toThrow(text);
});

test('an option that is undefined is one that is not given', () => {
  const options = { headers: undefined, tls: undefined, over: undefined };
  expect(() => proxyTransport('http://proxy', options)).not.toThrow();
});

test('a proxy is none for those who connect to us: what is below listens', () => {
  const asked: unknown[] = [];
  const over: Transport = {
    connect: () => NEVER,
    listen: (address) => {
      asked.push(address);
      return NEVER;
    },
  };
  const address = { host: 'origin', port: 443 };
  const tls = { SNICallback: () => undefined };
  proxyTransport('http://proxy', { tls, over }).listen(address).subscribe();
  expect(asked).toEqual([address]);
});

test.each([
  ['Content-Length', '5'],
  ['transfer-encoding', 'chunked'],
  ['Host', 'other'],
  ['Connection', 'close'],
  ['Upgrade', 'x'],
  ['X', 'a\r\nContent-Length: 5'],
  ['X: y\r\nZ', ''],
])('a field %j: %j for a proxy is refused at once', (...field) => {
  expect(() => proxyTransport('http://proxy', { headers: [field] })).toThrow(
    expect.objectContaining({ code: 'UNWRITABLE' }),
  );
});

test('a field that is refused is named', () => {
  expect(() => proxyTransport('http://proxy', { headers: [['Host', 'other']] })).toThrow('Host for a proxy');
});
