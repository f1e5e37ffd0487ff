import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type http from 'node:http';
import type net from 'node:net';
import {
  ChunkError,
  ConnectionResetError,
  getHeader,
  HttpClient,
  HttpVersionError,
  IncompleteMessageError,
  MessageError,
  requestBody,
  requestDone,
  StartLineError,
  type HeaderList,
  type HttpError,
  type HttpClientOptions,
  type HttpRequest,
} from '../src/index.ts';
import { flowing, pattern } from './ours/flowing.ts';
import { receive, type Received } from './ours/receive.ts';
import { watchedTransport, type Watch } from './ours/watched-transport.ts';
import { nodeServer, rawServer, socketServer, type Peer } from './peer/node-server.ts';
import { wire } from './peer/wire.ts';
import { stays, until } from './until.ts';

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

async function started(peer: Promise<Peer>): Promise<Peer> {
  peers.push(await peer);
  return peer;
}

interface Ours {
  readonly watch: Watch;
  readonly client: HttpClient;
  /** Exchanges a request; GET unless it says otherwise. */
  readonly fetch: (uri: string, request?: Partial<HttpRequest>) => Promise<Received>;
}

/** A client whose connections are its own. */
function ours(options: HttpClientOptions = {}): Ours {
  const watch = watchedTransport();
  const client = new HttpClient({ transport: watch.transport, ...options });
  return {
    watch,
    client,
    fetch: (uri, request = {}) => receive(client.exchange({ method: 'GET', uri, headers: [], ...request })),
  };
}

/** A body of a few pieces. */
function content(text: string, trailers?: HeaderList): Partial<HttpRequest> {
  return {
    method: 'POST',
    body: flowing(
      text.length,
      (chunk) => requestBody(Buffer.from(text).subarray(0, chunk.length)),
      () => requestDone(trailers),
    ),
  };
}

const path = (request: http.IncomingMessage): string => request.url ?? '';

describe('bodies of node:http', () => {
  const bodies: http.RequestListener = (request, response) => {
    switch (path(request)) {
      case '/length':
        response.setHeader('Content-Length', 12);
        response.write('of a ');
        return response.end('length\n');
      case '/chunked':
        response.write('in ');
        return response.end('chunks\n');
      case '/trailers':
        response.writeHead(200, { Trailer: 'X-Sum, X-Empty' });
        response.write('with trailers\n');
        response.addTrailers({ 'X-Sum': 'abc, def', 'X-Empty': '' });
        return response.end();
      case '/closed':
        response.useChunkedEncodingByDefault = false;
        response.removeHeader('Transfer-Encoding');
        response.write('up to ');
        return response.end('the end\n');
      case '/204':
        return response.writeHead(204).end();
      case '/304':
        return response.writeHead(304, { 'Content-Length': 1234 }).end();
      default:
        return response.writeHead(404).end();
    }
  };

  test.each([
    ['/length', 'of a length\n', 'content-length', '12'],
    ['/chunked', 'in chunks\n', 'transfer-encoding', 'chunked'],
    ['/trailers', 'with trailers\n', 'transfer-encoding', 'chunked'],
    ['/closed', 'up to the end\n', 'connection', 'close'],
  ])('GET %s', async (route, text, name, value) => {
    const peer = await started(nodeServer(bodies));
    const received = await ours().fetch(peer.url + route);
    expect(received.marbles).toBe('sbd|');
    expect(received.body.toString()).toBe(text);
    expect(getHeader(received.head!.headers, name)).toEqual([value]);
    expect(received.trailers).toEqual(
      route === '/trailers'
        ? [
            ['X-Sum', ' abc, def'],
            ['X-Empty', ' '],
          ]
        : [],
    );
  });

  test.each([
    ['HEAD', '/length', 200],
    ['HEAD', '/chunked', 200],
    ['GET', '/204', 204],
    ['GET', '/304', 304],
    ['GET', '/missing', 404],
  ])('%s %s has none, and the connection goes on', async (method, route, status) => {
    const peer = await started(nodeServer(bodies));
    const { fetch } = ours();
    const received = await fetch(peer.url + route, { method });
    expect(received.marbles).toBe('sd|');
    expect(received.head?.status).toBe(status);
    expect((await fetch(`${peer.url}/length`)).body.toString()).toBe('of a length\n');
    expect(peer.accepted).toBe(1);
  });

  test('1xx responses come before the final one', async () => {
    const peer = await started(
      nodeServer((_, response) => {
        response.writeProcessing();
        response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('final'));
      }),
    );
    const received = await ours().fetch(peer.url);
    expect(received.marbles).toBe('iisbd|');
    expect(received.nonfinals.map(({ status }) => status)).toEqual([102, 103]);
    expect(getHeader(received.nonfinals[1].headers, 'link')).toEqual(['</style.css>; rel=preload']);
    expect(received.head?.status).toBe(200);
  });

  test('100 (Continue) is one of them', async () => {
    const peer = await started(
      nodeServer((request, response) => {
        response.writeContinue();
        request.on('end', () => response.end('final')).resume();
      }),
    );
    const received = await ours().fetch(peer.url, content('hello'));
    expect(received.marbles).toBe('isbd|');
    expect(received.nonfinals.map(({ status }) => status)).toEqual([100]);
  });
});

