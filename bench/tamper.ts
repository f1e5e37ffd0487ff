import { TOKENS } from './hostile-corpus.ts';

/** Numbers below a bound, each as likely: mulberry32, which is small, fast and good enough to be hostile. */
export class Random {
  private state: number;

  constructor(seed: number, index: number) {
    this.state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  }

  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

/** A message with one thing wrong with it, mostly where readers have disagreed. */
export function tamper(text: string, corpus: readonly string[], random: Random): string {
  // Mostly behind the start line: else hardly anything would get past that.
  const from = random.below(8) === 0 ? 0 : text.indexOf('\r\n') + 2;
  const at = from + random.below(text.length - from + 1);
  const length = random.below(16);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + length);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 4:
      return text.slice(0, at) + random.oneOf(corpus).slice(random.below(60));
    default:
      return text.slice(0, at) + random.oneOf(TOKENS) + text.slice(at);
  }
}
