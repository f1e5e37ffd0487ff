import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended, findPeer, run } from './peer/command.ts';
import { curl } from './peer/curl.ts';
import { freePorts } from './peer/free-ports.ts';
import { startHaproxy, type Haproxy } from './peer/haproxy.ts';
import { until } from './until.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/cluster.ts', import.meta.url));
const WORKERS = 2;

let port: number;
let example: ChildProcess;
let end: Promise<number | null>;
let haproxy: Haproxy;
let log = '';
/** The processes that came to listen, in their order. */
const listening = (): string[] => Array.from(log.matchAll(/^(\d+) listens$/gm), ([, pid]) => pid);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

beforeAll(async () => {
  [port] = await freePorts(1);
  example = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), EXAMPLE], {
    env: { ...process.env, PORT: String(port), WORKERS: String(WORKERS) },
  });
  end = ended(example);
  for (const stream of [example.stdout, example.stderr]) {
    stream?.on('data', (octets: Buffer) => (log += octets.toString()));
  }
  await until('all workers listen', () => listening().length === WORKERS);
  haproxy = await startHaproxy(
    1,
    ([own]) => `
     listen cluster
     bind 127.0.0.1:${String(own)}
     server ours 127.0.0.1:${String(port)}`,
  );
}, 30_000);
afterAll(async () => {
  example.kill('SIGKILL');
  await haproxy.stop();
});

describe.each([
  ['directly', () => port],
  ['through HAProxy', () => haproxy.ports[0]],
])('a cluster that is asked %s', (_, portOf) => {
  test('loses nothing while all its workers are replaced', async () => {
    const before = listening();
    const url = `http://127.0.0.1:${String(portOf())}/`;
    example.kill('SIGHUP');
    // For as long as it takes: a second is long on one machine and short on another.
    while (listening().length < before.length + WORKERS) {
      const { stdout, stderr } = await run(findPeer('wrk'), ['-t1', '-c16', '-d2s', '--timeout', '10s', url]);
      const report = stdout.toString() + stderr;
      expect(report).not.toMatch(/Socket errors|Non-2xx/);
      expect(Number(/(\d+) requests in/.exec(report)?.[1])).toBeGreaterThan(100);
    }
    // What comes to listen last takes the place of one that has yet to end.
    await until('the old have ended', () => before.every((pid) => !isAlive(Number(pid))));
    const pid = /(\d+)/.exec((await curl(url)).text)?.[1];
    expect(listening().slice(-WORKERS)).toContain(pid);
  }, 90_000);
});

test('a worker that dies is replaced', async () => {
  const count = listening().length;
  process.kill(Number(listening().at(-1)), 'SIGKILL');
  await until('another listens', () => listening().length === count + 1);
});

test('a cluster that is told to stop ends when it has answered', async () => {
  example.kill('SIGTERM');
  expect(await end).toBe(0);
  expect(log.replace(/^\d+ listens\n/gm, '')).toBe('');
});
