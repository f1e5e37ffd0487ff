import { statusPhrase } from '../message/status.ts';
import type { HeaderList } from '../message/headers.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { formatMarbles, parseMarbles } from '../operators/marbles.ts';
import type { Recording } from '../operators/record-marbles.ts';
import { explain, printable } from './printable.ts';

/** What a drawing keeps of a notification: little of a long body, so that a drawing of it takes little. */
export interface Mark {
  readonly letter: string;
  /** Of a chunk. */
  readonly octets: number;
  readonly text: string;
}

/** Octets of a chunk, and characters of a line, that tell one from the next. */
const EXCERPT = 32;
/** Chunks that have a line of their own: what comes behind them is summed up. */
const MOST_CHUNKS = 6;
/** Characters of a diagram that somebody may still look at. */
const LONGEST = 1000;

/** The mark that a notification makes, with the letter of its type: here order tells one chunk from the next. */
export function markOf(notification: ResponseNotification): Mark {
  switch (notification.type) {
    case 'response_nonfinal':
      return { letter: 'i', octets: 0, text: describeHead(notification) };
    case 'response_start':
      return { letter: 's', octets: 0, text: describeHead(notification) };
    case 'response_body': {
      const { length } = notification.chunk;
      return { letter: 'b', octets: length, text: `${count(length, 'octet')} ${quote(notification.chunk)}` };
    }
    case 'response_done':
      return { letter: 'd', octets: 0, text: describeTrailers(notification.trailers) };
    case 'response_anomaly':
      return { letter: 'a', octets: 0, text: explain(notification.error) };
  }
}

/**
 * The diagram of an exchange, for people: each letter is that of its type, a time says the ms that passed whatever a
 * frame is, and `!` stands in the same line.
 *
 * ```
 * --s-b-b 490ms (d|)
 * ```
 *
 * @param until - the frame up to which silence is drawn behind it
 */
export function drawLine(recording: Recording<Mark>, until = 0): string {
  const { marbles, subscription, values, frame } = recording;
  const drawn = parseMarbles(marbles).map((marble) => ({
    ...marble,
    char: Object.hasOwn(values, marble.char) ? values[marble.char].letter : marble.char,
  }));
  const left = parseMarbles(subscription).filter(({ char }) => char === '!');
  const line = formatMarbles([...drawn, ...left], until);
  // Only times have digits.
  return line.replace(/\d+/g, (frames) => String(Number(frames) * frame));
}

/** The whole drawing: the diagram, what a frame is, and a line for each thing that has something to say. */
export function drawTimeline(recording: Recording<Mark>): string[] {
  const line = drawLine(recording);
  const shown = line.length <= LONGEST ? line : `${line.slice(0, LONGEST / 2)} … ${line.slice(-LONGEST / 2)}`;
  return [`${shown}   1 frame = ${recording.frame} ms`, ...drawMarks(recording)];
}

function drawMarks(recording: Recording<Mark>): string[] {
  const { marbles, subscription, values, frame } = recording;
  const lines: string[] = [];
  let chunks = 0;
  let summed = 0;
  const endSum = (): void => {
    if (summed > 0)
      lines.push(`  b  … ${count(summed, 'octet')} in ${count(chunks - MOST_CHUNKS, 'more chunk')}`);
    summed = 0;
  };
  for (const { char } of parseMarbles(marbles)) {
    if (char === '#') {
      endSum();
      lines.push(`  #  ${explain(recording.error)}`);
    }
    if (!Object.hasOwn(values, char)) continue;
    const { letter, octets, text } = values[char];
    if (letter === 'b' && ++chunks > MOST_CHUNKS) {
      summed += octets;
      continue;
    }
    if (letter !== 'b') endSum();
    if (text !== '') lines.push(`  ${letter}  ${text}`);
  }
  endSum();
  const left = parseMarbles(subscription).find(({ char }) => char === '!');
  if (left !== undefined) lines.push(`  !  unsubscribed after ${left.frame * frame} ms`);
  return lines;
}

/** Whether nothing more can come. */
export function isOver({ marbles, subscription }: Recording<unknown>): boolean {
  return /[|#]\)?$/.test(marbles) || subscription.includes('!');
}

interface Head {
  readonly status: number;
  readonly phrase?: string | undefined;
  readonly headers: HeaderList;
}

function describeHead({ status, phrase = statusPhrase(status), headers }: Head): string {
  const words = phrase === '' ? String(status) : `${status} ${printable(phrase)}`;
  return `${words}, ${count(headers.length, 'field')}`;
}

function describeTrailers(trailers: HeaderList): string {
  return trailers.map(([name, value]) => printable(`${name}: ${value.trim()}`)).join(', ');
}

/** Cut where it is wide enough, as a character that is not visible takes several. */
function quote(chunk: Uint8Array): string {
  let shown = '';
  let isCut = chunk.length > EXCERPT;
  for (const char of new TextDecoder().decode(chunk.subarray(0, EXCERPT))) {
    const next = shown + printable(char);
    isCut ||= next.length > EXCERPT;
    if (next.length > EXCERPT) break;
    shown = next;
  }
  return `"${shown}${isCut ? '…' : ''}"`;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}
