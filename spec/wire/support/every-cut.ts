import { expect } from '@jest/globals';
import { HttpError } from '../../../src/message/errors.ts';
import type { HeaderList } from '../../../src/message/headers.ts';
import type { RequestNotification, ResponseNotification } from '../../../src/message/notifications.ts';
import { RequestReader, type RequestReaderOptions } from '../../../src/wire/request-reader.ts';
import { ResponseReader, type ResponseReaderOptions } from '../../../src/wire/response-reader.ts';

/** An error as far as it is compared: by what programs see of it, and never as an object. */
export interface Failure {
  readonly name: string;
  readonly code: string;
  readonly offset: number | undefined;
  readonly excerpt: string | undefined;
}

/** What was read, content joined, with what the reader knew of a message when it had read its head. */
export type Part =
  | {
      readonly request: string;
      readonly uri: string;
      readonly version: string;
      readonly headers: HeaderList;
      readonly authority: string | undefined;
      readonly isPersistent: boolean;
      readonly expectsContinue: boolean;
      readonly upgrade: string;
    }
  | {
      readonly response: number;
      readonly phrase: string | undefined;
      readonly version: string | undefined;
      readonly headers: HeaderList;
      readonly isPersistent: boolean;
    }
  | { readonly nonfinal: number; readonly phrase: string | undefined; readonly headers: HeaderList }
  | { readonly body: string }
  | { readonly done: HeaderList }
  | { readonly anomaly: Failure }
  | { readonly error: Failure };

/** All that came of some octets. */
export interface Reading {
  readonly parts: readonly Part[];
  /** Octets that were not read. */
  readonly buffered: number;
}

/** A reader under test, from its first octet on. */
export interface Session {
  readonly reader: RequestReader | ResponseReader;
  /** Says how one notification looks, and goes on to the next message behind the last of one. */
  readonly see: (notification: RequestNotification | ResponseNotification) => Part;
}

export type Open = () => Session;

/** Reads requests one after the other for as long as the connection persists. */
export function requests(options: RequestReaderOptions = {}): Open {
  return () => {
    const reader = new RequestReader(options);
    reader.next();
    const see = (notification: RequestNotification | ResponseNotification): Part => {
      switch (notification.type) {
        case 'request_start': {
          const { method, uri, version, headers } = notification;
          const { authority, isPersistent, expectsContinue, upgrade } = reader;
          return {
            request: method,
            uri,
            version,
            headers,
            authority,
            isPersistent,
            expectsContinue,
            upgrade,
          };
        }
        case 'request_done':
          if (reader.isPersistent) reader.next();
          return { done: notification.trailers };
        default:
          return common(notification);
      }
    };
    return { reader, see };
  };
}

/** Reads the responses to requests with these methods; `UPGRADE` stands for a GET that offers to switch to protocol x. */
export function responses(methods: readonly string[] = ['GET'], options: ResponseReaderOptions = {}): Open {
  return () => {
    const reader = new ResponseReader(options);
    const awaited = [...methods];
    const next = (): void => {
      const method = awaited.shift();
      if (method === 'UPGRADE') reader.expect('GET', ['x']);
      else if (method !== undefined) reader.expect(method);
    };
    next();
    const see = (notification: RequestNotification | ResponseNotification): Part => {
      switch (notification.type) {
        case 'response_nonfinal':
          return {
            nonfinal: notification.status,
            phrase: notification.phrase,
            headers: notification.headers,
          };
        case 'response_start': {
          const { status, phrase, version, headers } = notification;
          return { response: status, phrase, version, headers, isPersistent: reader.isPersistent };
        }
        case 'response_done':
          next();
          return { done: notification.trailers };
        default:
          return common(notification);
      }
    };
    return { reader, see };
  };
}

