/**
 * Stops a server by SIGTERM, again and again, under wrk and under clients that keep their connections: of all requests that
 * were accepted none may fail. What a client was refused, or what waited in the system's queue when the socket that listened
 * was closed, had not been accepted; the server says at its end whom it had accepted.
 *
 * ```sh
 * npm run test:stop -- --rounds 50
 * ```
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { concat, delay, finalize, fromEvent, mergeMap, of, tap, timer, type Observable } from 'rxjs';
import type { ResponseNotification } from '../src/message/notifications.ts';
import { responseBody, responseDone, responseStart } from '../src/message/notifications.ts';
import { HttpServer } from '../src/server/http-server.ts';
import { tcpTransport } from '../src/transport/tcp.ts';
import type { Transport } from '../src/transport/transport.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '50' }, serve: { type: 'boolean', default: false } },
});

const CLIENTS = 24;
const WRK_CONNECTIONS = 16;
/** ms: longer than any client here thinks, so that each hears of the stop with an answer. */
const GRACE = 300;
const MOST_THOUGHT = 120;

/** What a server says at its end. */
interface Report {
  readonly ports: readonly number[];
  readonly begun: number;
  readonly done: number;
  readonly progress: readonly number[];
}

function serve(): void {
  const ports: number[] = [];
  const progress: number[] = [];
  let begun = 0;
  let done = 0;
  const text = (octets: string): Observable<ResponseNotification> =>
    of(
      responseStart(200, [['Content-Length', String(octets.length)]]),
      responseBody(Buffer.from(octets)),
      responseDone(),
    );
  const tcp = tcpTransport();
  const transport: Transport = {
    ...tcp,
    listen: (address) =>
      tcp.listen(address).pipe(
        tap((notification) => {
          if (notification.type === 'connection') ports.push(notification.connection.info.remotePort ?? 0);
        }),
      ),
  };
  new HttpServer({ host: '127.0.0.1', transport, stopGrace: GRACE })
    .serve(
      ({ uri }) => {
        begun++;
        const answer =
          uri === '/slow'
            ? timer(20).pipe(mergeMap(() => text('slow')))
            : uri === '/stream'
              ? concat(
                  of(responseStart(200), responseBody(Buffer.from('half'))),
                  of(responseBody(Buffer.from('half')), responseDone()).pipe(delay(30)),
                )
              : text('hello');
        return answer.pipe(
          tap(({ type }) => {
            if (type === 'response_done') done++;
          }),
        );
      },
      { stop: fromEvent(process, 'SIGTERM') },
    )
    .pipe(
      finalize(() => {
        const report: Report = { ports, begun, done, progress };
        process.send?.(report, () => process.disconnect());
      }),
    )
    .subscribe((notification) => {
      if (notification.type === 'start') process.send?.(notification.address.port);
      if (notification.type === 'stopping') progress.push(notification.connections);
    });
}

/** What a client has seen of its requests. */
interface Tally {
  answered: number;
  /** The local ports of connections on which a request got no answer, or half of one. */
  readonly failed: { readonly port: number; readonly why: string }[];
}

/** A client that asks, thinks, and asks again on the same connection, until nobody listens any more. */
async function client(port: number, tally: Tally): Promise<void> {
  for (;;) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    try {
      await once(socket, 'connect');
    } catch {
      return;
    }
    const local = socket.localPort ?? 0;
    const ended = new Promise<string>((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      socket.on('end', () => resolve('end'));
    });
    for (;;) {
      const answer = ask(socket, ['/now', '/slow', '/stream'][Math.floor(Math.random() * 3)]);
      const heard = await Promise.race([answer, ended]);
      if (typeof heard === 'string') {
        tally.failed.push({ port: local, why: heard });
        break;
      }
      tally.answered++;
      if (heard.isLast) break;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MOST_THOUGHT));
    }
    socket.destroy();
  }
}

/** Resolves when an answer is whole. */
function ask(socket: net.Socket, path: string): Promise<{ readonly isLast: boolean }> {
  return new Promise((resolve) => {
    let heard = '';
    const hear = (octets: Buffer): void => {
      heard += octets.toString('latin1');
      const whole = /\r\n\r\n(?:hello|slow|4\r\nhalf\r\n4\r\nhalf\r\n0\r\n\r\n)$/.test(heard);
      if (!whole) return;
      socket.off('data', hear);
      resolve({ isLast: heard.includes('\r\nConnection: close\r\n') });
    };
    socket.on('data', hear);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  });
}

interface Round {
  readonly answered: number;
  readonly wrk: string;
  readonly faults: readonly string[];
  readonly stoppedIn: number;
}

async function round(): Promise<Round> {
  const server = fork(new URL(import.meta.url), ['--serve'], { execArgv: process.execArgv });
  const [port] = (await once(server, 'message')) as [number];
  const reported = once(server, 'message') as Promise<[Report]>;
  const exited = once(server, 'exit');
  const wrk = spawn('wrk', [
    '-t1',
    `-c${String(WRK_CONNECTIONS)}`,
    '-d2s',
    `http://127.0.0.1:${String(port)}/now`,
  ]);
  const wrkSaid = output(wrk);
  const tally: Tally = { answered: 0, failed: [] };
  const clients = Array.from({ length: CLIENTS }, () => client(port, tally));
  await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 800));
  const told = Date.now();
  server.kill('SIGTERM');
  const [report] = await reported;
  const [status] = (await exited) as [number | null];
  const stoppedIn = Date.now() - told;
  await Promise.all(clients);
  const said = await wrkSaid;
  const accepted = new Set(report.ports);
  const faults = tally.failed.filter((failed) => accepted.has(failed.port)).map(({ why }) => why);
  if (report.begun !== report.done) faults.push(`${String(report.begun)} begun, ${String(report.done)} done`);
  if (status !== 0) faults.push(`exit ${String(status)}`);
  return { answered: report.done, wrk: /Socket errors: .*/.exec(said)?.[0] ?? '', faults, stoppedIn };
}

async function output(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.on('data', (octets: Buffer) => (said += octets.toString()));
  await once(child, 'close');
  return said;
}

async function main(): Promise<void> {
  const rounds = Number(values.rounds);
  let answered = 0;
  let failed = 0;
  let wrkReads = 0;
  let longest = 0;
  for (let nth = 1; nth <= rounds; nth++) {
    const result = await round();
    answered += result.answered;
    failed += result.faults.length;
    wrkReads += Number(/read (\d+)/.exec(result.wrk)?.[1] ?? 0);
    longest = Math.max(longest, result.stoppedIn);
    if (result.faults.length > 0) console.error(`round ${String(nth)}: ${result.faults.join(', ')}`);
  }
  console.log(
    `${String(rounds)} stops, the longest in ${String(longest)} ms: ${String(answered)} requests answered, ` +
      `${String(failed)} that were accepted failed; wrk met ${String(wrkReads)} read errors`,
  );
  if (failed > 0) process.exitCode = 1;
}

if (values.serve) serve();
else await main();
