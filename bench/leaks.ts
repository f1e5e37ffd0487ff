/**
 * Rounds of exchanges that end in every way there is, against a server of bare sockets in a process of its own: whole,
 * unsubscribed at a random time, timed out, reset, cut, refused. After each, no socket and no scheduled action is left; and
 * the last round holds no more memory than the one before it.
 *
 * ```sh
 * npm run test:leaks -- --count 300000
 * npm run test:leaks -- --quick
 * ```
 */
import { fork } from 'node:child_process';
import net from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { asyncScheduler, lastValueFrom, of, type SchedulerLike, type Subscription } from 'rxjs';
import { HttpClient } from '../src/client/http-client.ts';
import { requestBody, requestDone } from '../src/message/notifications.ts';
import { tcpTransport } from '../src/transport/tcp.ts';

const ROUNDS = 3;
const LANES = 64;
const MEMORY_GROWTH = 1.1;
const REPORT_EVERY = 50_000;

const { values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const COUNT = Number(values.count ?? (values.quick ? 20_000 : 300_000));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz';

/** Answers by what the target says. */
function serve(): void {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    let pending = '';
    socket.on('data', (octets) => {
      pending += octets.toString('latin1');
      for (let end; (end = pending.indexOf('\r\n\r\n')) >= 0;) {
        const way = /^\w+ \/(\w+)/.exec(pending)?.[1];
        const length = Number(/Content-Length: (\d+)/.exec(pending.slice(0, end))?.[1] ?? 0);
        if (pending.length < end + 4 + length) return;
        pending = pending.slice(end + 4 + length);
        answer(socket, way);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as net.AddressInfo).port));
  process.on('disconnect', () => process.exit());
}

function answer(socket: net.Socket, way: string | undefined): void {
  switch (way) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'cut':
      socket.end(ANSWER.slice(0, -7));
      return;
    case 'silent':
      return;
    case 'slow':
      setTimeout(() => socket.write(ANSWER), 3);
      return;
    case 'close':
      socket.end(ANSWER.replace('Content', 'Connection: close\r\nContent'));
      return;
    default:
      socket.write(ANSWER);
  }
}

/** The scheduler of a client, and how many of its actions are yet to come. */
function counted(): { readonly scheduler: SchedulerLike; readonly pending: () => number } {
  const actions = new Set<Subscription>();
  const scheduler: SchedulerLike = {
    now: () => asyncScheduler.now(),
    schedule: (work, delay, state) => {
      const action: Subscription = asyncScheduler.schedule(
        function (given) {
          actions.delete(action);
          work.call(this, given as never);
        },
        delay,
        state,
      );
      actions.add(action);
      action.add(() => actions.delete(action));
      return action;
    },
  };
  return { scheduler, pending: () => actions.size };
}

/** Which way, and of a hundred how many. */
const WAYS: readonly (readonly [way: string, share: number])[] = [
  ['whole', 60],
  ['slow', 20],
  ['close', 5],
  ['reset', 5],
  ['cut', 5],
  ['silent', 5],
];

function drawWay(): string {
  let drawn = Math.random() * 100;
  for (const [way, share] of WAYS) if ((drawn -= share) < 0) return way;
  return 'whole';
}

function exchanges(client: HttpClient, url: string, count: number): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  let begun = 0;
  let ended = 0;
  return new Promise((resolve) => {
    const next = (): void => {
      if (begun === count) return;
      begun++;
      const method = Math.random() < 0.2 ? 'PUT' : Math.random() < 0.1 ? 'POST' : 'GET';
      const body = method === 'GET' ? undefined : of(requestBody(Buffer.from('abc')), requestDone());
      const headers = method === 'GET' ? [] : [['Content-Length', '3'] as const];
      const end = (outcome: string): void => {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (++ended % REPORT_EVERY === 0) console.log(`  ${String(ended)} exchanges`);
        if (ended === count) resolve(outcomes);
        else setImmediate(next);
      };
      const subscription = client.exchange({ method, uri: `${url}/${drawWay()}`, headers, body }).subscribe({
        error: (error: unknown) => end((error as { code?: string }).code ?? String(error)),
        complete: () => end('complete'),
      });
      if (Math.random() < 0.1 && !subscription.closed) {
        setTimeout(() => {
          if (subscription.closed) return;
          subscription.unsubscribe();
          end('unsubscribed');
        }, Math.random() * 5);
      }
    };
    for (let lane = 0; lane < LANES; lane++) next();
  });
}

const socketsOpen = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

async function settled(what: string, value: () => number): Promise<string[]> {
  for (let tries = 0; tries < 200 && value() > 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return value() > 0 ? [`${String(value())} ${what} left`] : [];
}

async function round(index: number, url: string): Promise<{ memory: number; faults: string[] }> {
  const { scheduler, pending } = counted();
  const client = new HttpClient({
    transport: tcpTransport(),
    scheduler,
    maxConnectionsPerOrigin: 32,
    acquireTimeout: 500,
    headersTimeout: 50,
    readTimeout: 60,
    deadline: 400,
    retryDelay: 1,
  });
  const startedAt = performance.now();
  const outcomes = await exchanges(client, url, COUNT);
  await lastValueFrom(client.close(), { defaultValue: undefined });
  const faults = [
    ...(await settled('sockets', socketsOpen)),
    ...(await settled('scheduled actions', pending)),
  ];
  for (let pass = 0; pass < 4; pass++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  const memory = (heapUsed + external) / 1_048_576;
  const seconds = (performance.now() - startedAt) / 1000;
  const counts = Array.from(outcomes, ([outcome, times]) => `${outcome} ${String(times)}`).join(', ');
  console.log(`round ${String(index)}: ${memory.toFixed(2)} MiB, ${seconds.toFixed(1)} s: ${counts}`);
  return { memory, faults };
}

async function main(): Promise<void> {
  const server = fork(new URL(import.meta.url), ['serve']);
  const port = await new Promise<number>((resolve) =>
    server.once('message', (given) => resolve(given as number)),
  );
  const faults: string[] = [];
  const memories: number[] = [];
  for (let index = 1; index <= ROUNDS; index++) {
    const ended = await round(index, `http://127.0.0.1:${String(port)}`);
    memories.push(ended.memory);
    faults.push(...ended.faults.map((fault) => `round ${String(index)}: ${fault}`));
  }
  const growth = memories[2] / memories[1];
  if (growth > MEMORY_GROWTH) faults.push(`memory grew by a factor of ${growth.toFixed(3)}`);
  console.log(faults.length === 0 ? `nothing is left; memory × ${growth.toFixed(3)}` : faults.join('\n'));
  server.disconnect();
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[2] === 'serve') serve();
else await main();
