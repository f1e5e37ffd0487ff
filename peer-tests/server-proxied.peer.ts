import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, concatMap, of } from 'rxjs';
import {
  compose,
  HttpClient,
  responseBody,
  responseDone,
  responseStart,
  type Handler,
} from '../src/index.ts';
import { flowing, pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { watchedTransport } from './ours/watched-transport.ts';
import { findPeer, run } from './peer/command.ts';
import { curl } from './peer/curl.ts';
import { startNginx } from './peer/nginx.ts';

const LARGE = 8 * 1_048_576;
const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

const connections = new Set<number | undefined>();
const handler: Handler = ({ uri, body, connection }) => {
  connections.add(connection.remotePort);
  if (uri === '/hello') {
    return of(
      responseStart(200, [['Content-Length', '6']]),
      responseBody(Buffer.from('hello\n')),
      responseDone(),
    );
  }
  if (uri === '/large')
    return concat(
      of(responseStart(200)),
      flowing(LARGE, responseBody, () => responseDone()),
    );
  // The answer waits for all of the content: nginx sends no more of that once an answer has begun.
  const hash = createHash('sha256');
  return body.pipe(
    concatMap((notification) => {
      if (notification.type === 'request_done') {
        return [responseStart(200), responseBody(Buffer.from(hash.digest('hex'))), responseDone()];
      }
      hash.update(notification.chunk);
      return [];
    }),
  );
};

const stops: (() => unknown)[] = [];
let server: Served;
let file: string;
beforeAll(async () => {
  server = await serve(handler);
  stops.push(() => server.stop());
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-proxied-'));
  stops.push(() => rm(dir, { recursive: true, force: true }));
  file = join(dir, 'large.bin');
  await writeFile(file, pattern(0, LARGE));
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function wrk(...args: string[]): Promise<{ requests: number; report: string }> {
  const { status, stdout, stderr } = await run(findPeer('wrk'), ['-t1', '-c16', '-d1s', ...args]);
  const report = stdout.toString() + stderr;
  expect(status).toBe(0);
  expect(report).not.toMatch(/Socket errors|Non-2xx/);
  return { requests: Number(/(\d+) requests in/.exec(report)?.[1]), report };
}

test('wrk finds no error', async () => {
  connections.clear();
  const { requests } = await wrk(`${server.url}/hello`);
  expect(requests).toBeGreaterThan(100);
  // wrk connects once more, to look up the address.
  expect(connections.size).toBeLessThanOrEqual(17);
});

describe('nginx before the server', () => {
  let urls: string[];
  beforeAll(async () => {
    const nginx = await startNginx(
      2,
      ({ ports }) => `
      client_max_body_size 0;
      upstream ours { server 127.0.0.1:${server.port}; keepalive 16; }
      server {
        listen 127.0.0.1:${ports[0]};
        location / { proxy_pass http://127.0.0.1:${server.port}; }
      }
      server {
        listen 127.0.0.1:${ports[1]};
        location / {
          proxy_pass http://ours;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_request_buffering off;
        }
      }`,
    );
    stops.push(() => nginx.stop());
    urls = nginx.ports.map((port) => `http://127.0.0.1:${port}`);
  });

  test.each([
    ['HTTP/1.0', 0],
    ['HTTP/1.1', 1],
  ])('speaks %s', async (_, nth) => {
    expect((await curl(`${urls[nth]}/hello`)).text).toBe('hello\n');
    for (const args of [[], ['-H', 'Transfer-Encoding: chunked']]) {
      expect((await curl(...args, '-T', file, `${urls[nth]}/sha256`)).text).toBe(sha256(pattern(0, LARGE)));
    }
    expect(sha256((await curl(`${urls[nth]}/large`)).stdout)).toBe(sha256(pattern(0, LARGE)));
  });

  test('keeps its connections', async () => {
    connections.clear();
    for (let times = 0; times < 10; times++) await curl(`${urls[1]}/hello`);
    expect(connections.size).toBe(1);
  });

  test('under wrk finds no error', async () => {
    expect((await wrk(`${urls[1]}/hello`)).requests).toBeGreaterThan(100);
  });
});

describe('our client and server as a proxy', () => {
  test('between curl and our server, and under wrk', async () => {
    const { transport } = watchedTransport();
    const client = new HttpClient({ transport, maxConnectionsPerOrigin: Infinity });
    const proxy = await serve(
      compose(client.exchange, (request, next) => next({ ...request, uri: server.url + request.uri })),
    );
    stops.push(() => proxy.stop());
    expect((await curl(`${proxy.url}/hello`)).text).toBe('hello\n');
    expect((await curl('-T', file, `${proxy.url}/sha256`)).text).toBe(sha256(pattern(0, LARGE)));
    expect(sha256((await curl(`${proxy.url}/large`)).stdout)).toBe(sha256(pattern(0, LARGE)));
    expect((await wrk(`${proxy.url}/hello`)).requests).toBeGreaterThan(100);
    expect(proxy.errors).toEqual([]);
  });
});
