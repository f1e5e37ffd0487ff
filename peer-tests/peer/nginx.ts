import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import { ended, findPeer } from './command.ts';
import { freePorts } from './free-ports.ts';

export interface Nginx {
  /** On 127.0.0.1. */
  readonly ports: readonly number[];
  /** What it said of its errors so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Where a configuration is written for. */
export interface NginxPlace {
  readonly ports: readonly number[];
  /** Of this nginx alone, and gone when it is stopped: for files to serve. */
  readonly dir: string;
}

const ATTEMPTS = 5;

/**
 * Runs nginx in the foreground, as a process of its own with nothing from outside its folder.
 *
 * @param portCount - how many ports it listens on
 * @param http - makes the inside of its `http { … }`, one or more `server { … }`
 */
export async function startNginx(portCount: number, http: (place: NginxPlace) => string): Promise<Nginx> {
  const command = findPeer('nginx');
  for (let attempt = 1; ; attempt++) {
    const nginx = await tryNginx(command, await freePorts(portCount), http);
    if (typeof nginx !== 'string') return nginx;
    // Somebody else may have taken a port between our finding it free and nginx binding it.
    if (attempt === ATTEMPTS || !nginx.includes('Address already in use')) {
      throw new Error(`nginx does not start: ${nginx}`);
    }
  }
}

async function tryNginx(
  command: string,
  ports: readonly number[],
  http: (place: NginxPlace) => string,
): Promise<Nginx | string> {
  const dir = await mkdtemp(join(tmpdir(), 'rxchange-nginx-'));
  const config = join(dir, 'nginx.conf');
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    config,
    `daemon off;
     master_process off;
     pid ${dir}/pid;
     error_log stderr warn;
     events { worker_connections 1024; }
     http {
       access_log off;
       ${folders.map((folder) => `${folder}_temp_path ${dir}/${folder};`).join('\n')}
       ${http({ ports, dir })}
     }`,
  );
  const child = spawn(command, ['-p', dir, '-e', 'stderr', '-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (octets: Buffer) => (log += octets.toString()));
  let isEnded = false;
  const end = ended(child).then(() => {
    isEnded = true;
  });
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  // It writes its pid when it listens on all its ports.
  await until('nginx listens', () => isEnded || existsSync(join(dir, 'pid')));
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while it is waited
  if (isEnded) {
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
