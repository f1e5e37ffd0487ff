import { renderMarbleDiagram } from '@swirly/renderer-node';
import type { ResponseNotification } from '../../message/notifications.ts';
import { parseMarbles } from '../../operators/marbles.ts';
import type { Recording } from '../../operators/record-marbles.ts';

/** How a recording is drawn. */
export interface DrawRecordingOptions {
  /**
   * What is written under the line.
   *
   * @defaultValue nothing but how many ms it took
   */
  readonly title?: string | undefined;
  /**
   * Steps into which the time is divided, at most: what comes in one of them is drawn one below the other.
   *
   * @defaultValue 30
   */
  readonly steps?: number | undefined;
}

/** Numbers of ms that a step may have, times a power of ten: those in which people count. */
const ROUND = [1, 2, 5];
const STYLES = { frame_width: 44, event_radius: 20, event_value_font_size: 14, operator_title_font_size: 18 };
/** Pixels that a character of the text takes at most, on average. */
const CHARACTER = 10;
const COLOURS = { good: '#c8e6c9', bad: '#ffcdd2', content: '#bbdefb', other: '#eeeeee' };

/** A marble: what is written in it, and what it is filled with. */
interface Drawn {
  readonly value: string;
  readonly colour: string;
  /** Of chunks that share a step, which are one marble. */
  readonly octets?: number;
}

/**
 * A picture of a recording, as SVG: a marble has the status of a head, the octets of content (`12k`), `d` where the response
 * is done, `!` where it was unsubscribed; a bar is completion, a cross an error. Needs `@swirly/renderer-node`.
 *
 * @example
 * ```ts
 * client
 *   .exchange({ method: 'GET', uri: 'http://localhost:8080/slow', headers: [] })
 *   .pipe(recordMarbles((recording) => writeFileSync('slow.svg', drawRecording(recording))))
 *   .subscribe();
 * ```
 *
 * @throws RangeError for steps that are not 1 or more
 */
export function drawRecording(
  recording: Recording,
  { title, steps = 30 }: DrawRecordingOptions = {},
): string {
  if (!(steps >= 1)) throw new RangeError(`${steps} steps`);
  const { marbles, subscription, frame, values } = recording;
  const left = parseMarbles(subscription).filter(({ char }) => char === '!');
  const all = [...parseMarbles(marbles), ...left].map(({ frame: at, char }) => ({ ms: at * frame, char }));
  const total = Math.max(0, ...all.map(({ ms }) => ms));
  const step = stepOf(total / steps);
  const messages: { frame: number; notification: object; styles?: object }[] = [];
  let last: { at: number; drawn: Drawn } | undefined;
  for (const { ms, char } of all) {
    const at = Math.floor(ms / step);
    if (char === '|' || char === '#') {
      messages.push({ frame: at, notification: { kind: char === '|' ? 'C' : 'E' } });
      continue;
    }
    let drawn = char === '!' ? { value: '!', colour: COLOURS.bad } : drawnOf(values[char]);
    if (drawn.octets !== undefined && last?.at === at && last.drawn.octets !== undefined) {
      messages.pop();
      drawn = contentOf(last.drawn.octets + drawn.octets);
    }
    last = { at, drawn };
    messages.push({
      frame: at,
      notification: { kind: 'N', value: drawn.value },
      styles: { fill_color: drawn.colour },
    });
  }
  const duration = Math.max(0, ...messages.map(({ frame: at }) => at)) + 1;
  const scale = `${total} ms in steps of ${step}`;
  const text = title === undefined ? scale : `${title} · ${scale}`;
  const picture: unknown = renderMarbleDiagram(
    {
      content: [
        { kind: 'S', title: '', frame: 0, duration, messages },
        { kind: 'O', title: [{ type: 'text', value: text }] },
      ],
    },
    { styles: { ...STYLES, minimum_width: text.length * CHARACTER } },
  );
  return (picture as { xml: string }).xml;
}

function drawnOf(notification: ResponseNotification): Drawn {
  switch (notification.type) {
    case 'response_nonfinal':
      return { value: String(notification.status), colour: COLOURS.other };
    case 'response_start': {
      const { status } = notification;
      return { value: String(status), colour: status < 400 ? COLOURS.good : COLOURS.bad };
    }
    case 'response_body':
      return contentOf(notification.chunk.length);
    case 'response_done':
      return { value: 'd', colour: COLOURS.other };
    case 'response_anomaly':
      return { value: 'a', colour: COLOURS.bad };
  }
}

/** Octets, in as many characters as a marble has room for. */
function contentOf(octets: number): Drawn {
  const units = ['', 'k', 'M', 'G', 'T'];
  let amount = octets;
  let unit = 0;
  for (; amount >= 999.5; unit++) amount /= 1000;
  const digits = unit === 0 || amount >= 9.95 ? 0 : 1;
  return { value: `${amount.toFixed(digits)}${units[unit]}`, colour: COLOURS.content, octets };
}

/** The round number of ms that is not less. */
function stepOf(ms: number): number {
  for (let power = 1; ; power *= 10) {
    const found = ROUND.find((digit) => digit * power >= ms);
    if (found !== undefined) return found * power;
  }
}
