/**
 * Sends a large response through a gateway to a reader that takes 20 MiB in a second. The gateway's memory, with what waits in
 * its sockets, must not grow by 64 MiB; and where an interceptor drops the `flow`, so that nothing holds the origin, the
 * exchange must end with its typed error instead of growing.
 *
 * ```sh
 * npm run test:gateway -- --mib 1024
 * ```
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { concat, map, Observable, of } from 'rxjs';
import { HttpClient } from '../src/client/http-client.ts';
import { toOrigin } from '../src/interceptors/to-origin.ts';
import { compose, type Interceptor } from '../src/message/exchange.ts';
import type { Flow } from '../src/message/flow.ts';
import {
  responseBody,
  responseDone,
  responseStart,
  type ResponseNotification,
} from '../src/message/notifications.ts';
import { HttpServer } from '../src/server/http-server.ts';
import { Holds } from '../src/transport/holds.ts';
import { tcpTransport } from '../src/transport/tcp.ts';

const MIB = 1_048_576;
const RATE = 20 * MIB;
const MOST_GROWTH = 64 * MIB;
const LOOK_EVERY_MS = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mib: { type: 'string', default: '1024' } },
});
const TOTAL = Number(values.mib) * MIB;

/** As fast as it is let. */
function source(total: number): Observable<ResponseNotification> {
  return new Observable((subscriber) => {
    const piece = new Uint8Array(65_536).fill(0x61);
    let sent = 0;
    let isRunning = false;
    const flow: Flow & Holds = new Holds({ resume: () => run() });
    const run = (): void => {
      if (isRunning) return;
      isRunning = true;
      while (!flow.isHeld && !subscriber.closed) {
        if (sent === total) {
          subscriber.next(responseDone());
          subscriber.complete();
          break;
        }
        sent += piece.length;
        subscriber.next(responseBody(piece, flow));
      }
      isRunning = false;
    };
    run();
  });
}

function serveOrigin(): void {
  new HttpServer({ host: '127.0.0.1' })
    .serve(() => concat(of(responseStart(200, [['Content-Length', String(TOTAL)]])), source(TOTAL)))
    .subscribe((notification) => {
      if (notification.type === 'start') process.send?.(notification.address.port);
    });
}

/** What the gateway says of itself. */
interface Told {
  /** heapUsed, external, and what waits in its sockets, in octets. */
  readonly held: number;
  readonly errors: readonly string[];
}

const withoutFlow: Interceptor = (request, next) =>
  next(request).pipe(
    map((each) => (each.type === 'response_body' ? { type: each.type, chunk: each.chunk } : each)),
  );

function serveGateway(port: string, isDropping: boolean): void {
  const errors: string[] = [];
  const open = new Set<{ readonly buffered: number }>();
  const tcp = tcpTransport();
  const transport = {
    ...tcp,
    listen: (address: Parameters<typeof tcp.listen>[0]) =>
      tcp.listen(address).pipe(
        map((notification) => {
          if (notification.type === 'connection') open.add(notification.connection);
          return notification;
        }),
      ),
  };
  const interceptors = isDropping ? [withoutFlow] : [];
  const exchange = compose(new HttpClient().exchange, ...interceptors, toOrigin(`http://127.0.0.1:${port}`));
  const onError = (error: unknown): void =>
    void errors.push((error as { code?: string }).code ?? String(error));
  new HttpServer({ host: '127.0.0.1', transport, onError }).serve(exchange).subscribe((notification) => {
    if (notification.type === 'start') process.send?.(notification.address.port);
  });
  process.on('message', () => {
    const { heapUsed, external } = process.memoryUsage();
    let buffered = 0;
    for (const connection of open) buffered += connection.buffered;
    // What waits in a socket is external, and counted twice rather than not at all.
    process.send?.({ held: heapUsed + external + buffered, errors } satisfies Told);
  });
}

function start(...args: readonly string[]): ChildProcess {
  const child = fork(new URL(import.meta.url), [...args, '--mib', values.mib], {
    execArgv: process.execArgv,
  });
  return child;
}

async function ask(child: ChildProcess): Promise<Told> {
  const told = once(child, 'message') as Promise<[Told]>;
  child.send('tell');
  return (await told)[0];
}

/** Reads at the rate; resolves with how much came, when it has ended. */
function read(port: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    let received = 0;
    const startedAt = performance.now();
    const look = (): void => {
      const ahead = received - ((performance.now() - startedAt) / 1000) * RATE;
      if (ahead > 0) {
        socket.pause();
        setTimeout(look, (ahead / RATE) * 1000);
      } else {
        socket.resume();
      }
    };
    socket.on('data', (octets) => {
      received += octets.length;
      look();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  });
}

async function send(
  isDropping: boolean,
): Promise<{ received: number; growth: number; errors: readonly string[] }> {
  const origin = start('origin');
  const [originPort] = (await once(origin, 'message')) as [number];
  const gateway = start('gateway', String(originPort), isDropping ? 'dropping' : 'whole');
  const [port] = (await once(gateway, 'message')) as [number];
  const before = await ask(gateway);
  let most = 0;
  let isOver = false;
  const reading = read(port).finally(() => (isOver = true));
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while it is waited
  while (!isOver) {
    most = Math.max(most, (await ask(gateway)).held);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const received = await reading;
  const { errors } = await ask(gateway);
  gateway.kill();
  origin.kill();
  return { received, growth: most - before.held, errors };
}

async function main(): Promise<void> {
  const faults: string[] = [];
  for (const isDropping of [false, true]) {
    const { received, growth, errors } = await send(isDropping);
    const said = `${(received / MIB).toFixed(0)} MiB received, grown by ${(growth / MIB).toFixed(1)} MiB, told of ${errors.join(', ') || 'no error'}`;
    console.log(`${isDropping ? 'without flow' : 'with flow'}: ${said}`);
    if (growth > MOST_GROWTH) faults.push('it grows');
    if (isDropping ? errors.join() !== 'BUFFER_FULL' : received < TOTAL || errors.length > 0)
      faults.push(said);
  }
  process.exitCode = faults.length === 0 ? 0 : 1;
}

const [role, port = '', way] = positionals;
if (role === 'origin') serveOrigin();
else if (role === 'gateway') serveGateway(port, way === 'dropping');
else await main();
