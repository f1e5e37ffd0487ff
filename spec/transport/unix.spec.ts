import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import type { Connection } from '../../src/message/connection.ts';
import { ConnectError, ListenError, TlsError } from '../../src/message/errors.ts';
import type { ConnectTarget, ListenAddress } from '../../src/transport/transport.ts';
import { unixTransport } from '../../src/transport/unix.ts';

let dir: string;
let path: string;
const ends: (() => void)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rxchange-unix-'));
  path = join(dir, 'socket');
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(dir, { recursive: true, force: true });
});

interface Listening {
  readonly address: ListenAddress;
  readonly accepted: Connection[];
  readonly subscription: Subscription;
}

/** Sends back what it reads. */
function listen(): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const accepted: Connection[] = [];
    const subscription = unixTransport(path)
      .listen({ host: 'localhost', port: 80 })
      .subscribe({
        next: (notification) => {
          if (notification.type === 'listening') {
            setImmediate(() => resolve({ address: notification.address, accepted, subscription }));
            return;
          }
          if (notification.type !== 'connection') return;
          const { connection } = notification;
          accepted.push(connection);
          connection.read.subscribe({
            next: (octets) => connection.write(Buffer.from(octets)),
            error: () => undefined,
          });
        },
        error: reject,
      });
    ends.push(() => {
      subscription.unsubscribe();
      for (const connection of accepted) connection.destroy();
    });
  });
}

function connect(scheme?: ConnectTarget['scheme']): Promise<{ phases: string[]; connection: Connection }> {
  return new Promise((resolve, reject) => {
    const phases: string[] = [];
    unixTransport(path)
      .connect({ scheme, host: 'somebody', port: 80 })
      .subscribe({
        next: (phase) => {
          phases.push(phase.type);
          if (phase.type !== 'connection') return;
          ends.push(() => phase.connection.destroy());
          resolve({ phases, connection: phase.connection });
        },
        error: reject,
      });
  });
}

async function echoed(): Promise<string> {
  const { connection } = await connect('http');
  return new Promise((resolve, reject) => {
    connection.read.subscribe({
      next: (octets) => resolve(Buffer.from(octets).toString()),
      error: reject,
    });
    connection.write('hello');
  });
}

/** Leaves a socket's file behind, as a process does that is killed. */
function desert(): void {
  const listening = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listening]);
  expect(existsSync(path)).toBe(true);
}

test('octets go both ways, whatever the host and port', async () => {
  const { address } = await listen();
  expect(address).toEqual({ host: 'localhost', port: 80, path });
  expect((await connect()).phases).toEqual(['connected', 'connection']);
  expect(await echoed()).toBe('hello');
});

test('its file is gone with the listener, and connections stay', async () => {
  const { subscription, accepted } = await listen();
  const { connection } = await connect();
  await new Promise((resolve) => setImmediate(resolve));
  subscription.unsubscribe();
  const answer = new Promise((resolve) => {
    connection.read.subscribe((octets) => resolve(Buffer.from(octets).toString()));
  });
  connection.write('still here');
  expect(await answer).toBe('still here');
  expect(accepted).toHaveLength(1);
  expect(existsSync(path)).toBe(false);
});

test('a file on which nobody listens any more is replaced', async () => {
  desert();
  await expect(connect()).rejects.toBeInstanceOf(ConnectError);
  await listen();
  expect(await echoed()).toBe('hello');
});

test('one on which somebody listens is not', async () => {
  await listen();
  const error = await listen().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ListenError);
  expect(error).toMatchObject({ cause: { code: 'EADDRINUSE' } });
  expect(await echoed()).toBe('hello');
});

test('nor is a file that is no socket', async () => {
  writeFileSync(path, 'precious');
  const error = await listen().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ListenError);
  expect(readFileSync(path, 'latin1')).toBe('precious');
});

test('a connection that is cut is closed, as a reset is TCP’s', async () => {
  const { accepted } = await listen();
  const { connection } = await connect();
  const ended = new Promise((resolve) => {
    connection.read.subscribe({ complete: () => resolve('end'), error: () => resolve('break') });
  });
  await new Promise((resolve) => setImmediate(resolve));
  accepted[0].destroy(true);
  expect(await ended).toBe('end');
});

test('where nobody listens, nothing can be connected to', async () => {
  await expect(connect()).rejects.toMatchObject({ code: 'CONNECT', cause: { code: 'ENOENT' } });
});

test('it never speaks in the clear where https was asked for', async () => {
  const { accepted } = await listen();
  await expect(connect('https')).rejects.toBeInstanceOf(TlsError);
  expect(accepted).toHaveLength(0);
});

test('a path that is none is refused', () => {
  expect(() => unixTransport('')).toThrow(TypeError);
});

test('a path that is longer than the system takes is refused: it would be cut to that of another socket', () => {
  for (const long of [`/${'a'.repeat(107)}`, `/${'ä'.repeat(60)}`]) {
    expect(() => unixTransport(long)).toThrow(/^the path of a Unix domain socket has 10[37] octets at most/);
  }
  expect(() => unixTransport(`/${'a'.repeat(102)}`)).not.toThrow();
});
