/** Fetches a URI, holding the response while each piece is hashed, and prints the hash and the memory that it took. */
import { createHash } from 'node:crypto';
import { HttpClient } from '../../src/index.ts';
import { Memory } from './memory.ts';

/** Turns of the event loop for each piece: in each, as much again could be read. */
const SLOWNESS = 8;

const [, , uri = ''] = process.argv;
const hash = createHash('sha256');
const memory = new Memory();
const client = new HttpClient();
const waiting: Uint8Array[] = [];
let length = 0;
let mostWaiting = 0;
let status = 0;

client.exchange({ method: 'GET', uri, headers: [] }).subscribe({
  next: (notification) => {
    if (notification.type === 'response_start') ({ status } = notification);
    if (notification.type !== 'response_body') return;
    const { chunk, flow } = notification;
    const hold = flow?.hold();
    waiting.push(chunk);
    length += chunk.length;
    mostWaiting = Math.max(mostWaiting, waiting.length);
    after(SLOWNESS, () => {
      hash.update(waiting.shift() ?? '');
      memory.look();
      hold?.unsubscribe();
    });
  },
  complete: () => {
    console.log(
      JSON.stringify({ status, length, mostWaiting, sha256: hash.digest('hex'), ...memory.growth }),
    );
  },
});

function after(turns: number, work: () => void): void {
  setImmediate(() => {
    if (turns === 1) work();
    else after(turns - 1, work);
  });
}
