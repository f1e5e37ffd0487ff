import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { getHeader, HttpClient, requestBody, requestDone, type HttpClientOptions } from '../src/index.ts';
import { flowing, pattern } from './ours/flowing.ts';
import { receive, type Received } from './ours/receive.ts';
import { watchedTransport } from './ours/watched-transport.ts';
import { curl } from './peer/curl.ts';
import { startNginx } from './peer/nginx.ts';
import { nodeServer } from './peer/node-server.ts';
import { report } from './peer/program.ts';

const MIB = 1_048_576;
const LARGE = 100 * MIB;
/** What 100 MiB may cost: some of what is garbage is not yet collected. A body that is kept costs 100 and more. */
const BOUND_MIB = 64;

/** What is to be stopped, also when not all of it could be started. */
const stops: (() => Promise<void>)[] = [];
let url: string;
let impatient: string;
let sha256: string;

beforeAll(async () => {
  // What nginx has no length of, it must frame some other way.
  const backend = await nodeServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.write('streamed ');
    response.end('by a backend');
  });
  stops.push(() => backend.stop());
  const nginx = await startNginx(2, ({ ports: [port, impatientPort], dir }) => {
    const root = join(dir, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'hello.txt'), 'hello from nginx\n');
    writeFileSync(join(root, 'empty.txt'), '');
    sha256 = writeLarge(join(root, 'large.bin'));
    const connection = 'add_header X-Connection "$connection $connection_requests" always;';
    return `
      default_type application/octet-stream;
      keepalive_requests 100000;
      server {
        listen 127.0.0.1:${port};
        root ${root};
        ${connection}
        location = /no-content { return 204; }
        location = /once.txt { keepalive_timeout 0; alias ${root}/hello.txt; }
        location = /small-only { client_max_body_size 1m; proxy_pass ${backend.url}; }
        location /chunked {
          proxy_pass ${backend.url};
          ${connection}
          add_trailer X-Trailer "of $connection";
        }
        location /close-delimited {
          chunked_transfer_encoding off;
          proxy_pass ${backend.url};
        }
      }
      server {
        listen 127.0.0.1:${impatientPort};
        root ${root};
        keepalive_timeout 50ms;
        ${connection}
      }`;
  });
  stops.push(() => nginx.stop());
  url = `http://127.0.0.1:${nginx.ports[0]}`;
  impatient = `http://127.0.0.1:${nginx.ports[1]}`;
});

afterAll(async () => {
  for (const stop of stops) await stop();
});

