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

/** Beats until it is asked for the longest that an answer has taken; each time it is asked, from then on. */
export function runHeartbeat(port: number): void {
  let worst = 0;
  let isAsked = false;
  process.on('message', () => (isAsked = true));
  process.on('disconnect', () => process.exit());
  const next = async (): Promise<void> => {
    worst = Math.max(worst, await beat(port));

    if (isAsked) {
      // What is infinite has no JSON.
      process.send?.(Math.min(worst, PATIENCE_MS));
      isAsked = false;
      worst = 0;
    }
    setTimeout(() => void next(), EVERY_MS);
  };
  void next();
}
