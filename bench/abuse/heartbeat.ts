/** A client that asks a server whether it still answers, again and again, on a connection of its own each time. */
import net from 'node:net';

const EVERY_MS = 50;
const PATIENCE_MS = 10_000;

/** Resolves with how long the answer took, in ms. */
function beat(port: number): Promise<number> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = net.connect({ port, host: '127.0.0.1' });
    const end = (took: number): void => {
      socket.destroy();
      resolve(took);
    };
    socket.setTimeout(PATIENCE_MS, () => end(Infinity));
    socket.on('error', () => end(Infinity));
    socket.on('data', () => end(performance.now() - startedAt));
    socket.write('GET /heartbeat HTTP/1.1\r\nHost: a\r\n\r\n');
  });
}

/** ms that an answer took at the longest. */
export interface Beat {
  readonly worst: number;
  /** Of a server that nobody abuses: what the machine makes of it. */
  readonly control: number;
}

/** A server that does nothing but answer. */
function control(): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
  });
}

/** Serves as what the heart compares with. */
export function runControl(): void {
  process.on('disconnect', () => process.exit());
  void control().then((port) => process.send?.({ port }));
}

/** Beats until it is asked for the longest that an answer has taken; each time it is asked, from then on. */
export function runHeartbeat(port: number, controlPort: number): void {
  let beats: Beat = { worst: 0, control: 0 };
  let isAsked = false;
  process.on('message', () => (isAsked = true));
  process.on('disconnect', () => process.exit());
  const next = async (): Promise<void> => {
    const worst = Math.max(beats.worst, await beat(port));
    beats = { worst, control: Math.max(beats.control, await beat(controlPort)) };
    if (isAsked) {
      // What is infinite has no JSON.
      process.send?.({ worst: Math.min(worst, PATIENCE_MS), control: beats.control });
      isAsked = false;
      beats = { worst: 0, control: 0 };
    }
    setTimeout(() => void next(), EVERY_MS);
  };
  void next();
}
