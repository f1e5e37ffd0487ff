import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catchError, concat, EMPTY, lastValueFrom, map, of, timer } from 'rxjs';
import {
  formatRecording,
  HttpClient,
  parseRecording,
  ReadTimeoutError,
  recordMarbles,
  replay,
  requestBody,
  requestDone,
  type HttpClientOptions,
  type HttpRequest,
  type Recording,
} from 'rxchange';
import { drawRecording } from 'rxchange/swirly';
import { HttpTestScheduler } from 'rxchange/testing';
import { startNginx } from './peer/nginx.ts';
import { nodeServer, rawServer } from './peer/node-server.ts';

const stops: (() => Promise<void>)[] = [];
let nginx: string;

beforeAll(async () => {
  const server = await startNginx(1, ({ ports: [port], dir }) => {
    const root = join(dir, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'slow.bin'), Buffer.alloc(60_000, 'rxchange '));
    // At this rate the content comes in several pieces, well apart.
    return `server { listen 127.0.0.1:${port}; root ${root}; location / { limit_rate 100k; } }`;
  });
  stops.push(() => server.stop());
  nginx = `http://127.0.0.1:${server.ports[0]}`;
});

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** The exchange as it went, read from the file that it would be written to. */
async function record(request: HttpRequest, options: HttpClientOptions = {}): Promise<Recording> {
  let text = '';
  const exchange = new HttpClient({ idleTimeout: 0, ...options }).exchange(request);
  const recorded = exchange.pipe(
    recordMarbles((recording) => (text = formatRecording(recording))),
    catchError(() => EMPTY),
  );
  await lastValueFrom(recorded, { defaultValue: undefined });
  // `RECORDINGS=folder` keeps them, to be looked at.
  const { RECORDINGS } = process.env;
  if (RECORDINGS !== undefined) {
    const name = join(RECORDINGS, expect.getState().currentTestName!.replace(/\W+/g, '-'));
    writeFileSync(`${name}.json`, text);
    writeFileSync(
      `${name}.svg`,
      drawRecording(parseRecording(text), { title: `${request.method} ${request.uri}` }),
    );
  }
  return parseRecording(text);
}

/** Plays it on virtual time, where it is what it was, to be recorded again as the same. */
function expectTheSameAgain(recording: Recording): void {
  const { marbles, values, error } = recording;
  const request = { method: 'GET', uri: 'http://nobody/', headers: [] };
  let again: Recording | undefined;
  new HttpTestScheduler().run(({ expectExchange }) => {
    const replayed = replay(recording)(request).pipe(recordMarbles((played) => (again = played)));
    expectExchange(replayed).toBe(marbles, values, error as Error | undefined);
  });
  expect(again).toEqual(recording);
}

describe('an exchange that is recorded, and played on virtual time, is the same', () => {
  test('with nginx, whose content comes in pieces', async () => {
    const recording = await record({ method: 'GET', uri: `${nginx}/slow.bin`, headers: [] });
    // Long enough to be worth it: a head, and content that came more than once.
    expect(recording.marbles).toMatch(/s.*b.*[^bd|()].*\|/);
    expectTheSameAgain(recording);
  });

  test('with a server that falls silent, at once and then in the content', async () => {
    const server = await rawServer((socket) => {
      if (server.accepted > 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
    });
    stops.push(() => server.stop());
    const request = { method: 'GET', uri: `${server.url}/`, headers: [] };
    const recording = await record(request, { readTimeout: 200, retryLimit: 1, retryDelay: 100 });
    // Silence, a wait, what the second attempt has had, and silence.
    const [first, last] = [...recording.marbles.matchAll(/(\d+)ms/g)].map(([, ms]) => Number(ms));
    expect(recording.marbles).toMatch(/^\d+ms (s-*b|\(sb\)) \d+ms #$/);
    expect(first).toBeGreaterThanOrEqual(299);
    expect(last).toBeGreaterThan(150);
    expect(recording.error).toBeInstanceOf(ReadTimeoutError);
    expect(recording.error).toMatchObject({ timeout: 200, exchange: { attempts: 2, answered: true } });
    expectTheSameAgain(recording);
  });

  test('with an upload, which the server asks for before it answers', async () => {
    const server = await nodeServer((request, response) => {
      let octets = 0;
      request.on('data', ({ length }: Buffer) => (octets += length));
      request.on('end', () => response.end(`${octets} octets`));
    });
    stops.push(() => server.stop());
    const piece = requestBody(new Uint8Array(50_000));
    const pieces = [1, 2, 3, 4].map(() => timer(30).pipe(map(() => piece)));
    const recording = await record({
      method: 'PUT',
      uri: `${server.url}/`,
      headers: [['Expect', '100-continue']],
      body: concat(...pieces, of(requestDone())),
    });
    expect(recording.marbles).toMatch(/i.*s.*b.*d\|\)$/);
    expect(recording.values).toMatchObject({
      i: { status: 100 },
      b: { chunk: Buffer.from('200000 octets') },
    });
    expectTheSameAgain(recording);
  });
});
