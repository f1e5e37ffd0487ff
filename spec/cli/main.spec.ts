import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concat, finalize, NEVER, of, range, Subject, Subscription, map } from 'rxjs';
import { HttpServer, responseBody, responseDone, responseStart } from 'rxchange';

const CHUNK = Buffer.alloc(50_000, 'x');

let serving = Subscription.EMPTY;
let origin = '';
const left = new Subject<void>();

beforeAll(async () => {
  const started = new Subject<string>();
  const isStarted = new Promise<string>((resolve) => started.subscribe(resolve));
  serving = new HttpServer({ host: '127.0.0.1' })
    .serve(({ uri }) => {
      const start = of(responseStart(200));
      if (uri === '/hang') {
        return concat(start, of(responseBody(CHUNK)), NEVER).pipe(finalize(() => left.next()));
      }
      return concat(start, range(200).pipe(map(() => responseBody(CHUNK))), of(responseDone()));
    })
    .subscribe((notification) => {
      if (notification.type === 'start') started.next(`127.0.0.1:${notification.address.port}`);
    });
  origin = await isStarted;
});

afterAll(() => serving.unsubscribe());

function rxchange(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args]);
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<{ status: unknown; error: string }> {
  let error = '';
  child.stderr.on('data', (octets: Buffer) => (error += octets.toString()));
  const [status] = (await once(child, 'close')) as unknown[];
  return { status, error };
}

describe('the process', () => {
  test('writes ten megabytes whole and ends by itself with status 0', async () => {
    const child = rxchange(origin);
    let octets = 0;
    child.stdout.on('data', (chunk: Buffer) => (octets += chunk.length));
    expect(await ended(child)).toEqual({ status: 0, error: '' });
    expect(octets).toBe(200 * CHUNK.length);
  });

  test('ends quietly when nobody reads its output any more', async () => {
    const child = rxchange(origin);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended(child)).toEqual({ status: 0, error: '' });
  });

  test('says nothing of a pipe that breaks behind its last word', async () => {
    const child = rxchange('--help');
    child.stdout.destroy();
    expect(await ended(child)).toEqual({ status: 0, error: '' });
  });

  test('ends on SIGINT: the server sees it leave', async () => {
    const isLeft = new Promise<void>((resolve) => left.subscribe(() => resolve()));
    const child = rxchange('--marbles', `${origin}/hang`);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { status, error } = await ended(child);
    await isLeft;
    expect(status).toBe(130);
    expect(error).toMatch(/! {3}1 frame = 10 ms\n[^]* {2}! {2}unsubscribed after \d+ ms\n$/);
  });

  test('knows its version', async () => {
    const child = rxchange('--version');
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await ended(child)).toEqual({ status: 0, error: '' });
    expect(text).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  test('ends with status 1 for a server that is none, and 2 for wrong usage', async () => {
    const server: Server = createServer((socket) => socket.end('220 smtp ready\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [failed, wrong] = await Promise.all([
      ended(rxchange(`127.0.0.1:${port}`)),
      ended(rxchange('--bogus')),
    ]);
    server.close();
    expect(failed.status).toBe(1);
    expect(failed.error).toMatch(/^rxchange: \w+Error [A-Z_]+: .*\n$/);
    expect(wrong.status).toBe(2);
  });
});
