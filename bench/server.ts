import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { promisify } from 'node:util';
import { load, type Load } from './load.ts';
import { entered, playRounds, type Extent } from './rounds.ts';
import type { Result, Sample } from './statistics.ts';
import { Subject } from './subject.ts';

const SUBJECTS = ['bare', 'node-http', 'fastify', 'hono', 'nest-fastify', 'bun', 'rxchange'];

type Workload = Omit<Load, 'url' | 'seconds'> & {
  readonly path?: string;
  readonly scheme?: 'http' | 'https';
  /** Connections that have been asked something once, and stay open besides. */
  readonly idle?: number;
};

/** 1 KiB. */
export const JSON_CONTENT = JSON.stringify({ text: 'x'.repeat(1024 - '{"text":""}'.length) });

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'get-1': { connections: 1 },
  'get-64': { connections: 64 },
  'get-1000': { connections: 1_000 },
  'get-5000': { connections: 5_000 },
  'get-64-of-5000': { connections: 64, idle: 4_936 },
  'post-64': { connections: 64, content: JSON_CONTENT },
  'fields-10': { connections: 64, path: 'fields-10' },
  'fields-40': { connections: 64, path: 'fields-40' },
};

/** Requests a second that each server answers, and its CPU a request. */
export async function benchServers(extent: Extent): Promise<Result[]> {
  return playServers('server', WORKLOADS, extent);
}

/** Plays all servers at some workloads. */
export async function playServers(
  section: string,
  workloads: Readonly<Record<string, Workload>>,
  extent: Extent,
): Promise<Result[]> {
  const all = Object.entries(workloads).flatMap(([workload, how]) =>
    SUBJECTS.map((subject) => ({ section, workload, subject, how })),
  );
  const contestants = entered(all, extent);
  const servers = new Map<string, Subject>();
  for (const name of new Set(contestants.map(({ subject }) => subject))) {
    const server = await start(name);
    if (server !== undefined) servers.set(name, server);
  }
  const results = await playRounds(
    contestants.flatMap(({ how, ...contestant }) => {
      const server = servers.get(contestant.subject);
      return server === undefined
        ? []
        : [{ ...contestant, play: () => answer(server, contestant.workload, how) }];
    }),
    extent.isQuick ? 4 : 7,
  );
  for (const server of servers.values()) server.stop();
  return results;
}

/** What a server does in a second. */
export async function answer(
  server: Subject,
  workload: string,
  { path = '', scheme = 'http', idle = 0, ...how }: Workload,
): Promise<Sample> {
  await server.expect(how.pipelined === undefined ? workload : 'pipelined');
  const others = await open(server.port, idle);
  const before = await server.cpu();
  const url = `${scheme}://127.0.0.1:${String(server.port)}/${path}`;
  const { count, rate } = await load({ url, seconds: 1, ...how });
  const cpu = ((await server.cpu()) - before) / count;
  for (const socket of others) socket.destroy();
  return { cpu, rate };
}

async function open(port: number, count: number): Promise<net.Socket[]> {
  const sockets: net.Socket[] = [];
  while (sockets.length < count) {
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    sockets.push(socket);
  }
  return sockets;
}

async function start(name: string): Promise<Subject | undefined> {
  if (name !== 'bun') return Subject.start(`server-${name}`);
  const execPath = await bun();
  return execPath === undefined ? undefined : Subject.start('server-bun', { execPath });
}

/** Where Bun is, if npm can bring it: too large to be installed for those who do not ask for it. */
async function bun(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('npx', [
      ...['--yes', '--package', 'bun@1.4.5', '--call', 'readlink -f "$(which bun)"'],
    ]);
    return stdout.trim();
  } catch {
    console.log('bun could not be started');
    return undefined;
  }
}
