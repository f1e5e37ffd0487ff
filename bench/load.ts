import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a server is asked. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Requests on a connection that are sent before the first is answered. */
  readonly pipelined?: number | undefined;
  /** JSON to send with each, by POST. */
  readonly content?: string | undefined;
  readonly seconds: number;
}

/** Responses, and how many of them a second. */
interface Answered {
  readonly count: number;
  readonly rate: number;
}

/** Loads a server as much as it takes: by wrk, or by autocannon where there is none, which takes more than it leaves. */
export const load = (await hasWrk()) ? byWrk : byAutocannon;

async function hasWrk(): Promise<boolean> {
  // It has no option that ends well.
  const failure: unknown = await run('wrk', ['--version']).catch((error: unknown) => error);
  return (failure as NodeJS.ErrnoException).code !== 'ENOENT';
}

async function byWrk({ url, connections, pipelined = 1, content, seconds }: Load): Promise<Answered> {
  const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
  const { stdout } = await run('wrk', [
    ...['--threads', '1', '--connections', String(connections), '--duration', `${String(seconds)}s`],
    ...(pipelined > 1 || content !== undefined ? ['--script', script] : []),
    ...[url, '--', String(pipelined)],
    ...(content === undefined ? [] : [content]),
  ]);
  return refused(stdout, {
    count: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    rate: Number(/Requests\/sec: +([\d.]+)/.exec(stdout)?.[1]),
  });
}

function refused(output: string, answered: Answered): Answered {
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(output);
  return answered;
}

async function byAutocannon({ url, connections, pipelined = 1, content, seconds }: Load): Promise<Answered> {
  const { default: autocannon } = await import('autocannon');
  const { requests, non2xx, errors } = await autocannon({
    url,
    connections,
    pipelining: pipelined,
    duration: seconds,
    ...(content !== undefined && {
      method: 'POST',
      body: content,
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  if (non2xx + errors > 0) throw new Error(`${String(non2xx)} refusals and ${String(errors)} errors`);
  return { count: requests.total, rate: requests.average };
}
