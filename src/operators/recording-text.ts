import * as errors from '../message/errors.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import type { Recording } from './record-marbles.ts';

/**
 * A recording as text, for a file beside the tests: JSON with a line for each value, so that two of them can be compared
 * by eye. Octets are latin1, an error is its name and all that it says of itself.
 *
 * ```json
 * {
 *   "marbles": "--s-b-#",
 *   "subscription": "^",
 *   "frame": 1,
 *   "values": {
 *     "s": { "type": "response_start", "status": 200, … },
 *     "b": { "type": "response_body", "chunk": "abc" }
 *   },
 *   "error": { "name": "ReadTimeoutError", … }
 * }
 * ```
 *
 * @example
 * ```ts
 * client
 *   .exchange({ method: 'GET', uri: 'http://localhost:8080/', headers: [] })
 *   .pipe(recordMarbles((recording) => writeFileSync('slow.json', formatRecording(recording))))
 *   .subscribe();
 * ```
 */
export function formatRecording(recording: Recording): string {
  const { marbles, subscription, frame, values } = recording;
  const lines = Object.entries(values).map(([letter, value]) => `    ${json(letter)}: ${json(value)}`);
  const parts = [
    `  "marbles": ${json(marbles)}`,
    `  "subscription": ${json(subscription)}`,
    `  "frame": ${json(frame)}`,
    `  "values": {\n${lines.join(',\n')}\n  }`,
    ...('error' in recording ? [`  "error": ${json(recording.error)}`] : []),
  ];
  return `{\n${parts.join(',\n')}\n}\n`;
}

/**
 * The recording that a text was made of. An error is of its class again, so that `instanceof` and `code` see what they
 * would have seen then.
 *
 * @example
 * ```ts
 * const exchange = replay(parseRecording(readFileSync('slow.json', 'utf8')));
 * ```
 *
 * @throws TypeError for what is no recording, with the reason
 */
export function parseRecording(text: string): Recording {
  const { marbles, subscription, frame, values, ...rest } = objectOf(parsed(text), 'it');
  if (typeof marbles !== 'string') throw refusal('it has no marbles');
  if (typeof subscription !== 'string') throw refusal('it has no subscription');
  if (typeof frame !== 'number' || !(frame > 0)) throw refusal('its frame is no number of ms');
  const entries = Object.entries(objectOf(values, 'what it has for values'));
  return {
    marbles,
    subscription,
    frame,
    values: Object.fromEntries(entries.map(([letter, value]) => [letter, notificationOf(letter, value)])),
    ...('error' in rest ? { error: revived(rest['error']) } : {}),
  };
}

function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return latin1(part);
    if (!(part instanceof Error)) return part;
    // Not among the fields of an error, as those of its class are.
    const { name, message, cause } = part;
    return Object.assign({ name, message }, part, cause === undefined ? {} : { cause });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refusal((cause as Error).message);
  }
}

function notificationOf(letter: string, value: unknown): ResponseNotification {
  const { type, ...parts } = objectOf(value, `what '${letter}' stands for`);
  switch (type) {
    case 'response_body':
      return { type, chunk: octetsOf(parts['chunk'], letter) };
    case 'response_anomaly':
      return { type, error: revived(parts['error']) as errors.HttpError };
    case 'response_nonfinal':
    case 'response_start':
    case 'response_done':
      return { type, ...parts } as ResponseNotification;
    default:
      throw refusal(`what '${letter}' stands for is no notification`);
  }
}

/** An error that was written down; what is none is left as it is. */
function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('name' in value && 'message' in value)) return value;
  const { name, message, ...parts } = value;
  const known = Object.hasOwn(errors, String(name)) ? errors[name as keyof typeof errors] : Error;
  const error = Reflect.construct(Error, [String(message)], known) as Error;
  for (const [key, part] of Object.entries({ name, ...parts })) {
    Object.defineProperty(error, key, {
      value: revived(part),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return error;
}

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}

function octetsOf(text: unknown, letter: string): Uint8Array {
  if (typeof text !== 'string') throw refusal(`what '${letter}' stands for has no chunk`);
  return Uint8Array.from(text, (char) => {
    const octet = char.charCodeAt(0);
    if (char.length > 1 || octet > 0xff)
      throw refusal(`a chunk is latin1, in which there is no ${json(char)}`);
    return octet;
  });
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(`${what} is no object`);
  return value as Record<string, unknown>;
}

function refusal(reason: string): TypeError {
  return new TypeError(`this is no recording: ${reason}`);
}
