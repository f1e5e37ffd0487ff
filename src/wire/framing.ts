import {
  DuplicateCLError,
  MalformedCLError,
  TransferCodeError,
  TransferEncodingError,
  UnwritableError,
  type HttpErrorInit,
} from '../message/errors.ts';
import { trimWhitespace } from '../message/headers.ts';
import { anticipatesContent } from '../message/methods.ts';
import type { HttpVersion } from '../message/notifications.ts';
import { forbidsContent } from '../message/status.ts';
import type { ControlFields } from './control-fields.ts';
import { parseDigits } from './grammar.ts';

/**
 * How the end of a message is found: after so many octets, by the chunked coding, by the end of the connection, or not
 * at all, because what follows is another protocol.
 */
export type Framing =
  | { readonly type: 'length'; readonly length: number }
  | { readonly type: 'chunked' }
  | { readonly type: 'close' }
  | { readonly type: 'tunnel' };

export const NO_CONTENT: Framing = { type: 'length', length: 0 };
export const CHUNKED: Framing = { type: 'chunked' };
export const CLOSE: Framing = { type: 'close' };
export const TUNNEL: Framing = { type: 'tunnel' };

/** Tells where in the message a field is, for the error about it. */
export type LocateField = (name: string) => HttpErrorInit;

/**
 * The framing of a request (RFC 9112 §6.3, items 3 to 7).
 *
 * Transfer-Encoding beside Content-Length may be read by the former, says the RFC; but such a request is the tool of
 * request smuggling and of nobody else, so it is refused. So is the content of a CONNECT, which has none (RFC 9110 §9.3.6):
 * there are servers that take it for the first octets of the tunnel.
 */
export function requestFraming(
  method: string,
  fields: ControlFields,
  version: HttpVersion,
  locate: LocateField,
): Framing {
  const coding = fields['transfer-encoding'];
  if (coding === undefined) {
    const framing = contentLength(fields, locate) ?? NO_CONTENT;
    if (method === 'CONNECT' && framing !== NO_CONTENT) {
      throw new MalformedCLError('content before a tunnel', locate('content-length'));
    }
    return framing;
  }
  if (fields['content-length'] !== undefined) {
    throw new TransferEncodingError('Content-Length is beside it', locate('content-length'));
  }
  if (method === 'CONNECT') {
    throw new TransferEncodingError('content before a tunnel', locate('transfer-encoding'));
  }
  checkChunked(coding, version, locate);
  return CHUNKED;
}

/** The framing of a response to a request with this method (RFC 9112 §6.3, all items in their order). */
export function responseFraming(
  status: number,
  method: string,
  fields: ControlFields,
  version: HttpVersion,
  locate: LocateField,
): Framing {
  if (method === 'HEAD' || forbidsContent(status)) return NO_CONTENT;
  if (method === 'CONNECT' && status < 300) return TUNNEL;
  const coding = fields['transfer-encoding'];
  if (coding === undefined) return contentLength(fields, locate) ?? CLOSE;
  checkChunked(coding, version, locate);
  return CHUNKED;
}

/** Lines and list members that say the same count as one; a difference is never resolved (RFC 9112 §6.3, item 5). */
function contentLength(fields: ControlFields, locate: LocateField): Framing | undefined {
  const value = fields['content-length'];
  if (value === undefined) return undefined;
  const single = parseDigits(value);
  if (single >= 0) return lengthOf(single);
  const [first, ...others] = value.split(',').map(trimWhitespace);
  const length = parseDigits(first);
  if (length < 0 || others.some((other) => parseDigits(other) < 0)) {
    throw new MalformedCLError(JSON.stringify(value.slice(0, 64)), locate('content-length'));
  }
  if (others.some((other) => other !== first)) {
    throw new DuplicateCLError(JSON.stringify(value.slice(0, 64)), locate('content-length'));
  }
  return lengthOf(length);
}

/**
 * Only `chunked`, and once. A response whose last coding is another may be read up to the end of its connection, says
 * RFC 9112 §6.3; refused, because no coding but chunked was ever asked for (no TE is sent).
 */
