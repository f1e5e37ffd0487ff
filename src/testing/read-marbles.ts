import { MarbleError, MissingValueError } from './test-errors.ts';

/** What stands at a frame of a diagram: a letter, `|` or `#`. */
export interface Mark {
  readonly frame: number;
  readonly char: string;
  /** Counted from 1. */
  readonly column: number;
}

const TIME = /^(\d+(?:\.\d+)?)(ms|s|m)(.?)/su;
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * Reads a diagram as `TestScheduler.run` does, and refuses what it would read as something else than its author meant.
 * RxJS takes `5s|` for three letters, a parenthesis that is never closed for one that is, and says nothing.
 *
 * ```
 * --s-b-(d|)         s at 2, b at 4, d and the end at 6
 * (hb) 5s |          h and b at 0, the end at 5004
 * ```
 *
 * @throws MarbleError
 */
export function readMarbles(marbles: string): readonly Mark[] {
  const marks: Mark[] = [];
  let frame = 0;
  let group: { readonly frame: number; readonly column: number } | undefined;
  let ended: string | undefined;
  for (let index = 0; index < marbles.length;) {
    const char = String.fromCodePoint(marbles.codePointAt(index) ?? 0);
    const column = index + 1;
    const refuse = (reason: string): never => {
      throw new MarbleError(marbles, column, reason);
    };
    const time = index === 0 || marbles[index - 1] === ' ' ? TIME.exec(marbles.slice(index)) : null;
    index += char.length;
    if (time !== null) {
      const [text, amount, unit, behind] = time as unknown as [string, string, string, string];
      if (group !== undefined) refuse('time does not pass within a group');
      if (behind !== ' ')
        refuse(`a space must follow a time, as in '${text.slice(0, text.length - behind.length)} '`);
      frame += Number(amount) * (MS[unit] ?? 0);
      index += text.length - 1;
    } else if (char === '(') {
      if (group !== undefined) refuse('a group does not stand within a group');
      group = { frame, column };
      frame++;
    } else if (char === ')') {
      if (group === undefined) refuse('no group is open here');
      group = undefined;
      frame++;
    } else if (char === '^' || char === '!') {
      refuse(`'${char}' belongs into the diagram of a subscription`);
    } else if (char === '-') {
      if (group !== undefined) refuse('time does not pass within a group');
      frame++;
    } else if (char !== ' ') {
      if (ended !== undefined) refuse(`nothing comes behind '${ended}'`);
      if (char === '|' || char === '#') ended = char;
      marks.push({ frame: group?.frame ?? frame, char, column });
      frame++;
    }
  }
  if (group !== undefined) throw new MarbleError(marbles, group.column, 'this group is not closed');
  return marks;
}

/**
 * Sees to it that each letter stands for something.
 *
 * @throws MissingValueError
 */
export function requireValues(marbles: string, marks: readonly Mark[], has: readonly string[]): void {
  const known = new Set([...has, '|', '#']);
  for (const { char, column } of marks) {
    if (!known.has(char)) throw new MissingValueError(marbles, column, char, has);
  }
}
