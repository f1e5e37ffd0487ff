import { afterEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { HttpClient, tcpTransport } from '../src/index.ts';
import { receive } from './ours/receive.ts';
import { until } from './until.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A process that listens on ::1 and never accepts, with its queue of connections full: what comes now is not answered. */
async function deadPort(): Promise<number> {
  const program = `
    const server = require('node:net').createServer();
    server.listen(0, '::1', 1, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
  });
  // The system's queue holds one more than it is told to.
  for (let nth = 0; nth < 2; nth++) {
    const socket = net.connect({ host: '::1', port });
    ends.push(() => socket.destroy());
    await until('the queue takes it', () => socket.readyState === 'open');
  }
  return port;
}

test('a live IPv4 address beside a dead IPv6 one is connected to within 400 ms', async () => {
  const port = await deadPort();
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 204 \r\nConnection: close\r\n\r\n');
  });
  ends.push(() => server.close());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const tried: string[] = [];
  const transport = tcpTransport({
    checkAddress: (address) => tried.push(address) > 0,
    lookup: (_, options, done) => {
      expect(options.all).toBe(true);
      done(null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]);
    },
  });

  // It is dead: of itself it is not connected to.
  const alone = net.connect({ host: '::1', port });
  ends.push(() => alone.destroy());

  const client = new HttpClient({ transport, connectTimeout: 5_000, retryLimit: 0 });
  const start = performance.now();
  const { head, error } = await receive(
    client.exchange({ method: 'GET', uri: `http://both:${port}/`, headers: [] }),
  );
  const ms = performance.now() - start;
  expect(error).toBeUndefined();
  expect(head?.status).toBe(204);
  expect(tried).toEqual(['::1', '127.0.0.1']);
  expect(ms).toBeGreaterThan(200);
  expect(ms).toBeLessThan(400);
  expect(alone.connecting).toBe(true);
  console.info(`connected beside a dead address in ${ms.toFixed(0)} ms`);
});
