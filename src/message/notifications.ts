import type { Connection } from './connection.ts';
import type { HttpError } from './errors.ts';
import type { Flow } from './flow.ts';
import type { HeaderList } from './headers.ts';

/** The versions of HTTP that this library speaks; 1.2 to 1.9 are read as 1.1 (RFC 9110 §6.2). */
export type HttpVersion = '1.0' | '1.1';

/** The head of a request, as the server reads it. */
export interface RequestStart {
  readonly type: 'request_start';
  readonly method: string;
  /** The request-target as received (RFC 9112 §3.2). */
  readonly uri: string;
  readonly headers: HeaderList;
  readonly version: HttpVersion;
}

/** A piece of request content; pieces follow neither the sender's writes nor its chunks. */
export interface RequestBody {
  readonly type: 'request_body';
  readonly chunk: Uint8Array;
  /** The source of the chunk, for whoever is slower than it. */
  readonly flow?: Flow | undefined;
}

/** The end of a request that arrived, or is to be sent, whole. */
export interface RequestDone {
  readonly type: 'request_done';
  readonly trailers: HeaderList;
}

/** Any 1xx response: zero or more come before the final head. */
export interface ResponseNonfinal {
  readonly type: 'response_nonfinal';
  readonly status: number;
  readonly phrase?: string | undefined;
  readonly headers: HeaderList;
  readonly version?: HttpVersion | undefined;
}

/** The head of the final response: once. A 4xx or 5xx is a response like any other. */
export interface ResponseStart {
  readonly type: 'response_start';
  readonly status: number;
  readonly phrase?: string | undefined;
  readonly headers: HeaderList;
  readonly version?: HttpVersion | undefined;
}

/** A piece of response content; pieces follow neither the sender's writes nor its chunks. */
export interface ResponseBody {
  readonly type: 'response_body';
  readonly chunk: Uint8Array;
  /** The source of the chunk, for whoever is slower than it. */
  readonly flow?: Flow | undefined;
}

/** The end of a response that arrived, or is to be sent, whole: a truncated one is an error and never this. */
export interface ResponseDone {
  readonly type: 'response_done';
  readonly trailers: HeaderList;
}

/** Something against the rules that the client was told to tolerate (`careful: false`); the exchange goes on. */
export interface ResponseAnomaly {
  readonly type: 'response_anomaly';
  readonly error: HttpError;
}

/**
 * The head of a response that ends HTTP on the connection: 101 (Switching Protocols) to an upgrade that was offered, 2xx to
 * CONNECT (RFC 9110 §7.8, §9.3.6).
 */
export interface ResponseUpgrade {
  readonly type: 'response_upgrade';
  readonly status: number;
  readonly phrase?: string | undefined;
  /** The Upgrade field says to which of the offered protocols the server has switched. */
  readonly headers: HeaderList;
  readonly version?: HttpVersion | undefined;
  /** What the other protocol is spoken on; nothing is read of it before somebody subscribes to its `read`. */
  readonly connection: Connection;
}

/** What a server reads of an exchange: `start body* done`. */
export type RequestNotification = RequestStart | RequestBody | RequestDone;

/**
 * What an exchange answers, exactly in this order:
 *
 * ```
 * nonfinal* start body* done complete
 * ```
 *
 * An anomaly may come anywhere before `done`, and an error may end it anywhere before `done`, never after.
 */
export type ResponseNotification =
  ResponseNonfinal | ResponseStart | ResponseBody | ResponseDone | ResponseAnomaly;

/** What is answered to an offer to speak another protocol: an upgrade in place of `start body* done`, or they. */
export type UpgradeNotification = ResponseNotification | ResponseUpgrade;

const NO_FIELDS: HeaderList = [];

/** A {@link RequestBody}. A maker and not a literal, because a literal's `type` widens to `string` inside `of(…)`. */
export function requestBody(chunk: Uint8Array, flow?: Flow): RequestBody {
  return { type: 'request_body', chunk, flow };
}

/** A {@link RequestDone}, without trailers unless some are given. */
export function requestDone(trailers: HeaderList = NO_FIELDS): RequestDone {
  return { type: 'request_done', trailers };
}

/** A {@link ResponseNonfinal}, its phrase the standard one unless given. */
export function responseNonfinal(
  status: number,
  headers: HeaderList = NO_FIELDS,
  phrase?: string,
): ResponseNonfinal {
  return { type: 'response_nonfinal', status, phrase, headers, version: undefined };
}

/** A {@link ResponseStart}, its phrase the standard one unless given. */
export function responseStart(
  status: number,
  headers: HeaderList = NO_FIELDS,
  phrase?: string,
): ResponseStart {
  return { type: 'response_start', status, phrase, headers, version: undefined };
}

/** A {@link ResponseBody}. */
export function responseBody(chunk: Uint8Array, flow?: Flow): ResponseBody {
  return { type: 'response_body', chunk, flow };
}

/** A {@link ResponseDone}, without trailers unless some are given. */
export function responseDone(trailers: HeaderList = NO_FIELDS): ResponseDone {
  return { type: 'response_done', trailers };
}