describe('requests to node:http', () => {
  const echo: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (octets: Buffer) => chunks.push(octets));
    request.on('end', () => {
      const { method, headers, trailers } = request;
      response.end(JSON.stringify({ method, headers, trailers, text: Buffer.concat(chunks).toString() }));
    });
  };
  const seen = (received: Received): Record<string, unknown> =>
    JSON.parse(received.body.toString()) as Record<string, unknown>;

  test('chunked, with trailers', async () => {
    const peer = await started(nodeServer(echo));
    const received = await ours().fetch(peer.url, content('hello', [['X-Sum', 'abc']]));
    expect(seen(received)).toMatchObject({
      method: 'POST',
      text: 'hello',
      trailers: { 'x-sum': 'abc' },
      headers: { host: `127.0.0.1:${peer.port}`, 'transfer-encoding': 'chunked' },
    });
  });

  test('with a length', async () => {
    const peer = await started(nodeServer(echo));
    const received = await ours().fetch(peer.url, {
      ...content('hello'),
      headers: [['content-length', '5']],
    });
    expect(seen(received)).toMatchObject({ text: 'hello', headers: { 'content-length': '5' } });
    expect(seen(received)['headers']).not.toHaveProperty('transfer-encoding');
  });

  test.each([
    ['POST', '0'],
    ['GET', undefined],
  ])('%s without a body', async (method, length) => {
    const peer = await started(nodeServer(echo));
    const { headers, text } = seen(await ours().fetch(peer.url, { method })) as {
      headers: http.IncomingHttpHeaders;
      text: string;
    };
    expect(text).toBe('');
    expect(headers['content-length']).toBe(length);
    expect(headers['transfer-encoding']).toBeUndefined();
  });
});

