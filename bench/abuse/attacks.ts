/** What a server has to live through. Each resolves while it is at its worst, and leaves its sockets open. */
import net from 'node:net';
import { REQUESTS } from '../hostile-corpus.ts';
import { Random, tamper } from '../tamper.ts';
import { strictReading, type Read } from './strict-reading.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** Octets that a server is sent at the most that never come to an end: more than the system takes for one that has ceased to read. */
const ENDLESS = 32 * 1_048_576;
/** ms in which it has to have had enough of them. */
const ENDLESS_MS = 10_000;
const DRIP_MS = 100;
const PATIENCE_MS = 10_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The sockets of an attack. */
export class Crowd {
  readonly port: number;
  private readonly sockets = new Set<net.Socket>();

  constructor(port: number) {
    this.port = port;
  }

  connect(): Promise<net.Socket> {
    return new Promise((resolve) => {
      const socket = net.connect({ port: this.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        resolve(socket);
      });
      socket.on('connect', () => resolve(socket));
    });
  }

  /** So many connections, a hundred at a time: as many as the system keeps waiting. */
  async connectAll(count: number): Promise<net.Socket[]> {
    const sockets: net.Socket[] = [];
    while (sockets.length < count) {
      const some = Math.min(100, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: some }, () => this.connect()))));
    }
    return sockets;
  }

  disperse(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** How much of it: 1 is all. */
export type Attack = (crowd: Crowd, scale: number) => Promise<Finding | undefined>;

/** What an attack has found out. */
export interface Finding {
  readonly fault?: string | undefined;
  readonly note?: string | undefined;
}

/** Sends the text octet by octet, on all of the sockets in turn. */
async function drip(sockets: readonly net.Socket[], text: string): Promise<undefined> {
  for (const octet of text) {
    for (const socket of sockets) if (socket.writable) socket.write(octet);
    await pause(DRIP_MS);
  }
  return undefined;
}

/** Sends the piece until the server has had enough. */
async function endless(
  crowd: Crowd,
  scale: number,
  start: string,
  piece: string,
): Promise<Finding | undefined> {
  const large = piece.repeat(Math.ceil(16_384 / piece.length));
  const end = Date.now() + ENDLESS_MS;
  const isKept = (): boolean => Date.now() > end;
  const taken = await Promise.all(
    Array.from({ length: Math.ceil(50 * scale) }, async () => {
      const socket = await crowd.connect();
      let sent = 0;
      socket.resume();
      socket.write(start);
      while (socket.writable && !socket.readableEnded && sent < ENDLESS && !isKept()) {
        sent += large.length;
        const isFlowing = socket.write(large);
        await (isFlowing ? new Promise((resolve) => setImmediate(resolve)) : drained(socket));
      }
      return sent;
    }),
  );
  const most = Math.max(...taken);
  return {
    note: `took ${(most / 1_048_576).toFixed(2)} MiB`,
    fault: most >= ENDLESS ? 'takes it for ever' : isKept() ? 'neither takes it nor closes' : undefined,
  };
}

/** Resolves when the socket has room again, has ended, or has made no progress for a second. */
function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'end'] as const;
    const end = (): void => {
      clearTimeout(patience);
      for (const event of events) socket.off(event, end);
      resolve();
    };
    const patience = setTimeout(end, 1_000);
    for (const event of events) socket.on(event, end);
  });
}

/** What a connection hears, when it has said all of the text and ended. */
function converse(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    let heard = '';
    const end = (): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(heard);
    };
    const patience = setTimeout(() => {
      heard += '\n(silence)';
      end();
    }, PATIENCE_MS);
    socket.on('data', (octets) => (heard += octets.toString('latin1')));
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
    socket.end(text, 'latin1');
  });
}

function readsOf(heard: string): Read[] {
  return Array.from(
    heard.matchAll(/^X-Read: (\S+)\r$/gm),
    ([, said = '']) => JSON.parse(Buffer.from(said, 'base64').toString()) as Read,
  );
}

