import {
  asyncScheduler,
  interval,
  Observable,
  type MonoTypeOperatorFunction,
  type Unsubscribable,
} from 'rxjs';
import type { ResponseNotification } from '../message/notifications.ts';
import { recordMarbles, type Recording } from '../operators/record-marbles.ts';
import type { Terminal } from './terminal.ts';
import { drawLine, drawTimeline, isOver, markOf, type Mark } from './timeline.ts';

export interface DrawMarblesOptions {
  /** ms of a frame. */
  readonly frame: number;
  /** Whether the diagram grows on the terminal while time passes, in one line that is written anew. */
  readonly live: boolean;
  readonly colour: boolean;
}

/** ms between two drawings of a line that grows: more often, nobody sees it. */
const REDRAW = 30;

/**
 * Draws what passes through it as a marble diagram with its values, and leaves it as it is.
 *
 * ```
 * --s-b-b-(d|)   1 frame = 10 ms
 *   s  200 OK, 5 fields
 *   b  1,024 octets "…"
 *   b  12 octets "the last one"
 * ```
 */
export function drawMarbles(
  out: Terminal,
  options: DrawMarblesOptions,
): MonoTypeOperatorFunction<ResponseNotification> {
  const { frame, live } = options;
  return (source) =>
    new Observable((subscriber) => {
      const drawing = new Drawing(out, options);
      const report = (recording: Recording<Mark>): void => drawing.show(recording);
      return source.pipe(recordMarbles(report, { frame, live, value: markOf })).subscribe(subscriber);
    });
}

class Drawing {
  private readonly out: Terminal;
  private readonly options: DrawMarblesOptions;
  private readonly start = asyncScheduler.now();
  private recording: Recording<Mark> | undefined;
  private ticking: Unsubscribable | undefined;

  constructor(out: Terminal, options: DrawMarblesOptions) {
    this.out = out;
    this.options = options;
  }

  show(recording: Recording<Mark>): void {
    this.recording = recording;
    if (isOver(recording)) this.finish(recording);
    else this.ticking ??= interval(Math.max(REDRAW, this.options.frame)).subscribe(() => this.redraw());
  }

  private finish(recording: Recording<Mark>): void {
    this.ticking?.unsubscribe();
    const [diagram, ...marks] = drawTimeline(recording);
    const lines = [this.paint(diagram), ...marks];
    this.out.write(`${this.options.live ? CLEAR_LINE : ''}${lines.join('\n')}\n`);
  }

  private redraw(): void {
    if (this.recording === undefined) return;
    const { out, options, start } = this;
    const line = drawLine(this.recording, Math.floor((asyncScheduler.now() - start) / options.frame));
    // A line that wraps cannot be written anew. Some terminals say that they have no columns.
    const { columns = 0 } = out;
    const room = columns > 1 ? columns - 1 : 79;
    out.write(CLEAR_LINE + this.paint(line.length <= room ? line : `…${line.slice(1 - room)}`));
  }

  private paint(diagram: string): string {
    if (!this.options.colour) return diagram;
    const [line, ...rest] = diagram.split('   ');
    const painted = line.replace(MARBLES, (marbles) => {
      if (/^[#!]/.test(marbles)) return `${RED}${marbles}${PLAIN}`;
      return /^\p{L}/u.test(marbles) ? `${BOLD}${marbles}${PLAIN}` : `${DIM}${marbles}${PLAIN}`;
    });
    return [painted, ...rest].join('   ');
  }
}

/** Silence, an end without a response, and letters. A time has letters too: it is looked for first. */
const MARBLES = /(?:^| )[\d.]+ms |-+|[#!]|\p{L}+/gu;

const CLEAR_LINE = '\r\u001b[2K';
const BOLD = '\u001b[1;36m';
const RED = '\u001b[1;31m';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';