describe('connections to node:http', () => {
  test('1,000 exchanges in a row share one, and leave none', async () => {
    const peer = await started(nodeServer((request, response) => response.end(path(request))));
    const { fetch, watch } = ours({ idleTimeout: 20 });
    for (let nth = 0; nth < 1_000; nth++) {
      const received = await fetch(`${peer.url}/${nth}`);
      if (received.body.toString() !== `/${nth}`)
        throw new Error(`/${nth} was answered ${received.body.toString()}`);
    }
    expect(peer.accepted).toBe(1);
    await peer.deserted();
    await watch.deserted();
  });

  test('an exchange begun inside the end of another has its connection', async () => {
    const peer = await started(nodeServer((request, response) => response.end(path(request))));
    const { client } = ours();
    await new Promise<void>((resolve, reject) => {
      const next = (left: number): void => {
        client.exchange({ method: 'GET', uri: `${peer.url}/${left}`, headers: [] }).subscribe({
          next: ({ type }) => {
            if (type !== 'response_done') return;
            if (left === 0) resolve();
            else next(left - 1);
          },
          error: reject,
        });
      };
      next(100);
    });
    expect(peer.accepted).toBe(1);
  });

  test.each([
    [6, 6],
    [Infinity, 200],
  ])('200 exchanges at once, %d connections at most', async (maxConnectionsPerOrigin, connections) => {
    const peer = await started(
      nodeServer((request, response) => {
        request.on('end', () => response.end(path(request).repeat(1_000))).resume();
      }),
    );
    const { fetch, watch } = ours({ maxConnectionsPerOrigin, idleTimeout: 20 });
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, nth) =>
        fetch(`${peer.url}/${nth}`, nth % 2 === 0 ? {} : content('x'.repeat(nth))),
      ),
    );
    expect(all.map(({ marbles }) => marbles)).toEqual(all.map(() => 'sbd|'));
    expect(all.map(({ body }) => body.toString())).toEqual(all.map((_, nth) => `/${nth}`.repeat(1_000)));
    expect(peer.accepted).toBe(connections);
    await peer.deserted();
    await watch.deserted();
  });

  test('no request goes before the response to the last is there: pipelining is not used', async () => {
    const waiting = new Map<net.Socket, number>();
    let most = 0;
    const peer = await started(
      nodeServer((request, response) => {
        const count = (by: number): number => {
          const now = (waiting.get(request.socket) ?? 0) + by;
          waiting.set(request.socket, now);
          return now;
        };
        most = Math.max(most, count(1));
        setImmediate(() => {
          count(-1);
          response.end();
        });
      }),
    );
    const { fetch } = ours({ maxConnectionsPerOrigin: 20 });
    await Promise.all(Array.from({ length: 20 }, () => fetch(peer.url)));
    await Promise.all(Array.from({ length: 20 }, () => fetch(peer.url)));
    expect(most).toBe(1);
    expect(peer.accepted).toBe(20);
  });

  test('an idle one that the server closes is gone, and the next exchange has a new one', async () => {
    const sockets: net.Socket[] = [];
    const peer = await started(
      nodeServer(
        (_, response) => response.end(),
        (server) => server.on('connection', (socket) => sockets.push(socket)),
      ),
    );
    const { fetch, watch } = ours();
    await fetch(peer.url);
    sockets[0].end();
    await watch.deserted();
    expect((await fetch(peer.url)).marbles).toBe('sd|');
    expect(peer.accepted).toBe(2);
  });

  test.each([
    ['GET', 'sbd|', 2],
    ['POST', '#', 1],
  ])('one that dies under its second exchange costs a %s %s', async (method, marbles, accepted) => {
    let requests = 0;
    const peer = await started(
      rawServer((socket) => {
        if (++requests === 2) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
      }),
    );
    const { fetch } = ours({ retryDelay: 60_000 });
    await fetch(peer.url, { method });
    const received = await fetch(peer.url, { method });
    expect(received.marbles).toBe(marbles);
    expect(peer.accepted).toBe(accepted);
    if (marbles !== '#') return;
    expect(received.error).toBeInstanceOf(ConnectionResetError);
    expect(received.error).toMatchObject({ exchange: { reused: true, sent: true } });
  });

  test('an exchange that is unsubscribed closes its connection', async () => {
    const peer = await started(nodeServer((_, response) => response.write('half')));
    const { client, watch } = ours();
    const subscription = client
      .exchange({ method: 'GET', uri: peer.url, headers: [] })
      .subscribe(({ type }) => {
        if (type === 'response_body') subscription.unsubscribe();
      });
    await until('a connection is made', () => watch.made === 1);
    await watch.deserted();
    await peer.deserted();
  });

  test('one that has not connected yet, too', async () => {
    const peer = await started(nodeServer((_, response) => response.end()));
    const { client, watch } = ours();
    client.exchange({ method: 'GET', uri: peer.url, headers: [] }).subscribe().unsubscribe();
    await ours().fetch(peer.url);
    expect(watch.made).toBe(0);
  });
});