const SEED = 8_009;
const LANES = 16;

/** Requests with something wrong, each on a connection of its own, held against the strict reading. */
async function mutated(crowd: Crowd, scale: number): Promise<Finding> {
  const count = Math.ceil(20_000 * scale);
  const otherwise: string[] = [];
  let accepted = 0;
  let fewer = 0;
  let silent = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const random = new Random(SEED, index);
      let text = random.oneOf(REQUESTS);
      for (let changes = 1 + random.below(4); changes > 0; changes--) text = tamper(text, REQUESTS, random);
      const heard = await converse(crowd.port, text);
      if (heard.endsWith('(silence)')) silent++;
      const reads = readsOf(heard);
      const strict = strictReading(text);
      accepted += reads.length;
      if (reads.length < strict.length) fewer++;
      const isOtherwise = reads.some((read, nth) => JSON.stringify(read) !== JSON.stringify(strict[nth]));
      if (isOtherwise) otherwise.push(JSON.stringify(text));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const faults = [
    otherwise.length > 0 ? `${String(otherwise.length)} read in two ways, as ${otherwise[0] ?? ''}` : '',
    silent > 0 ? `${String(silent)} without an end` : '',
  ].filter((fault) => fault !== '');
  return {
    note: `${String(accepted)} requests read, ${String(fewer)} inputs refused that could be read`,
    fault: faults.length > 0 ? faults.join('; ') : undefined,
  };
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'slow heads': async (crowd, scale) =>
    drip(await crowd.connectAll(Math.ceil(1_000 * scale)), `GET /${'a'.repeat(20)}`),

  'slow bodies': async (crowd, scale) => {
    const sockets = await crowd.connectAll(Math.ceil(1_000 * scale));
    for (const socket of sockets) socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n`);
    return drip(sockets, 'x'.repeat(20));
  },

  'idle connections': async (crowd, scale) => {
    await crowd.connectAll(Math.ceil(5_000 * scale));
    await pause(1_000);
    return undefined;
  },

  'pipelined requests to a peer that does not read': async (crowd, scale) => {
    const sockets = await crowd.connectAll(Math.ceil(50 * scale));
    for (const socket of sockets) {
      socket.pause();
      socket.write(GET.repeat(10_000));
    }
    await pause(2_000);
    return undefined;
  },

  'resets in the middle of a response': async (crowd, scale) => {
    for (let round = 0; round < 10; round++) {
      const sockets = await crowd.connectAll(Math.ceil(100 * scale));
      const reset = sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('data', () => {
              socket.resetAndDestroy();
              resolve();
            });
            socket.once('close', () => resolve());
            socket.write(GET.replace('/', '/large'));
          }),
      );
      await Promise.all(reset);
    }
    return undefined;
  },

  'half-open connections': async (crowd, scale) => {
    const sockets = await crowd.connectAll(Math.ceil(1_000 * scale));
    for (const [nth, socket] of sockets.entries()) {
      socket.resume();
      if (nth % 2 === 0) socket.end(HEAD);
      else socket.end('GET / HT');
    }
    await pause(1_000);
    return undefined;
  },

  'endless chunk extensions': (crowd, scale) => endless(crowd, scale, `${HEAD}1;`, 'a=b;'),
  'endless small chunk extensions': (crowd, scale) => endless(crowd, scale, HEAD, '1;a=b\r\nx\r\n'),
  'endless trailers': (crowd, scale) => endless(crowd, scale, `${HEAD}0\r\n`, 'A: b\r\n'),
  'endless empty lines': (crowd, scale) => endless(crowd, scale, '', '\r\n'),
  'endless heads': (crowd, scale) => endless(crowd, scale, 'GET / HTTP/1.1\r\n', 'A: b\r\n'),

  'mutated requests': mutated,
};
