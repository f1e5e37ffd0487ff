import { asyncScheduler, Observable, tap, type MonoTypeOperatorFunction, type TimestampProvider } from 'rxjs';
import type { ResponseNotification } from '../message/notifications.ts';
import { formatMarbles, parseMarbles, type Marble } from './marbles.ts';

/** An exchange as it went, to be pasted into a marble test: `cold(marbles, values, error)`. */
export interface Recording<V = ResponseNotification> {
  /** What came when, in the syntax of `TestScheduler.run`. */
  readonly marbles: string;
  /** What the letters of `marbles` stand for. */
  readonly values: Readonly<Record<string, V>>;
  /** What `#` stands for, if it ended so. */
  readonly error?: unknown;
  /** `^` and, if it was unsubscribed before its end, `!`: the second argument of `expectObservable`. */
  readonly subscription: string;
  /** How many ms a frame of `marbles` lasted. */
  readonly frame: number;
}

/** How an exchange is recorded. */
export interface RecordMarblesOptions {
  /**
   * ms of a frame. A test plays a recording at 1 ms a frame, whatever this was: 10 is a test ten times as fast.
   *
   * @defaultValue 1
   */
  readonly frame?: number | undefined;
  /**
   * Also reports what there is so far: at the subscription, and before each notification is handed on.
   *
   * @defaultValue false
   */
  readonly live?: boolean | undefined;
  /**
   * Where time comes from.
   *
   * @defaultValue asyncScheduler, which is virtual inside `TestScheduler.run`
   */
  readonly scheduler?: TimestampProvider | undefined;
}

/** How an exchange is recorded, when what is kept of a notification is not the notification. */
export interface RecordValuesOptions<V> extends RecordMarblesOptions {
  /** What to keep of a notification, such as the text of a chunk: equal values share a letter. */
  readonly value: (notification: ResponseNotification) => V;
}

/** The one alphabet, in which `c` is a connection. */
const LETTERS: Readonly<Record<ResponseNotification['type'], string>> = {
  response_nonfinal: 'i',
  response_start: 's',
  response_body: 'b',
  response_done: 'd',
  response_anomaly: 'a',
};

/** No digits, since one behind a space could be read as a time. */
const FURTHER_LETTERS = 'efghjklmnopqrtuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Letters behind these: no combining, no right-to-left, and more of them than a recording can use. */
const FIRST_IDEOGRAPH = 0x4e00;
const SURROGATES = 0xd800;

/**
 * Writes a live exchange as a marble diagram with its values, and reports it when the exchange completes, errors or is
 * unsubscribed. What passes through is left as it is.
 *
 * ```
 * source:  --s-b---b-(d|)
 *          recordMarbles(report)
 * result:  --s-b---b-(d|)
 * ```
 *
 * The letters are `i` nonfinal, `s` start, `b` body, `d` done, `a` anomaly for the first of each. Another value gets the
 * next letter that is free, `e f g h j …`, and an equal one the same letter again (compared with those before it that
 * have a letter from a to Z, since nobody reads more of them). A chunk is kept without its `flow`.
 *
 * A frame begins with each `frame` ms since the subscription. Where a group of n characters takes n + 2 frames, what
 * came within them is written behind it and the next silence is shorter: frames are exact but for those, and what has
 * more notifications than frames comes out longer than it was. `!` stands behind the frame of the last notification, as
 * in that frame a TestScheduler would unsubscribe first.
 *
 * @example
 * ```ts
 * client
 *   .exchange({ method: 'GET', uri: 'http://localhost:8080/', headers: [] })
 *   .pipe(recordMarbles(({ marbles, values }) => console.log(marbles, values)))
 *   .subscribe();
 * // --s-b-e-(d|) { s: { type: 'response_start', … }, b: …, e: …, d: … }
 * ```
 *
 * @throws RangeError for a frame that is not longer than 0 ms
 */