function checkChunked(value: string, version: HttpVersion, locate: LocateField): void {
  if (version === '1.0') throw new TransferEncodingError('in HTTP/1.0', locate('transfer-encoding'));
  const codings = value.toLowerCase().split(',').map(trimWhitespace);
  if (codings.pop() !== 'chunked')
    throw new TransferEncodingError('chunked is not last', locate('transfer-encoding'));
  if (codings.includes('chunked'))
    throw new TransferEncodingError('chunked twice', locate('transfer-encoding'));
  if (codings.includes('')) throw new TransferEncodingError('an empty coding', locate('transfer-encoding'));
  if (codings.length > 0) {
    throw new TransferCodeError(JSON.stringify(codings.join(', ').slice(0, 64)), locate('transfer-encoding'));
  }
}

/** How a message is sent: what its head says of its end, and what its body does about it. */
export interface SentFraming {
  /** What the head declares: a length, chunked, or nothing. */
  readonly declared: Framing | undefined;
  /** How the content is written; undefined when it is dropped, since the answer to HEAD has none (RFC 9110 §9.3.2). */
  readonly content: Framing | undefined;
}

const NOTHING_SENT: SentFraming = { declared: undefined, content: NO_CONTENT };
const EMPTY_SENT: SentFraming = { declared: NO_CONTENT, content: NO_CONTENT };
const CHUNKED_SENT: SentFraming = { declared: CHUNKED, content: CHUNKED };
const CLOSE_SENT: SentFraming = { declared: undefined, content: CLOSE };
const TUNNEL_SENT: SentFraming = { declared: undefined, content: TUNNEL };

/**
 * The framing of a request to send (RFC 9112 §6.3): by the length that the caller declares, else chunked, since the server
 * is taken to speak HTTP/1.1; and without content, a length of 0 where the method makes one expect some (RFC 9110 §8.6).
 *
 * @throws UnwritableError for a Content-Length that is no length, or that declares content where there is none
 */
export function sentRequestFraming(method: string, fields: ControlFields, hasContent: boolean): SentFraming {
  const length = declaredLength(fields);
  if (!hasContent) {
    if ((length ?? 0) > 0) throw new UnwritableError('Content-Length without content');
    return length === 0 || anticipatesContent(method) ? EMPTY_SENT : NOTHING_SENT;
  }
  return length === undefined ? CHUNKED_SENT : sentLength(length);
}

/**
 * The framing of a response to send (RFC 9112 §6.3): by the length that the handler declares, else chunked, or up to the
 * end of the connection for a client that speaks HTTP/1.0 (§6.1).
 *
 * @throws UnwritableError for a Content-Length that is no length
 */
export function sentResponseFraming(
  status: number,
  method: string,
  version: HttpVersion,
  fields: ControlFields,
): SentFraming {
  // RFC 9110 §8.6: neither field in 1xx and 204, nor in a 2xx to CONNECT.
  if (status < 200 || status === 204) return status === 101 ? TUNNEL_SENT : NOTHING_SENT;
  if (method === 'CONNECT' && status < 300) return TUNNEL_SENT;
  const length = declaredLength(fields);
  const declared = length === undefined ? undefined : lengthOf(length);
  if (method === 'HEAD') return { declared, content: undefined };
  if (status === 304) return { declared, content: NO_CONTENT };
  // RFC 9110 §15.3.6: a 205 never has content, yet unlike a 204 it is read as if it could.
  if (status === 205) return EMPTY_SENT;
  if (length !== undefined) return sentLength(length);
  return version === '1.0' ? CLOSE_SENT : CHUNKED_SENT;
}

function sentLength(length: number): SentFraming {
  const framing = lengthOf(length);
  return { declared: framing, content: framing };
}

function lengthOf(length: number): Framing {
  return length === 0 ? NO_CONTENT : { type: 'length', length };
}

/**
 * What the caller's Content-Length says; several that say the same are one, as a proxy may hand them on. Beside a
 * Transfer-Encoding it says nothing: that has overridden it where the message came from, and a gateway must not hand it on (RFC
 * 9112 §6.3, item 3).
 */
function declaredLength(fields: ControlFields): number | undefined {
  const value = fields['content-length'];
  if (value === undefined || fields['transfer-encoding'] !== undefined) return undefined;
  const single = parseDigits(value);
  if (single >= 0) return single;
  const values = value.split(',').map(trimWhitespace);
  const length = parseDigits(values[0]);
  if (length < 0 || values.some((other) => other !== values[0])) {
    throw new UnwritableError(`Content-Length ${JSON.stringify(value)}`);
  }
  return length;
}
