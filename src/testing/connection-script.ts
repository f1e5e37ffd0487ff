import { readMarbles, requireValues, type Mark } from './read-marbles.ts';
import { MarbleError } from './test-errors.ts';
import type { ReceivedRequest } from './logged-connection.ts';

/** What the letters of a reply stand for: octets, or latin1. */
export type OctetValues = Readonly<Record<string, Uint8Array | string>>;

/**
 * What a server says to one request. In its diagrams a letter is octets, `|` is FIN and `#` is RST; what just goes on is a
 * stall.
 */
export interface ReplyScript {
  /** From when the connection is there: for the first reply of a connection only. */
  readonly open?: string | undefined;
  /** From when the head of the request has arrived. */
  readonly start?: string | undefined;
  /** From when the request has arrived whole. */
  readonly done?: string | undefined;
  readonly values?: OctetValues | undefined;
  /**
   * With what the client's `read` errors at a `#`.
   *
   * @defaultValue a ConnectionResetError
   */
  readonly error?: unknown;
}

/** A string is what is said from when the request has arrived whole. */
export type Reply = string | ReplyScript;

/**
 * What a connection does. A phase of its making is a diagram with one letter, when it is reached, or a `#`, when it fails;
 * one without either stalls.
 */
export interface ConnectionScript {
  /** From when the connection is asked for. `#` is a DnsError. @defaultValue at once */
  readonly dns?: string | undefined;
  /** From when the name is resolved. `#` is a ConnectError. @defaultValue after twice the latency */
  readonly connect?: string | undefined;
  /** From when it is connected. `#` is a ConnectError. @defaultValue there is no TLS */
  readonly tls?: string | undefined;
  /** What the name resolves to. */
  readonly address?: string | undefined;
  /** With what a phase fails, if not with the error of its kind. */
  readonly error?: unknown;
  /**
   * What is said to the first request, to the second …; a function is for as many as there will be. A reply may go on
   * when its response is over, to close the idle connection; the next request ends that.
   */
  readonly reply?: Reply | readonly Reply[] | ((request: ReceivedRequest) => Reply) | undefined;
  /** When it stops reading, `h`, and reads on, `r`, from when it is connected. @defaultValue it reads */
  readonly reading?: string | undefined;
  readonly values?: OctetValues | undefined;
}

/** When a phase is reached or fails; never, if there is no frame. */
export interface Phase {
  readonly frame: number | undefined;
  readonly fails: boolean;
}

/** A diagram of octets. */
export interface Said {
  readonly marks: readonly Mark[];
  readonly values: OctetValues;
  readonly error?: unknown;
}

export interface ReadReply {
  readonly open: Said | undefined;
  readonly start: Said | undefined;
  readonly done: Said | undefined;
}

/** A script that can be followed. */
export interface ReadScript {
  readonly dns: Phase | undefined;
  readonly connect: Phase | undefined;
  readonly tls: Phase | undefined;
  readonly address: string | undefined;
  readonly error?: unknown;
  readonly reading: readonly Mark[];
  readonly replies: readonly ReadReply[];
  /** Gives replies when there is a function for them. */
  readonly replyTo: ((request: ReceivedRequest) => ReadReply) | undefined;
}

/**
 * Reads all diagrams of a script, so that what is wrong with it is said before the run begins.
 *
 * @throws MarbleError, MissingValueError
 */
export function readScript(script: ConnectionScript, shared: OctetValues): ReadScript {
  const { dns, connect, tls, address, reading, reply } = script;
  const values = { ...shared, ...script.values };
  return {
    dns: readPhase(dns),
    connect: readPhase(connect),
    tls: readPhase(tls),
    address,
    ...('error' in script ? { error: script.error } : {}),
    reading: readReading(reading),
    replies:
      typeof reply === 'function' || reply === undefined
        ? []
        : [reply].flat().map((each: Reply) => readReply(each, values)),
    replyTo: typeof reply === 'function' ? (request) => readReply(reply(request), values) : undefined,
  };
}

/** @throws MarbleError */
export function readPhase(marbles: string | undefined): Phase | undefined {
  if (marbles === undefined) return undefined;
  const [mark, second] = readMarbles(marbles) as readonly (Mark | undefined)[];
  if (mark?.char === '|')
    throw new MarbleError(marbles, mark.column, "a phase ends with a letter, or with '#'");
  if (second !== undefined)
    throw new MarbleError(marbles, second.column, 'a phase is over with its first letter');
  return { frame: mark?.frame, fails: mark?.char === '#' };
}

/** @throws MarbleError */
export function readReading(marbles = ''): readonly Mark[] {
  const marks = readMarbles(marbles);
  const other = marks.find(({ char }) => char !== 'h' && char !== 'r');
  if (other === undefined) return marks;
  throw new MarbleError(marbles, other.column, "reading is held by 'h' and goes on by 'r'");
}

/**
 * @param script - what has the error of `#`, if there is one
 * @throws MarbleError, MissingValueError
 */
export function readSaid(marbles: string, values: OctetValues, script: { readonly error?: unknown }): Said {
  const marks = readMarbles(marbles);
  requireValues(marbles, marks, Object.keys(values));
  return { marks, values, ...('error' in script ? { error: script.error } : {}) };
}

function readReply(reply: Reply, shared: OctetValues): ReadReply {
  const script: ReplyScript = typeof reply === 'string' ? { done: reply } : reply;
  const values = { ...shared, ...script.values };
  const read = (marbles: string | undefined): Said | undefined =>
    marbles === undefined ? undefined : readSaid(marbles, values, script);
  return { open: read(script.open), start: read(script.start), done: read(script.done) };
}
