import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Round } from './client-process.ts';
import { median, spread, table } from './report.ts';

const FLOOR = 'bare-socket';
const SUBJECTS = [FLOOR, 'undici-dispatch', 'rxchange'];

/**
 * CPU an exchange of each client, small GET over 64 kept connections: a process each, rounds in turn (A B C A B C …), so
 * that what the machine does meanwhile falls on all of them.
 */
export async function benchClients(isQuick: boolean): Promise<Record<string, number>> {
  const order: Order = { count: isQuick ? 20_000 : 50_000, lanes: 64 };
  const rounds = isQuick ? 5 : 11;
  const server = start('./subjects/server-bare.ts');
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const clients = SUBJECTS.map((name) => start('./client-process.ts', name, String(port)));
  await Promise.all(clients.map((client) => once(client, 'message')));

  const results = SUBJECTS.map((): Round[] => []);
  for (const client of clients) await play(client, order);
  for (let round = 0; round < rounds; round++) {
    for (const [index, client] of clients.entries()) results[index]?.push(await play(client, order));
  }
  for (const process of [server, ...clients]) process.disconnect();

  const cpu = results.map((taken) => median(taken.map((round) => round.cpu)));
  const floor = cpu[0] ?? NaN;
  const undici = cpu[1] ?? NaN;
  table(
    ['client, 64 connections, small GET', 'CPU µs', 'spread', '× floor', '× undici dispatch', 'exchanges/s'],
    SUBJECTS.map((name, index) => [
      name,
      (cpu[index] ?? NaN).toFixed(1),
      spread((results[index] ?? []).map((round) => round.cpu)),
      ((cpu[index] ?? NaN) / floor).toFixed(2),
      ((cpu[index] ?? NaN) / undici).toFixed(2),
      median((results[index] ?? []).map((round) => round.rate)).toFixed(0),
    ]),
  );
  return Object.fromEntries(SUBJECTS.map((name, index) => [`client ${name} cpu µs`, cpu[index] ?? NaN]));
}

async function play(client: ChildProcess, order: Order): Promise<Round> {
  client.send(order);
  const [round] = (await once(client, 'message')) as [Round];
  return round;
}

function start(path: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(path, import.meta.url)), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // The package as it is built, and not its sources by way of a loader.
    env: {
      ...process.env,
      TSX_TSCONFIG_PATH: fileURLToPath(new URL('tsconfig.built.json', import.meta.url)),
    },
  });
}
