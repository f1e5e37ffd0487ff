import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import { ended, findPeer } from './command.ts';

export interface Tinyproxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** What it said of its connections so far. */
  log(): string;
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * Runs tinyproxy in the foreground, as a process of its own.
 *
 * @param config - lines for its configuration, such as `BasicAuth me secret`
 */
export async function startTinyproxy(config = ''): Promise<Tinyproxy> {
  const command = findPeer('tinyproxy');
  for (let attempt = 1; ; attempt++) {
    const proxy = await tryTinyproxy(command, await freePort(), config);
    if (typeof proxy !== 'string') return proxy;
    // Somebody else may have taken the port between our finding it free and the proxy binding it.
    if (attempt === ATTEMPTS) throw new Error(`tinyproxy does not start: ${proxy}`);
  }
}

async function tryTinyproxy(command: string, port: number, config: string): Promise<Tinyproxy | string> {
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-tinyproxy-'));
  const file = join(dir, 'tinyproxy.conf');
  const lines = [
    `Port ${String(port)}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    'Timeout 20',
    'LogLevel Info',
  ];
  await writeFile(file, `${lines.join('\n')}\n${config}\n`);
  const child = spawn(command, ['-d', '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (octets: Buffer) => (log += octets.toString()));
  }
  let isEnded = false;
  const end = ended(child).then(() => {
    isEnded = true;
  });
  await until('tinyproxy listens', () => isEnded || log.includes('Accepting connections'));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await end;
    await rm(dir, { recursive: true, force: true });
  };
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while it is waited
  if (isEnded) {
    await stop();
    return log;
  }
  return { port, log: () => log, stop };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
