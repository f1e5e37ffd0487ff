/** A character of a marble diagram, and the frame at which it stands. */
export interface Marble {
  readonly frame: number;
  readonly char: string;
}

/** More dashes than these are not counted by anybody: they are written as a time. */
const MOST_DASHES = 10;

/** A time progression as RxJS has it, where it may stand; else any one character. */
const TOKEN = /(?<=^| )(\d+(?:\.\d+)?)(ms|s|m) |./gsu;

const MS = { ms: 1, s: 1000, m: 60_000 };

/**
 * Marbles, in the order of their frames, as a diagram that `TestScheduler.run` reads: one character a frame, what shares a
 * frame in a group, a long silence as a time.
 *
 * A group of n characters takes n + 2 frames, so that nothing can be written right behind it. What was there is written
 * at the first frame that is free, and the next silence is shorter for it: only what has more characters than frames comes
 * out longer than it was. A diagram of a diagram is therefore the same diagram.
 *
 * ```
 * (sb)b-(d|)      s and b at 0, b at 1 … 4, d and | at 6
 * s 499ms (d|)    s at 0, d and | at 500
 * ```
 *
 * @param until - the frame up to which silence is written at the end
 */
export function formatMarbles(marbles: readonly Marble[], until = 0): string {
  let text = '';
  let free = 0;
  for (let index = 0; index < marbles.length;) {
    const { frame } = marbles[index];
    const chars: string[] = [];
    for (; index < marbles.length && marbles[index].frame === frame; index++) chars.push(marbles[index].char);
    text += silence(frame - free);
    text += chars.length === 1 ? chars[0] : `(${chars.join('')})`;
    free = Math.max(free, frame) + (chars.length === 1 ? 1 : chars.length + 2);
  }
  return (text + silence(until - free)).trimStart();
}

function silence(frames: number): string {
  return frames > MOST_DASHES ? ` ${frames}ms ` : '-'.repeat(Math.max(0, frames));
}

/** The characters of a diagram that stand for something, each with its frame, as `TestScheduler.run` reads them. */
export function parseMarbles(text: string): Marble[] {
  const marbles: Marble[] = [];
  let frame = 0;
  let group: number | undefined;
  for (const [char, amount, unit] of text.matchAll(TOKEN) as IterableIterator<
    [char: string, amount?: string, unit?: keyof typeof MS]
  >) {
    if (unit !== undefined) {
      frame += Number(amount) * MS[unit];
    } else if (char !== ' ') {
      if (char === '(') group = frame;
      else if (char === ')') group = undefined;
      else if (char !== '-') marbles.push({ frame: group ?? frame, char });
      frame++;
    }
  }
  return marbles;
}
