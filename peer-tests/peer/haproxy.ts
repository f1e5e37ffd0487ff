import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, findPeer } from './command.ts';
import { freePorts } from './free-ports.ts';

export interface Haproxy {
  /** On 127.0.0.1. */
  readonly ports: readonly number[];
  /** What it said so far: of its start, and of servers that went up and down. */
  log(): string;
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * Runs HAProxy in the foreground.
 *
 * @param portCount - how many ports it listens on
 * @param sections - makes its frontends and backends; timeouts are set
 */
export async function startHaproxy(
  portCount: number,
  sections: (ports: readonly number[]) => string,
): Promise<Haproxy> {
  const command = findPeer('haproxy');
  for (let attempt = 1; ; attempt++) {
    const haproxy = await tryHaproxy(command, await freePorts(portCount), sections);
    if (typeof haproxy !== 'string') return haproxy;
    // Somebody else may have taken a port between our finding it free and HAProxy binding it.
    if (attempt === ATTEMPTS || !haproxy.includes('Address already in use')) {
      throw new Error(`HAProxy does not start: ${haproxy}`);
    }
  }
}

async function tryHaproxy(
  command: string,
  ports: readonly number[],
  sections: (ports: readonly number[]) => string,
): Promise<Haproxy | string> {
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-haproxy-'));
  const config = join(dir, 'haproxy.cfg');
  await writeFile(
    config,
    `global
       maxconn 2000
     defaults
       mode http
       timeout connect 5s
       timeout client 30s
       timeout server 30s
     ${sections(ports)}
    `.replace(/^ +/gm, ''),
  );
  const child = spawn(command, ['-db', '-f', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (octets: Buffer) => (log += String(octets)));
  let isEnded = false;
  const end = ended(child).then(() => {
    isEnded = true;
  });
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  // It binds all its ports before it accepts on one.
  while (!(await accepts(ports[0]))) {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while it is waited
    if (!isEnded) continue;
    await remove();
    return log;
  }
  return {
    ports,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await end;
      await remove();
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(resolve, 5, false));
  });
}