/** A string of latin1 as octets. */
export function octets(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** Pushes the pieces one after the other, and demands that none is written to: they may be views of what another holds. */
export function readPieces(open: Open, pieces: readonly Uint8Array[], ends = false): Reading {
  const { reader, see } = open();
  const parts: Part[] = [];
  const drain = (): void => {
    for (let notification; (notification = reader.read()) !== undefined;) append(parts, see(notification));
  };
  try {
    for (const piece of pieces) {
      const pushed = Buffer.from(piece);
      reader.push(pushed);
      drain();
      if (!pushed.equals(piece)) throw new Error('a pushed array was written to');
    }
    if (ends) reader.end();
    drain();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    parts.push({ error: failureOf(error) });
  }
  return { parts, buffered: reader.buffered };
}

/** Reads octets that arrive in one piece. */
export function readWhole(open: Open, bytes: Uint8Array | string, ends = false): Reading {
  return readPieces(open, [typeof bytes === 'string' ? octets(bytes) : bytes], ends);
}

/**
 * Reads the octets whole, one at a time, and in two pieces with the cut at every offset, and demands that all of it
 * comes to the same. Of an error's excerpt, only as much as had arrived.
 */
export function forEveryCut(open: Open, bytes: Uint8Array | string, ends = false): readonly Part[] {
  const all = typeof bytes === 'string' ? octets(bytes) : bytes;
  const whole = readPieces(open, [all], ends);
  const single = Array.from(all, (_, at) => all.subarray(at, at + 1));
  same(readPieces(open, single, ends), whole, 'one octet at a time');
  for (let cut = 0; cut <= all.length; cut++) {
    const halves = [all.subarray(0, cut), all.subarray(cut)];
    same(readPieces(open, halves, ends), whole, `cut at ${cut}`);
  }
  return whole.parts;
}

function common(notification: RequestNotification | ResponseNotification): Part {
  switch (notification.type) {
    case 'request_body':
    case 'response_body':
      return { body: Buffer.from(notification.chunk).toString('latin1') };
    case 'response_anomaly':
      return { anomaly: failureOf(notification.error) };
    default:
      throw new Error(`unexpected ${notification.type}`);
  }
}

function append(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if ('body' in part && last !== undefined && 'body' in last) {
    parts[parts.length - 1] = { body: last.body + part.body };
  } else {
    parts.push(part);
  }
}

function failureOf({ name, code, offset, excerpt }: HttpError): Failure {
  return { name, code, offset, excerpt };
}

/** Not with `expect` each time, which would cost more than the reading. */
function same(reading: Reading, whole: Reading, how: string): void {
  const isSame =
    reading.parts.length === whole.parts.length &&
    reading.parts.every((part, at) => isSamePart(part, whole.parts[at])) &&
    // What arrives behind an error is not even looked at.
    (isFailed(whole) || reading.buffered === whole.buffered);
  if (!isSame) expect({ how, ...reading }).toEqual({ how, ...whole });
  if (!isSame) throw new Error(`${how}: not the same`);
}

function isFailed(reading: Reading): boolean {
  const last = reading.parts.at(-1);
  return last !== undefined && 'error' in last;
}

function isSamePart(part: Part, whole: Part): boolean {
  const [failure, wholeFailure] = [failureIn(part), failureIn(whole)];
  if (failure === undefined || wholeFailure === undefined)
    return JSON.stringify(part) === JSON.stringify(whole);
  const { excerpt, ...rest } = failure;
  const { excerpt: wholeExcerpt, ...wholeRest } = wholeFailure;
  return (
    Object.keys(part)[0] === Object.keys(whole)[0] &&
    JSON.stringify(rest) === JSON.stringify(wholeRest) &&
    (excerpt === undefined) === (wholeExcerpt === undefined) &&
    (wholeExcerpt ?? '').startsWith(excerpt ?? '')
  );
}

function failureIn(part: Part): Failure | undefined {
  if ('error' in part) return part.error;
  return 'anomaly' in part ? part.anomaly : undefined;
}
