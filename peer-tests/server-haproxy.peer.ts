import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatMap } from 'rxjs';
import { proxyProtocol, respond, textBody, trustForwarded, type Handler } from '../src/index.ts';
import { pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { findPeer, run } from './peer/command.ts';
import { curl, WRITE_OUT } from './peer/curl.ts';
import { startHaproxy, type Haproxy } from './peer/haproxy.ts';
import { until } from './until.ts';

const LARGE = 4 * 1_048_576;
const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** Who asked for `/health`. */
const checkers: string[] = [];
const handler: Handler = ({ uri, body, scheme, authority, connection: { remoteAddress, remotePort } }) => {
  if (uri === '/health') checkers.push(String(remoteAddress));
  if (uri !== '/sha256') {
    const who = `${String(remoteAddress)} ${String(remotePort)}`;
    return respond(
      200,
      textBody(uri === '/what' ? `${scheme} ${String(authority)} ${String(remoteAddress)}` : who),
    );
  }
  const hash = createHash('sha256');
  return body.pipe(
    concatMap((part) => {
      if (part.type === 'request_done') return respond(200, textBody(hash.digest('hex')));
      hash.update(part.chunk);
      return [];
    }),
  );
};

const stops: (() => unknown)[] = [];
const refused: string[] = [];
let proxied: Served;
let plain: Served;
let haproxy: Haproxy;
let file: string;
beforeAll(async () => {
  proxied = await serve(handler, {
    transport: proxyProtocol({
      from: ['127.0.0.0/8'],
      onHeaderError: ({ message }) => refused.push(message),
    }),
  });
  stops.push(() => proxied.stop());
  plain = await serve(trustForwarded({ from: ['127.0.0.1'], by: 'x-forwarded' })(handler));
  stops.push(() => plain.stop());
  const backend = (name: string, port: number, options: string): string =>
    `frontend ${name}
     bind 127.0.0.1:${String(port)}
     default_backend ${name}
     backend ${name}
     server ours 127.0.0.1:${String(proxied.port)} ${options}
    `;
  haproxy = await startHaproxy(
    5,
    (ports) =>
      backend('v1', ports[0], 'send-proxy') +
      backend('v2', ports[1], 'send-proxy-v2') +
      backend('v2-additions', ports[2], 'send-proxy-v2 proxy-v2-options crc32c') +
      `listen tcp
       mode tcp
       bind 127.0.0.1:${String(ports[3])}
       server ours 127.0.0.1:${String(proxied.port)} send-proxy-v2
       # Apart: on a busy machine a check is late, and what it is late for is down.
       backend checks
       option httpchk GET /health
       server v1 127.0.0.1:${String(proxied.port)} check inter 50ms send-proxy
       server v2 127.0.0.1:${String(proxied.port)} check inter 50ms send-proxy-v2
       frontend fields
       bind 127.0.0.1:${String(ports[4])}
       option forwardfor
       http-request set-header X-Forwarded-Proto https
       http-request set-header X-Forwarded-Host shop.example
       default_backend fields
       backend fields
       server ours 127.0.0.1:${String(plain.port)}
      `,
  );
  stops.push(() => haproxy.stop());
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-haproxy-file-'));
  stops.push(() => rm(dir, { recursive: true, force: true }));
  file = join(dir, 'large.bin');
  await writeFile(file, pattern(0, LARGE));
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

describe.each([
  ['version 1', 0],
  ['version 2', 1],
  ['version 2 with additions', 2],
  ['version 2 on TCP', 3],
])('HAProxy before the server, by the PROXY protocol, %s,', (_, nth) => {
  test('says who the client is', async () => {
    const { text, written } = await curl(
      `http://127.0.0.1:${String(haproxy.ports[nth])}/`,
      '-w',
      `${WRITE_OUT}%{local_port}`,
    );
    expect(text).toBe(`127.0.0.1 ${written}`);
  });

  test('hands large content on', async () => {
    const { text } = await curl('-T', file, `http://127.0.0.1:${String(haproxy.ports[nth])}/sha256`);
    expect(text).toBe(sha256(pattern(0, LARGE)));
  });

  test('under wrk finds no error', async () => {
    const { stdout, stderr } = await run(findPeer('wrk'), [
      ...['-t1', '-c16', '-d1s'],
      `http://127.0.0.1:${String(haproxy.ports[nth])}/`,
    ]);
    const report = stdout.toString() + stderr;
    expect(report).not.toMatch(/Socket errors|Non-2xx/);
    expect(Number(/(\d+) requests in/.exec(report)?.[1])).toBeGreaterThan(100);
  });
});

test('the checks of HAProxy itself are answered', async () => {
  await until('checks have come', () => checkers.length > 4);
  expect(new Set(checkers)).toEqual(new Set(['127.0.0.1']));
});

test('who leaves the header out is not answered', async () => {
  refused.length = 0;
  const { status, text } = await curl(proxied.url);
  expect([status, text]).toEqual([52, '']);
  expect(refused).toEqual([expect.stringContaining('neither version begins so')]);
});

test('the fields of HAProxy are believed, and those of its clients are not', async () => {
  const url = `http://127.0.0.1:${String(haproxy.ports[4])}/what`;
  // From another address than HAProxy itself has.
  const client = ['--interface', '127.0.0.2'];
  const forged = ['X-Forwarded-For: 192.0.2.66', 'X-Forwarded-Proto: http', 'X-Forwarded-Host: evil'];
  expect((await curl(...client, url)).text).toBe('https shop.example 127.0.0.2');
  expect((await curl(...client, ...forged.flatMap((line) => ['-H', line]), url)).text).toBe(
    'https shop.example 127.0.0.2',
  );
});
