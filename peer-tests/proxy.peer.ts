import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import net from 'node:net';
import { firstValueFrom, of, type Observable } from 'rxjs';
import {
  HttpClient,
  proxyTransport,
  requestBody,
  requestDone,
  tlsTransport,
  type HttpRequest,
  type ProxyOptions,
  type ResponseNotification,
} from '../src/index.ts';
import { receive } from './ours/receive.ts';
import { Authority, type Identity } from './peer/authority.ts';
import { startNginx, type Nginx } from './peer/nginx.ts';
import { nodeServer, rawServer, tlsServer, type Peer } from './peer/node-server.ts';
import { startTinyproxy, type Tinyproxy } from './peer/tinyproxy.ts';

let authority: Authority;
let localhost: Identity;
let open: Tinyproxy;
let guarded: Tinyproxy;
let nginx: Nginx;
let plain: Peer;
let secure: Peer;
beforeAll(async () => {
  authority = await Authority.create();
  localhost = await authority.issue();
  open = await startTinyproxy();
  guarded = await startTinyproxy('BasicAuth me s3cret');
  nginx = await startNginx(
    1,
    ({ ports: [port] }) => `server {
      listen 127.0.0.1:${String(port)};
      location / { proxy_pass http://$http_host$request_uri; proxy_http_version 1.1; proxy_set_header Via nginx; }
    }`,
  );
  plain = await nodeServer((request, response) => {
    let length = 0;
    request.on('data', (octets: Buffer) => (length += octets.length));
    request.on('end', () =>
      response.end(
        `${request.method ?? ''} ${request.url ?? ''} ${String(length)} ${request.headers.via ?? ''}`,
      ),
    );
  });
  secure = await tlsServer({ ALPNProtocols: ['http/1.1'], ...localhost }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => {
      const line = octets.toString('latin1').split('\r\n', 1).join();
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(line.length)}\r\n\r\n${line}`);
    });
  });
});
afterAll(async () => {
  await Promise.all([open.stop(), guarded.stop(), nginx.stop(), plain.stop(), secure.stop()]);
  authority.remove();
});

const clients: HttpClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close().subscribe();
});

const by = (proxy: string, options: ProxyOptions = {}): HttpClient => {
  const client = new HttpClient({
    transport: proxyTransport(proxy, { tls: { ca: authority.cert }, ...options }),
    retryLimit: 0,
  });
  clients.push(client);
  return client;
};

const get = (uri: string): HttpRequest => ({ method: 'GET', uri, headers: [] });
const at = ({ port }: { readonly port: number }, credentials = ''): string =>
  `http://${credentials}127.0.0.1:${String(port)}`;
const https = ({ port }: Peer): string => `https://localhost:${String(port)}`;

const textOf = async (exchange: Observable<ResponseNotification>): Promise<string> => {
  const { marbles, body, error } = await receive(exchange);
  return marbles === 'sbd|' ? body.toString() : `${marbles} ${String((error as Error | undefined)?.message)}`;
};

describe('tinyproxy', () => {
  test('takes http in absolute-form', async () => {
    const client = by(at(open));
    expect(await textOf(client.exchange(get(`${plain.url}/a?b`)))).toMatch(/^GET \/a\?b 0 1\.1 .*tinyproxy/);
    const body = of(requestBody(Buffer.alloc(100_000)), requestDone());
    expect(await textOf(client.exchange({ ...get(`${plain.url}/`), method: 'PUT', body }))).toMatch(
      /^PUT \/ 100000 1\.1 .*tinyproxy/,
    );
  });

  test('makes a tunnel for https, which is kept', async () => {
    const client = by(at(open));
    expect(await textOf(client.exchange(get(`${https(secure)}/a?b`)))).toBe('GET /a?b HTTP/1.1');
    expect(await textOf(client.exchange(get(`${https(secure)}/c`)))).toBe('GET /c HTTP/1.1');
    const tunnels = open.log().split(`CONNECT localhost:${String(secure.port)}`).length - 1;
    expect(tunnels).toBe(1);
  });

  test('takes the credentials of its URI, for both', async () => {
    const client = by(at(guarded, 'me:s%33cret@'));
    expect(await textOf(client.exchange(get(`${plain.url}/`)))).toMatch(/^GET \/ 0 1\.1 .*tinyproxy/);
    expect(await textOf(client.exchange(get(`${https(secure)}/`)))).toBe('GET / HTTP/1.1');
  });

  // RFC 9110 §15.5.8 has 407 for both; tinyproxy answers wrong ones with 401.
  test.each([
    ['', 407],
    ['me:wrong@', 401],
  ])('declines the credentials %j, with %d', async (credentials, status) => {
    const client = by(at(guarded, credentials));
    expect((await receive(client.exchange(get(`${plain.url}/`)))).head?.status).toBe(status);
    const { marbles, error } = await receive(client.exchange(get(`${https(secure)}/`)));
    expect(marbles).toBe('#');
    expect(error).toMatchObject({ code: 'PROXY', status });
  });

  test('says that nobody is there', async () => {
    const { error } = await receive(by(at(open)).exchange(get('https://127.0.0.1:1/')));
    expect(error).toMatchObject({ code: 'PROXY', status: expect.any(Number) });
  });

  test('takes a request for a tunnel from whoever wants one', async () => {
    const client = new HttpClient({ transport: proxyTransport(at(open)) });
    clients.push(client);
    const first = await firstValueFrom(client.upgrade({ method: 'CONNECT', uri: plain.url, headers: [] }), {
      defaultValue: undefined,
    });
    expect(first).toMatchObject({
      type: 'response_upgrade',
      connection: { info: { remotePort: open.port } },
    });
  });
});

describe('nginx as a forward proxy', () => {
  test('takes http in absolute-form, on one connection', async () => {
    const client = by(at({ port: nginx.ports[0] ?? 0 }));
    for (const path of ['/a?b', '/c']) {
      expect(await textOf(client.exchange(get(plain.url + path)))).toBe(`GET ${path} 0 nginx`);
    }
  });
});

describe('a proxy of another kind', () => {
  const peers: Peer[] = [];
  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.stop();
  });
  const rawProxy = async (answer: Parameters<typeof rawServer>[0]): Promise<string> => {
    const peer = await rawServer(answer);
    peers.push(peer);
    return at(peer);
  };
  const failure = async (proxy: string): Promise<unknown> =>
    (await receive(by(proxy).exchange(get(`${https(secure)}/`)))).error;

  test('that resets fails', async () => {
    const error = await failure(await rawProxy((socket) => socket.resetAndDestroy()));
    expect(error).toMatchObject({ code: 'CONNECTION_RESET' });
  });

  test('that ends fails', async () => {
    expect(await failure(await rawProxy((socket) => socket.end()))).toMatchObject({
      code: 'CONNECTION_RESET',
    });
  });

  test('that answers with content fails with the status, and its connection is closed', async () => {
    const page = 'x'.repeat(100_000);
    const proxy = await rawProxy((socket) =>
      socket.write(`HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100000\r\n\r\n${page}`),
    );
    expect(await failure(proxy)).toMatchObject({ code: 'PROXY', status: 502 });
    await peers[0]?.deserted();
  });

  test('that sends octets behind its 200 has sent what TLS does not understand', async () => {
    const proxy = await rawProxy((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhello'));
    expect(await failure(proxy)).toMatchObject({ code: 'TLS' });
  });

  test('is reached over TLS, and TLS goes through its tunnel', async () => {
    const upstream = secure.port;
    const peer = await tlsServer({ ALPNProtocols: ['http/1.1'], ...localhost }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const through = net.connect(upstream, '127.0.0.1');
        through.on('error', () => socket.destroy());
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(through).pipe(socket);
      });
    });
    peers.push(peer);
    const over = tlsTransport({ ca: authority.cert });
    const client = by(`https://localhost:${String(peer.port)}`, { over });
    expect(await textOf(client.exchange(get(`${https(secure)}/a`)))).toBe('GET /a HTTP/1.1');
    expect(await textOf(client.exchange(get(`${https(secure)}/b`)))).toBe('GET /b HTTP/1.1');
  });
});
