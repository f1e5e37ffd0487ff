import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient, recordMarbles, replay, type HttpRequest, type Recording } from 'rxchange';
import { HttpTestScheduler } from 'rxchange/testing';
import { startNginx } from './peer/nginx.ts';

const stops: (() => Promise<void>)[] = [];
let url: string;

beforeAll(async () => {
  const nginx = await startNginx(1, ({ ports: [port], dir }) => {
    const root = join(dir, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'slow.bin'), Buffer.alloc(60_000, 'rxchange '));
    // At this rate the content comes in several pieces, well apart.
    return `server { listen 127.0.0.1:${port}; root ${root}; location / { limit_rate 100k; } }`;
  });
  stops.push(() => nginx.stop());
  url = `http://127.0.0.1:${nginx.ports[0]}/slow.bin`;
});

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** The exchange as it went. */
async function record(request: HttpRequest): Promise<Recording> {
  const recordings: Recording[] = [];
  const exchange = new HttpClient({ idleTimeout: 0 }).exchange(request);
  await lastValueFrom(exchange.pipe(recordMarbles((recording) => recordings.push(recording))), {
    defaultValue: undefined,
  });
  return recordings[0];
}

test('an exchange with nginx is the same when it is played again', async () => {
  const request = { method: 'GET', uri: url, headers: [] };
  const recording = await record(request);
  // Long enough to be worth it: a head, and content that came more than once.
  expect(recording.marbles).toMatch(/s.*b.*[^bd|()].*\|/);

  let again: Recording | undefined;
  new HttpTestScheduler().run(({ expectExchange }) => {
    const replayed = replay(recording)(request);
    expectExchange(replayed.pipe(recordMarbles((played) => (again = played)))).toBe(
      recording.marbles,
      recording.values,
    );
  });
  expect(again!.marbles).toBe(recording.marbles);
  expect(again!.values).toEqual(recording.values);
});