function writeLarge(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  for (let offset = 0; offset < LARGE; offset += MIB) {
    const piece = pattern(offset, MIB);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  return hash.digest('hex');
}

/** A client whose connections are its own, and closed soon after it is done with them. */
function watchedClient(options: HttpClientOptions = {}) {
  const watch = watchedTransport();
  const client = new HttpClient({ transport: watch.transport, idleTimeout: 1_000, ...options });
  const get = (uri: string, method = 'GET', headers: [string, string][] = []): Promise<Received> =>
    receive(client.exchange({ method, uri, headers }));
  return { watch, client, get };
}

const header = (received: Received, name: string): string[] => getHeader(received.head?.headers ?? [], name);
const connectionOf = (received: Received): string | undefined =>
  header(received, 'X-Connection')[0]?.split(' ')[0];

describe('the four kinds of body', () => {
  test('a body with a length', async () => {
    const received = await watchedClient().get(`${url}/hello.txt`);
    expect(received.marbles).toBe('sbd|');
    expect(received.head).toMatchObject({ status: 200, phrase: 'OK', version: '1.1' });
    expect(header(received, 'content-length')).toEqual(['17']);
    expect(received.body.toString()).toBe('hello from nginx\n');
  });

  test('a body with the length 0', async () => {
    const received = await watchedClient().get(`${url}/empty.txt`);
    expect(received.marbles).toBe('sd|');
    expect(header(received, 'content-length')).toEqual(['0']);
  });

  test('a chunked body with a trailer', async () => {
    const seen = await curl('--raw', '-i', `${url}/chunked`);
    expect(seen.text).toMatch(/Transfer-Encoding: chunked\r\n[^]*\r\n0\r\nX-Trailer: of \d+\r\n\r\n$/);

    const received = await watchedClient().get(`${url}/chunked`);
    expect(received.marbles).toBe('sbd|');
    expect(header(received, 'transfer-encoding')).toEqual(['chunked']);
    expect(received.body.toString()).toBe('streamed by a backend');
    expect(received.trailers).toEqual([['X-Trailer', ` of ${connectionOf(received)!}`]]);
  });

  test('a body up to the end of the connection', async () => {
    const seen = await curl('--raw', '-i', `${url}/close-delimited`);
    expect(seen.text).toMatch(/Connection: close\r\n[^]*\r\n\r\nstreamed by a backend$/);
    expect(seen.text).not.toMatch(/Content-Length|Transfer-Encoding/i);

    const { get, watch } = watchedClient();
    const received = await get(`${url}/close-delimited`);
    expect(received.marbles).toBe('sbd|');
    expect(received.body.toString()).toBe('streamed by a backend');
    await watch.deserted();
  });
});

describe('no body', () => {
  test.each([
    ['HEAD of a file', 'HEAD', '/hello.txt', 200],
    ['HEAD of what would be chunked', 'HEAD', '/chunked', 200],
    ['204', 'GET', '/no-content', 204],
  ])('%s leaves the connection in order', async (_, method, path, status) => {
    const { get, watch } = watchedClient();
    const received = await get(url + path, method);
    expect(received.marbles).toBe('sd|');
    expect(received.head?.status).toBe(status);
    expect((await get(`${url}/hello.txt`)).body.toString()).toBe('hello from nginx\n');
    expect(watch.made).toBe(1);
  });

  test('304 leaves the connection in order', async () => {
    const { get, watch } = watchedClient();
    const [etag = ''] = header(await get(`${url}/hello.txt`), 'etag');
    const received = await get(`${url}/hello.txt`, 'GET', [['If-None-Match', etag]]);
    expect(received.marbles).toBe('sd|');
    expect(received.head?.status).toBe(304);
    expect((await get(`${url}/hello.txt`)).marbles).toBe('sbd|');
    expect(watch.made).toBe(1);
  });

  test('404 is a response like any other', async () => {
    const received = await watchedClient().get(`${url}/missing`);
    expect(received.marbles).toBe('sbd|');
    expect(received.head).toMatchObject({ status: 404, phrase: 'Not Found' });
    expect(received.body.toString()).toContain('404 Not Found');
  });
});

describe('connections', () => {
  test('one after the other share one', async () => {
    const { get, watch } = watchedClient();
    const connections = new Set<string | undefined>();
    for (let nth = 1; nth <= 20; nth++) {
      const received = await get(`${url}/${nth % 2 === 0 ? 'hello.txt' : 'chunked'}`);
      expect(header(received, 'X-Connection')[0]).toMatch(new RegExp(` ${nth}$`));
      connections.add(connectionOf(received));
    }
    expect(connections.size).toBe(1);
    expect(watch.made).toBe(1);
  });

  test('at the same time have one each, and keep them', async () => {
    const { get, watch } = watchedClient({ maxConnectionsPerOrigin: 8 });
    const all = (): Promise<Received[]> =>
      Promise.all(Array.from({ length: 8 }, () => get(`${url}/hello.txt`)));
    expect(new Set((await all()).map(connectionOf)).size).toBe(8);
    expect(new Set((await all()).map(connectionOf)).size).toBe(8);
    expect(watch.made).toBe(8);
  });

  test('what is closed behind its response is not used again', async () => {
    const { get, watch } = watchedClient();
    const received = await get(`${url}/once.txt`);
    expect(header(received, 'connection')).toEqual(['close']);
    expect((await get(`${url}/hello.txt`)).marbles).toBe('sbd|');
    expect(watch.made).toBe(2);
    expect(watch.open).toBe(1);
  });

  test('an idle one that nginx closes is gone, and the next exchange has a new one', async () => {
    const { get, watch } = watchedClient();
    const first = await get(`${impatient}/hello.txt`);
    await watch.deserted();
    const second = await get(`${impatient}/hello.txt`);
    expect(second.marbles).toBe('sbd|');
    expect(connectionOf(second)).not.toBe(connectionOf(first));
    expect(watch.made).toBe(2);
  });

  test('an idle one is closed by the client after its idleTimeout', async () => {
    const watch = watchedTransport();
    const client = new HttpClient({ transport: watch.transport, idleTimeout: 20 });
    await receive(client.exchange({ method: 'GET', uri: `${url}/hello.txt`, headers: [] }));
    await watch.deserted();
  });
});

describe('large bodies', () => {
  test('a download of 100 MiB arrives byte for byte in bounded memory', async () => {
    const { rssMiB, insideMiB, ...rest } = await report('download', `${url}/large.bin`);
    // A held response gives nothing more: never more than the one piece that is being hashed.
    expect(rest).toEqual({ status: 200, length: LARGE, mostWaiting: 1, sha256 });
    expect(rssMiB).toBeLessThan(BOUND_MIB);
    expect(insideMiB).toBeLessThan(BOUND_MIB);
    console.info(
      `download of 100 MiB: rss +${String(rssMiB)} MiB, heap and buffers +${String(insideMiB)} MiB`,
    );
  });

  test.each(['length', 'chunked'])(
    'an upload of 100 MiB (%s) arrives byte for byte in bounded memory',
    async (framing) => {
      const hashing = await nodeServer((request, response) => {
        const hash = createHash('sha256');
        request.on('data', (octets: Buffer) => hash.update(octets));
        request.on('end', () => response.end(hash.digest('hex')));
      });
      try {
        const { rssMiB, insideMiB, answer } = await report('upload', hashing.url, String(LARGE), framing);
        expect(answer).toBe(sha256);
        expect(rssMiB).toBeLessThan(BOUND_MIB);
        expect(insideMiB).toBeLessThan(BOUND_MIB);
        console.info(
          `upload of 100 MiB, ${framing}: rss +${String(rssMiB)} MiB, heap and buffers +${String(insideMiB)} MiB`,
        );
      } finally {
        await hashing.stop();
      }
    },
  );

  test('a refusal reaches the client while it still uploads, and ends the upload', async () => {
    const source = { produced: 0, isHeld: false };
    const { client, watch } = watchedClient();
    const received = await receive(
      client.exchange({
        method: 'POST',
        uri: `${url}/small-only`,
        headers: [['Content-Length', String(LARGE)]],
        body: flowing(LARGE, requestBody, requestDone, source),
      }),
    );
    expect(received.head?.status).toBe(413);
    expect(received.marbles).toBe('sbd|');
    expect(source.produced).toBeLessThan(LARGE);
    await watch.deserted();
  });
});