describe('a server that does not keep its word', () => {
  const head = 'HTTP/1.1 200 OK\r\n';

  test.each<[string, string, unknown, string]>([
    ['closes without an answer', '', ConnectionResetError, '#'],
    ['ends inside the status line', 'HTTP/1.1 20', IncompleteMessageError, '#'],
    ['ends inside the head', `${head}Content-Length: 5\r\n`, IncompleteMessageError, '#'],
    ['ends behind an interim response', 'HTTP/1.1 103 \r\n\r\n', IncompleteMessageError, 'i#'],
    [
      'ends before the announced length',
      `${head}Content-Length: 5\r\n\r\nhell`,
      IncompleteMessageError,
      'sb#',
    ],
    [
      'ends inside a chunk',
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhell`,
      IncompleteMessageError,
      'sb#',
    ],
    [
      'ends before the last chunk',
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      IncompleteMessageError,
      'sb#',
    ],
    [
      'ends inside the trailers',
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n`,
      IncompleteMessageError,
      'sb#',
    ],
    ['sends a chunk that is none', `${head}Transfer-Encoding: chunked\r\n\r\nhello\r\n`, ChunkError, 's#'],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', StartLineError, '#'],
    ['speaks another HTTP', 'HTTP/2.0 200 OK\r\n\r\n', HttpVersionError, '#'],
  ])('%s', async (_, answer, error, marbles) => {
    const peer = await started(rawServer((socket) => socket.end(answer, 'latin1')));
    const { fetch, watch } = ours();
    const received = await fetch(peer.url, { method: 'POST' });
    expect(received.marbles).toBe(marbles);
    expect(received.error).toBeInstanceOf(error);
    expect(received.error).toMatchObject({
      exchange: { method: 'POST', uri: peer.url, reused: false, sent: true, attempts: 1 },
    });
    await watch.deserted();
    expect(peer.accepted).toBe(1);
  });

  test.each([
    ['a length', 'Content-Length: 100'],
    ['chunks', 'Transfer-Encoding: chunked'],
    ['the end of the connection', 'Connection: close'],
  ])('resets half-way in a body by %s: an error and never done', async (_, field) => {
    const peer = await started(
      rawServer((socket) => {
        socket.write(`${head}${field}\r\n\r\n5\r\nhello\r\n`, 'latin1');
        void watch.read(head.length + field.length + 4 + 10).then(() => socket.resetAndDestroy());
      }),
    );
    const { fetch, watch } = ours();
    const received = await fetch(peer.url);
    await watch.deserted();
    if (wire.hasResets) {
      expect(received.marbles).toBe('sb#');
      expect(received.error).toBeInstanceOf(ConnectionResetError);
      expect((received.error as Error).cause).toMatchObject({ code: 'ECONNRESET' });
    } else {
      // Where a break looks like an end, what only the end delimits looks whole.
      expect(received.marbles).toBe(field === 'Connection: close' ? 'sbd|' : 'sb#');
    }
  });

  test('node:http that gives up half-way is an error', async () => {
    const peer = await started(
      nodeServer((_, response) => {
        response.write('half', () => response.destroy());
      }),
    );
    const received = await ours().fetch(peer.url);
    expect(received.marbles).toMatch(/^s?b?#$/);
    expect(received.error).toBeInstanceOf(
      received.marbles === '#' ? ConnectionResetError : IncompleteMessageError,
    );
  });

  test('octets behind a response never reach the next exchange', async () => {
    let requests = 0;
    const peer = await started(
      rawServer((socket) => {
        const body = `answer ${++requests}`;
        const answer = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
        socket.write(requests === 1 ? `${answer}${head}Content-Length: 4\r\n\r\nevil` : answer, 'latin1');
      }),
    );
    const { fetch } = ours();
    expect((await fetch(peer.url)).body.toString()).toBe('answer 1');
    expect((await fetch(peer.url)).body.toString()).toBe('answer 2');
    expect(peer.accepted).toBe(2);
  });

  test('nor one that begins inside the end of this', async () => {
    let requests = 0;
    const peer = await started(
      rawServer((socket) => {
        const body = `answer ${++requests}`;
        const answer = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
        socket.write(requests === 1 ? `${answer}${head}Content-Length: 4\r\n\r\nevil` : answer, 'latin1');
      }),
    );
    const { client, fetch } = ours();
    const next = await new Promise<Received>((resolve) => {
      client.exchange({ method: 'GET', uri: peer.url, headers: [] }).subscribe(({ type }) => {
        if (type === 'response_done') resolve(fetch(peer.url));
      });
    });
    expect(next.body.toString()).toBe('answer 2');
    expect(peer.accepted).toBe(2);
  });

  test('octets that come when nothing was asked never do, either', async () => {
    let requests = 0;
    const sockets: net.Socket[] = [];
    const peer = await started(
      rawServer((socket) => {
        sockets.push(socket);
        socket.write(`${head}Content-Length: 1\r\n\r\n${++requests}`, 'latin1');
      }),
    );
    const { fetch, watch } = ours();
    await fetch(peer.url);
    sockets[0].write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n');
    await watch.deserted();
    expect((await fetch(peer.url)).body.toString()).toBe('2');
    expect(peer.accepted).toBe(2);
  });
});

describe('a response in pieces', () => {
  const wire =
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
    'HTTP/1.1 200 All is well\r\nTransfer-Encoding: chunked\r\nX-Field: a  b\r\n\r\n' +
    '5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\nX-Sum: abc\r\n\r\n';

  function check(received: Received): void {
    expect(received.marbles).toBe('isbd|');
    expect(received.nonfinals[0].headers).toEqual([['Link', ' </a>']]);
    expect(received.head).toMatchObject({ status: 200, phrase: 'All is well' });
    expect(received.body.toString()).toBe('hello, world!!!');
    expect(received.trailers).toEqual([['X-Sum', ' abc']]);
  }

  test('split at every octet it is the same', async () => {
    let splitAt = 0;
    let before = 0;
    const peer = await started(
      rawServer((socket) => {
        socket.write(wire.slice(0, splitAt), 'latin1');
        // The second part leaves when the first has been read, so that they cannot arrive as one.
        void watch.read(before + splitAt).then(() => socket.write(wire.slice(splitAt), 'latin1'));
      }),
    );
    const { fetch, watch } = ours();
    for (splitAt = 1; splitAt < wire.length; splitAt++) {
      before = watch.octets;
      check(await fetch(peer.url));
    }
    expect(peer.accepted).toBe(1);
  });

  test('octet by octet it is the same', async () => {
    const peer = await started(
      rawServer((socket) => {
        const drip = async (): Promise<void> => {
          for (let at = 0; at < wire.length; at++) {
            socket.write(wire.slice(at, at + 1), 'latin1');
            await watch.read(at + 1);
          }
        };
        void drip();
      }),
    );
    const { fetch, watch } = ours();
    check(await fetch(peer.url));
  });
});

describe('HTTP/1.0', () => {
  const answer = (fields: string): string => `HTTP/1.0 200 OK\r\n${fields}\r\nhello`;

  test('without keep-alive: a connection for each exchange', async () => {
    const peer = await started(rawServer((socket) => socket.end(answer('Content-Length: 5\r\n'))));
    const { fetch } = ours();
    for (let nth = 1; nth <= 3; nth++) {
      const received = await fetch(peer.url);
      expect(received.marbles).toBe('sbd|');
      expect(received.head?.version).toBe('1.0');
      expect(peer.accepted).toBe(nth);
    }
  });

  test('without keep-alive, though the server does not close: not used again', async () => {
    const peer = await started(rawServer((socket) => socket.write(answer('Content-Length: 5\r\n'))));
    const { fetch } = ours();
    await fetch(peer.url);
    await peer.deserted();
    await fetch(peer.url);
    expect(peer.accepted).toBe(2);
  });

  test('with keep-alive: one connection for all', async () => {
    const peer = await started(
      rawServer((socket) => socket.write(answer('Connection: keep-alive\r\nContent-Length: 5\r\n'))),
    );
    const { fetch } = ours();
    for (let nth = 1; nth <= 3; nth++) expect((await fetch(peer.url)).body.toString()).toBe('hello');
    expect(peer.accepted).toBe(1);
  });

  test('without a length: up to the end', async () => {
    const peer = await started(rawServer((socket) => socket.end(answer(''))));
    const received = await ours().fetch(peer.url);
    expect(received.marbles).toBe('sbd|');
    expect(received.body.toString()).toBe('hello');
  });
});

describe('uploads', () => {
  const TOTAL = 32 * 1_048_576;

  /** An upload of much more than a connection holds. */
  function upload(source = { produced: 0, isHeld: false }): Partial<HttpRequest> {
    return {
      method: 'POST',
      headers: [['Content-Length', String(TOTAL)]],
      body: flowing(TOTAL, requestBody, () => requestDone(), source),
    };
  }

  test('a server that does not read holds the source', async () => {
    const sockets: net.Socket[] = [];
    const hash = createHash('sha256');
    let received = 0;
    const peer = await started(
      socketServer((socket) => {
        socket.pause();
        sockets.push(socket);
      }),
    );
    const source = { produced: 0, isHeld: false };
    const { fetch } = ours();
    const response = fetch(peer.url, upload(source));
    await until(
      'the source is held and stays so',
      stays(() => (source.isHeld ? source.produced : -1)),
    );
    expect(source.produced).toBeLessThan(TOTAL / 2);
    let head = '';
    sockets[0].on('data', (octets: Buffer) => {
      const text = head === '' ? octets.toString('latin1') : '';
      const from = text === '' ? 0 : text.indexOf('\r\n\r\n') + 4;
      if (text !== '') head = text.slice(0, from);
      hash.update(octets.subarray(from));
      received += octets.length - from;
      if (received === TOTAL) sockets[0].end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    sockets[0].resume();
    expect((await response).marbles).toBe('sd|');
    expect(hash.digest('hex')).toBe(createHash('sha256').update(pattern(0, TOTAL)).digest('hex'));
  });

  test('a 4xx ends the upload and is received', async () => {
    const source = { produced: 0, isHeld: false };
    const peer = await started(
      nodeServer((_, response) => response.writeHead(413, { 'Content-Length': 8 }).end('too much')),
    );
    const { fetch, watch } = ours();
    const received = await fetch(peer.url, upload(source));
    expect(received.marbles).toBe('sbd|');
    expect(received.head?.status).toBe(413);
    expect(received.body.toString()).toBe('too much');
    expect(source.produced).toBeLessThan(TOTAL);
    await watch.deserted();
  });

  test('a 2xx that comes early does not', async () => {
    let got = 0;
    const peer = await started(
      nodeServer((request, response) => {
        response.write('early ');
        request.on('data', (octets: Buffer) => (got += octets.length));
        request.on('end', () => response.end('and late'));
      }),
    );
    const received = await ours().fetch(peer.url, upload());
    expect(received.marbles).toBe('sbd|');
    expect(received.body.toString()).toBe('early and late');
    expect(got).toBe(TOTAL);
  });

  test('a server that resets during the upload is a typed error', async () => {
    const peer = await started(socketServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const { fetch, watch } = ours();
    const received = await fetch(peer.url, upload());
    expect(received.marbles).toBe('#');
    expect(received.error).toBeInstanceOf(ConnectionResetError);
    expect(received.error).not.toBeInstanceOf(MessageError);
    await watch.deserted();
  });

  test('one that answers and closes with the upload unread has its answer received', async () => {
    const peer = await started(
      socketServer((socket) => {
        socket.once('data', () => {
          socket.pause();
          socket.end('HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
            socket.destroy(),
          );
        });
      }),
    );
    const outcomes = new Set<unknown>();
    const { fetch } = ours();
    for (let nth = 0; nth < 50; nth++) {
      const { head, error } = await fetch(peer.url, upload());
      outcomes.add(head?.status ?? (error as HttpError).code);
    }
    expect([...outcomes]).toEqual([413]);
  });
});
