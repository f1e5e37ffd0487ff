import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatMap, finalize, NEVER, of } from 'rxjs';
import {
  compose,
  HttpClient,
  responseBody,
  responseDone,
  responseStart,
  toOrigin,
  type Handler,
} from '../src/index.ts';
import { pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { findPeer, run } from './peer/command.ts';
import { curl } from './peer/curl.ts';
import { until } from './until.ts';

/** `ab` is in Debian's apache2-utils; undici is the `fetch` of Node. */

const ports = new Set<number | undefined>();
let endless = 0;
const handler: Handler = ({ uri, body, connection }) => {
  ports.add(connection.remotePort);
  if (uri === '/endless') {
    endless++;
    return NEVER.pipe(finalize(() => endless--));
  }
  if (uri === '/hello') {
    return of(
      responseStart(200, [['Content-Length', '5']]),
      responseBody(Buffer.from('hello')),
      responseDone(),
    );
  }
  return body.pipe(
    concatMap((part, nth) => {
      const answer =
        part.type === 'request_done' ? responseDone(part.trailers) : responseBody(part.chunk, part.flow);
      return nth === 0 ? [responseStart(200), answer] : [answer];
    }),
  );
};

const stops: (() => unknown)[] = [];
let server: Served;
let file: string;
beforeAll(async () => {
  server = await serve(handler);
  stops.push(() => server.stop());
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-clients-'));
  stops.push(() => rm(dir, { recursive: true, force: true }));
  file = join(dir, 'content');
  await writeFile(file, pattern(0, 100_000));
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

test.each([
  ['HTTP/1.0', [], 200],
  ['HTTP/1.0 with keep-alive', ['-k'], 8],
])('ab, which speaks %s, finds no error', async (_, args, connections) => {
  ports.clear();
  for (const request of [[`${server.url}/hello`], ['-p', file, '-T', 'text/plain', `${server.url}/echo`]]) {
    const { status, stdout } = await run(findPeer('ab'), ['-q', '-n', '200', '-c', '8', ...args, ...request]);
    const report = stdout.toString();
    expect(status).toBe(0);
    expect(report).toMatch(/Complete requests: +200\n/);
    expect(report).toMatch(/Failed requests: +0\n/);
    expect(report).not.toMatch(/Write errors|Non-2xx/);
    if (request.length === 1) expect(ports.size).toBe(connections);
  }
});

test('undici keeps its connections, and streams both ways', async () => {
  ports.clear();
  for (let times = 0; times < 20; times++) {
    const response = await fetch(`${server.url}/hello`);
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
  }
  expect(ports.size).toBeLessThanOrEqual(2);
  const content = Buffer.from(pattern(0, 4 * 1_048_576));
  const stream = new Blob([content]).stream();
  const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
  const echoed = await fetch(`${server.url}/echo`, init);
  expect(Buffer.from(await echoed.arrayBuffer()).equals(content)).toBe(true);
});

test('undici gives up, directly and through a gateway, and the handler at the far end is unsubscribed', async () => {
  const gateway = await serve(compose(new HttpClient().exchange, toOrigin(server.url)));
  stops.push(() => gateway.stop());
  for (const url of [server.url, gateway.url]) {
    const giving = new AbortController();
    const failed = expect(fetch(`${url}/endless`, { signal: giving.signal })).rejects.toThrow();
    await until('the handler runs', () => endless === 1);
    giving.abort();
    await until('the handler is unsubscribed', () => endless === 0);
    await failed;
  }
  expect(gateway.errors).toEqual([]);
});

test('what a slow HTTP/1.0 client has of an answer does not look whole when the server stops', async () => {
  let isAnswered = false;
  const large = await serve(() =>
    of(responseStart(200), responseBody(new Uint8Array(64 * 1_048_576)), responseDone()).pipe(
      finalize(() => (isAnswered = true)),
    ),
  );
  const curled = curl('-0', '--limit-rate', '1M', large.url);
  await until('the answer is on its way', () => isAnswered);
  large.stop();
  expect((await curled).status).toBe(56);
});
