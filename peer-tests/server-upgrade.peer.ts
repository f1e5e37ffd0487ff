import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import type net from 'node:net';
import { EMPTY, ignoreElements, mergeMap, of, tap } from 'rxjs';
import {
  responseDone,
  responseStart,
  splice,
  tcpTransport,
  type Connection,
  type Handler,
} from '../src/index.ts';
import { pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { curl } from './peer/curl.ts';
import { nodeServer, type Peer } from './peer/node-server.ts';
import { RawClient } from './peer/raw-client.ts';
import { until } from './until.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serving(handler: Handler): Promise<Served> {
  const server = await serve(handler);
  stops.push(() => server.stop());
  return server;
}

const echo: Handler = ({ upgrade }) =>
  upgrade === undefined
    ? of(responseStart(426), responseDone())
    : upgrade.accept().pipe(
        mergeMap((connection) =>
          connection.read.pipe(
            tap({
              next: (octets) => connection.write(new Uint8Array(octets)),
              complete: () => connection.end(),
            }),
          ),
        ),
        ignoreElements(),
      );

/** A proxy for tunnels. */
const tunnel: Handler = ({ upgrade, uri }) => {
  if (upgrade === undefined) return of(responseStart(405), responseDone());
  const [host, port] = uri.split(':');
  return tcpTransport()
    .connect({ host, port: Number(port) })
    .pipe(
      mergeMap((phase) => (phase.type === 'connection' ? of(phase.connection) : EMPTY)),
      mergeMap((there) => upgrade.accept().pipe(mergeMap((here) => splice(here, there)))),
    );
};

function answer(connection: Connection): void {
  connection.read.subscribe((octets) => connection.write(new Uint8Array(octets)));
}

const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n';

/** Asks by node:http for another protocol. */
function ask(
  options: http.RequestOptions,
): Promise<{ response: http.IncomingMessage; socket: net.Socket; head: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', ...options });
    const switched = (response: http.IncomingMessage, socket: net.Socket, head: Buffer): void =>
      resolve({ response, socket, head });
    request.on('upgrade', switched).on('connect', switched).on('error', reject);
    request.on('response', (response) => reject(new Error(`answered ${String(response.statusCode)}`)));
    request.end();
  });
}

async function heard(socket: net.Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let octets = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    octets += chunk.length;
  });
  await until(`${String(length)} octets came back`, () => octets >= length);
  return Buffer.concat(chunks);
}

test('node:http upgrades, and 4 MiB go both ways', async () => {
  const { port, errors } = await serving(echo);
  const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
  const { response, socket } = await ask({ port, headers });
  expect(response.statusCode).toBe(101);
  expect(response.headers).toMatchObject({ upgrade: 'echo', connection: 'upgrade' });
  const large = pattern(0, 4 * 1_048_576);
  const back = heard(socket, large.length);
  socket.write(large);
  expect((await back).equals(large)).toBe(true);
  socket.end();
  await until('the server ends, too', () => socket.closed);
  expect(errors).toEqual([]);
});

test('what is sent along with the request is not lost, and not read as one', async () => {
  const { port } = await serving(echo);
  const client = await RawClient.connect(port);
  client.send(UPGRADE + UPGRADE);
  await client.has(UPGRADE);
  expect(client.count('HTTP/1.1 101')).toBe(1);
  client.send('more');
  await client.has('more');
  client.socket.destroy();
});

test('the connection is destroyed when the server stops, and the handler is unsubscribed when its client leaves', async () => {
  let leases = 0;
  const handler: Handler = ({ upgrade }) =>
    upgrade!.accept().pipe(
      tap({ next: () => leases++, finalize: () => leases-- }),
      mergeMap(({ read }) => read),
      ignoreElements(),
    );
  const server = await serving(handler);
  const clients = await Promise.all([RawClient.connect(server.port), RawClient.connect(server.port)]);
  for (const client of clients) client.send(UPGRADE);
  await until('both are accepted', () => leases === 2);
  clients[0].socket.resetAndDestroy();
  await until('one has left', () => leases === 1);
  server.stop();
  expect(leases).toBe(0);
  await clients[1].ended();
  expect(server.errors).toEqual([]);
});

test('a handler may take the connection by a promise, and loses nothing', async () => {
  const { port } = await serving(({ upgrade }) => {
    const accepted = upgrade!.accept();
    return accepted.pipe(
      mergeMap(async (connection) => {
        await new Promise((resolve) => setImmediate(resolve));
        answer(connection);
      }),
      ignoreElements(),
    );
  });
  const client = await RawClient.connect(port);
  client.send(`${UPGRADE}early`);
  await client.has('early');
  client.socket.destroy();
});

describe('CONNECT', () => {
  let origin: Peer;
  const large = pattern(0, 4 * 1_048_576);
  beforeEach(async () => {
    origin = await nodeServer((request, response) => {
      if (request.url === '/large') response.end(large);
      else request.pipe(response);
    });
    stops.push(() => origin.stop());
  });

  test('curl goes through', async () => {
    const { url, errors } = await serving(tunnel);
    const { status, stdout } = await curl(
      '--proxytunnel',
      '-x',
      url,
      '--noproxy',
      'none',
      `${origin.url}/large`,
    );
    expect(status).toBe(0);
    expect(stdout.equals(large)).toBe(true);
    const echoed = await curl('--proxytunnel', '-x', url, '--noproxy', 'none', '-d', 'hello', origin.url);
    expect(echoed.text).toBe('hello');
    expect(errors).toEqual([]);
  });

  test('node:http goes through, and what it leaves is left at the origin', async () => {
    const { port } = await serving(tunnel);
    const { response, socket } = await ask({ port, method: 'CONNECT', path: origin.url.slice(7) });
    expect(response.statusCode).toBe(200);
    expect(response.headers).not.toHaveProperty('content-length');
    expect(origin.open).toBe(1);
    socket.destroy();
    await origin.deserted();
  });

  test('an origin that is not there is a 502, behind which the connection ends', async () => {
    const { url, errors } = await serving(tunnel);
    await origin.stop();
    const { text } = await curl('-i', '--proxytunnel', '-x', url, '--noproxy', 'none', origin.url);
    expect(text).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n[^]*Connection: close\r\n/);
    expect(errors).toMatchObject([{ code: 'CONNECT' }]);
  });
});