export function recordMarbles(
  report: (recording: Recording) => void,
  options?: RecordMarblesOptions,
): MonoTypeOperatorFunction<ResponseNotification>;
export function recordMarbles<V>(
  report: (recording: Recording<V>) => void,
  options: RecordValuesOptions<V>,
): MonoTypeOperatorFunction<ResponseNotification>;
export function recordMarbles<V>(
  report: (recording: Recording<V>) => void,
  options: RecordMarblesOptions & Partial<RecordValuesOptions<V>> = {},
): MonoTypeOperatorFunction<ResponseNotification> {
  const { frame = 1, live = false, scheduler = asyncScheduler } = options;
  if (!(frame > 0 && frame < Infinity)) throw new RangeError(`a frame of ${frame} ms`);
  const value = options.value ?? (withoutFlow as (notification: ResponseNotification) => V);
  return (source) =>
    new Observable((subscriber) => {
      const recorder = new Recorder<V>(frame, scheduler);
      if (live) report(recorder.recording());
      return source
        .pipe(
          tap({
            next: (notification) => {
              recorder.next(notification.type, value(notification));
              if (live) report(recorder.recording());
            },
            error: (error: unknown) => {
              recorder.add('#');
              report({ ...recorder.recording(), error });
            },
            complete: () => {
              recorder.add('|');
              report(recorder.recording());
            },
            unsubscribe: () => report(recorder.unsubscribed()),
          }),
        )
        .subscribe(subscriber);
    });
}

/** Of a chunk, a copy: it is the consumer's, who may write on it. */
function withoutFlow(notification: ResponseNotification): ResponseNotification {
  if (notification.type !== 'response_body') return notification;
  return { type: 'response_body', chunk: new Uint8Array(notification.chunk) };
}

class Recorder<V> {
  private readonly marbles: Marble[] = [];
  private readonly values: Record<string, V> = {};
  private readonly letters = new Map<V, string>();
  private readonly frame: number;
  private readonly scheduler: TimestampProvider;
  private readonly start: number;
  private further = 0;
  private last = 0;

  constructor(frame: number, scheduler: TimestampProvider) {
    this.frame = frame;
    this.scheduler = scheduler;
    this.start = scheduler.now();
  }

  next(type: ResponseNotification['type'], value: V): void {
    let letter = this.letters.get(value) ?? this.letterOfEqual(value);
    if (letter === undefined) {
      letter = LETTERS[type] in this.values ? this.furtherLetter() : LETTERS[type];
      this.letters.set(value, letter);
      this.values[letter] = value;
    }
    this.add(letter);
  }

  add(char: string): void {
    this.marbles.push({ frame: this.now(), char });
  }

  recording(): Recording<V> {
    return {
      marbles: formatMarbles(this.marbles),
      values: { ...this.values },
      subscription: '^',
      frame: this.frame,
    };
  }

  unsubscribed(): Recording<V> {
    const recording = this.recording();
    const last = parseMarbles(recording.marbles).at(-1);
    const frame = Math.max(this.now(), last === undefined ? 0 : last.frame + 1);
    const subscription = formatMarbles([
      { frame: 0, char: '^' },
      { frame, char: '!' },
    ]);
    return { ...recording, subscription };
  }

  /** A system's clock may be set back; a diagram has no way back. */
  private now(): number {
    this.last = Math.max(this.last, Math.floor((this.scheduler.now() - this.start) / this.frame));
    return this.last;
  }

  /** Compared with so many only, as an exchange of a million chunks must not be slower for being recorded. */
  private letterOfEqual(value: V): string | undefined {
    let compared = 0;
    for (const [known, letter] of this.letters) {
      if (isEqual(known, value)) return letter;
      if (++compared > FURTHER_LETTERS.length) return undefined;
    }
    return undefined;
  }

  private furtherLetter(): string {
    const index = this.further++;
    if (index < FURTHER_LETTERS.length) return FURTHER_LETTERS[index];
    const point = FIRST_IDEOGRAPH + index - FURTHER_LETTERS.length;
    return String.fromCodePoint(point < SURROGATES ? point : point + 0x800);
  }
}

/** Errors are equal only to themselves: what makes two of them alike is not among their fields. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Error || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return isEqualOctets(a, b);
  const keys = Object.keys(a) as (keyof object)[];
  return keys.length === Object.keys(b).length && keys.every((key) => isEqual(a[key], b[key]));
}

function isEqualOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
