import http from 'node:http';
import type net from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { lastValueFrom, map, reduce } from 'rxjs';
import { HttpClient, HttpError, type HttpRequest } from '../src/index.ts';
import { staleCount } from './ours/stale-count.ts';
import { startNginx } from './peer/nginx.ts';
import { rawServer } from './peer/node-server.ts';

/** `RETRIES_FULL=1`: as many exchanges as the promise is about, which takes minutes. */
const IS_FULL = process.env['RETRIES_FULL'] !== undefined;
const LOOPS = 200;
const EXCHANGES = IS_FULL ? 20_000 : 4_000;
/** As many have to be met. How many of them a round meets is the machine's affair, so that rounds go on until then. */
const STALE = 200;
const MOST_ROUNDS = IS_FULL ? 200 : 60;
const BUSY_MS = 60;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Status and content. */
const received = ({ exchange }: HttpClient, request: HttpRequest): Promise<string> =>
  lastValueFrom(
    exchange(request).pipe(
      map((notification) => {
        if (notification.type === 'response_start') return `${notification.status} `;
        return notification.type === 'response_body'
          ? Buffer.from(notification.chunk).toString('latin1')
          : '';
      }),
      reduce((all, part) => all + part, ''),
    ),
    { defaultValue: '' },
  );

const get = (uri: string): HttpRequest => ({ method: 'GET', uri, headers: [] });

/** How often each outcome came. */
class Outcomes {
  readonly counts = new Map<string, number>();

  async count(work: Promise<string>): Promise<void> {
    const outcome = await work.catch((error: unknown) => `error ${(error as HttpError).code}`);
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
  }
}

describe('nginx that closes what is idle for a second', () => {
  test(
    `and ${LOOPS} loops that come back after about that: stale connections are met, and nobody hears of it`,
    async () => {
      const nginx = await startNginx(
        1,
        ({ ports: [port] }) => `
          keepalive_timeout 1s;
          keepalive_requests 100000;
          server { listen ${port}; location / { return 200 "here"; } }
        `,
      );
      stops.push(() => nginx.stop());
      const stale = staleCount();
      const client = new HttpClient({
        transport: stale.transport,
        // Not a retry but the replay is what is to be seen; and no hint may keep it from happening.
        retryLimit: 0,
      });
      const outcomes = new Outcomes();
      // Each loop has an address of its own: the others would keep its connection from being idle for so long.
      const least = EXCHANGES / LOOPS;
      let exchanges = 0;
      await Promise.all(
        Array.from({ length: LOOPS }, async (_, loop) => {
          for (let index = 0; index < least || (stale.met < STALE && index < MOST_ROUNDS); index++) {
            exchanges++;
            await outcomes.count(received(client, get(`http://127.0.0.${loop + 1}:${nginx.ports[0]}/`)));
            if (loop > 0 || index % 2 === 0) {
              await wait(990 + Math.random() * 20);
              continue;
            }
            // On one machine a FIN and a request hardly ever cross. They do when a process is busy with something else
            // for some ms, and has not read the FIN yet when it asks.
            await wait(970);
            const end = performance.now() + BUSY_MS;
            while (performance.now() < end);
          }
        }),
      );
      await lastValueFrom(client.close(), { defaultValue: undefined });
      console.log(`${exchanges} exchanges met ${stale.met} stale connections`);
      expect(Object.fromEntries(outcomes.counts)).toEqual({ '200 here': exchanges });
      expect(stale.met).toBeGreaterThanOrEqual(STALE);
    },
    IS_FULL ? 300_000 : 90_000,
  );
});

describe('node:http that is restarted', () => {
  test('under load: no GET hears of it', async () => {
    let port = 0;
    let server: http.Server | undefined;
    const start = async (): Promise<void> => {
      const sockets = new Set<net.Socket>();
      const started = http.createServer((_, response) => {
        setTimeout(() => response.end('here'), Math.random() * 5);
      });
      started.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => started.listen(port, '127.0.0.1', resolve));
      ({ port } = started.address() as net.AddressInfo);
      server = started;
    };
    const stop = async (): Promise<void> => {
      const stopped = server;
      const closed = new Promise((resolve) => stopped?.close(resolve));
      // As a process that is killed does: whatever is under way is cut.
      stopped?.closeAllConnections();
      await closed;
    };
    await start();
    stops.push(stop);
    const client = new HttpClient({ retryLimit: 20, retryDelay: 25, maxConnectionsPerOrigin: 50 });
    const outcomes = new Outcomes();
    let isOver = false;
    let asked = 0;
    const loops = Promise.all(
      Array.from({ length: 50 }, async () => {
        while (!isOver) {
          asked++;
          await outcomes.count(received(client, get(`http://127.0.0.1:${port}/`)));
        }
      }),
    );
    for (let restarts = 0; restarts < 10; restarts++) {
      await wait(150);
      await stop();
      await wait(50);
      await start();
    }
    isOver = true;
    await loops;
    await lastValueFrom(client.close(), { defaultValue: undefined });
    expect(asked).toBeGreaterThan(1_000);
    expect(Object.fromEntries(outcomes.counts)).toEqual({ '200 here': asked });
  }, 60_000);
});

describe('a server that resets', () => {
  const content = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
  const answers: [string, string][] = [
    ['by length', `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`],
    [
      'in chunks',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n34\r\n${content.slice(0, 52)}\r\n34\r\n${content.slice(52)}\r\n0\r\n\r\n`,
    ],
  ];
  const cuts: [string, (socket: net.Socket) => unknown][] = [
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['an end', (socket) => socket.end()],
  ];
  test.each(answers.flatMap((answer) => cuts.map((cut) => [...answer, ...cut] as const)))(
    'behind any number of octets of an answer %s: a typed error or the whole of it, and never another',
    async (_, answer, name, cut) => {
      for (let length = 0; length <= 200; length++) {
        for (const isReused of [false, true]) {
          let asked = 0;
          const server = await rawServer((socket) => {
            asked++;
            if (asked === 1 && isReused) socket.write(answers[0][1]);
            else if (asked > (isReused ? 2 : 1)) socket.end(answer);
            else {
              socket.write(answer.slice(0, length), () => cut(socket));
            }
          });
          const client = new HttpClient({ transport: staleCount().transport, retryDelay: 0 });
          if (isReused) await received(client, get(server.url));
          const outcome = await received(client, get(server.url)).catch((error: unknown) => error);
          const where = `${name} behind ${length} octets`;
          if (outcome instanceof HttpError) {
            expect([where, outcome.code]).toEqual([
              where,
              expect.stringMatching(/^(CONNECTION_RESET|INCOMPLETE_MESSAGE)$/),
            ]);
            // Nothing was told before the head was whole, so that it was tried again.
            expect([where, length]).toEqual([where, expect.any(Number)]);
            expect(length).toBeGreaterThanOrEqual(answer.indexOf('\r\n\r\n') + 4);
            expect(length).toBeLessThan(answer.length);
          } else {
            expect([where, outcome]).toEqual([where, `200 ${content}`]);
          }
          await lastValueFrom(client.close(), { defaultValue: undefined });
          await server.stop();
        }
      }
    },
    60_000,
  );
});
