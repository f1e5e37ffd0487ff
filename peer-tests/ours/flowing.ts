import { Observable } from 'rxjs';
import type { Flow } from '../../src/index.ts';
import { Holds } from '../../src/transport/holds.ts';

/** What a {@link flowing} source has done. */
export interface Source {
  /** Octets produced so far. */
  produced: number;
  isHeld: boolean;
}

/**
 * A body of so many octets that is produced as fast as it is let, and stops while it is held: the octets are those of
 * {@link pattern}.
 *
 * @param notification - makes a notification of a piece
 */
export function flowing<Piece, Done>(
  total: number,
  notification: (chunk: Uint8Array, flow: Flow) => Piece,
  done: () => Done,
  source: Source = { produced: 0, isHeld: false },
): Observable<Piece | Done> {
  return new Observable((subscriber) => {
    let isRunning = false;
    const holds = new Holds({
      pause: () => (source.isHeld = true),
      resume: () => {
        source.isHeld = false;
        run();
      },
    });
    const run = (): void => {
      if (isRunning) return;
      isRunning = true;
      while (!holds.isHeld && !subscriber.closed) {
        if (source.produced >= total) {
          subscriber.next(done());
          subscriber.complete();
          break;
        }
        const chunk = pattern(source.produced, Math.min(PIECE, total - source.produced));
        source.produced += chunk.length;
        subscriber.next(notification(chunk, holds));
      }
      isRunning = false;
    };
    run();
  });
}

/** Not a divisor of any buffer's size, so that pieces end anywhere. */
const PIECE = 50_021;

/** A prime period: pieces that were lost, repeated or swapped change the octets around them. */
const PERIOD = Uint8Array.from({ length: 251 * 1024 }, (_, at) => (at % 251) ^ ((at / 251) & 0xff));

/** So many octets of an endless pattern, from an offset on. */
export function pattern(offset: number, length: number): Uint8Array {
  const chunk = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const from = (offset + at) % PERIOD.length;
    const piece = PERIOD.subarray(from, Math.min(PERIOD.length, from + length - at));
    chunk.set(piece, at);
    at += piece.length;
  }
  return chunk;
}
