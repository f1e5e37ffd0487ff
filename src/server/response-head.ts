import { HandlerError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import type { HttpVersion, ResponseNonfinal, ResponseStart } from '../message/notifications.ts';
import { statusPhrase } from '../message/status.ts';
import { controlFields, isSameProtocol, upgradeProtocols } from '../wire/control-fields.ts';
import { formatField } from '../wire/field-section.ts';
import { sentResponseFraming, type Framing } from '../wire/framing.ts';
import { formatHead } from '../wire/message-writer.ts';
import { formatStatusLine } from '../wire/start-line.ts';

/** What of a request decides how its response goes. */
export interface AnsweredRequest {
  readonly method: string;
  readonly version: HttpVersion;
  /** Whether the client lets the connection be used again. */
  readonly isPersistent: boolean;
  /** Whether the client waits for a 100 (Continue) before it sends the content. */
  readonly expectsContinue: boolean;
}

/** A head as latin1, its empty line included, how the content behind it goes, and whether another exchange may follow. */
export interface ResponseHead {
  readonly head: string;
  readonly content: Framing | undefined;
  readonly isPersistent: boolean;
}

/**
 * The head of a final response: what the handler gives, without the fields for one hop only (RFC 9110 §7.6.1), framed for
 * the client's version, with Date (§6.6.1) and Connection (RFC 9112 §9.3) as they must be.
 *
 * @param now - ms since 1970
 * @param keepAlive - the fields that say how long the connection is kept, if it is
 * @throws UnwritableError
 */
export function responseHead(
  response: ResponseStart,
  request: AnsweredRequest,
  now: number,
  keepAlive: string,
): ResponseHead {
  const { status, phrase = statusPhrase(status), headers } = response;
  const { method, version } = request;
  const startLine = formatStatusLine(status, phrase);
  const fields = controlFields(headers);
  const { declared, content } = sentResponseFraming(status, method, version, fields);
  const isPersistent = request.isPersistent && content?.type !== 'close';
  const behind = dateField(headers, now) + connectionFields(version, isPersistent, keepAlive);
  return { head: formatHead({ startLine, headers, fields, declared, behind }), content, isPersistent };
}

/** The head of a 1xx response. */
export function nonfinalHead({ status, phrase = statusPhrase(status), headers }: ResponseNonfinal): string {
  const startLine = formatStatusLine(status, phrase);
  return formatHead({ startLine, headers, fields: controlFields(headers), declared: undefined });
}

/**
 * The head that ends HTTP on a connection: 101 with what is spoken from there on, or 200 to CONNECT.
 *
 * @param offered - the protocols of the request
 * @throws HandlerError for a protocol that was not offered; UnwritableError
 */
export function switchHead(
  headers: HeaderList,
  { method }: AnsweredRequest,
  offered: readonly string[],
  now: number,
): string {
  const fields = controlFields(headers);
  if (method === 'CONNECT') {
    const behind = dateField(headers, now);
    return formatHead({
      startLine: formatStatusLine(200, 'OK'),
      headers,
      fields,
      declared: undefined,
      behind,
    });
  }
  const chosen = upgradeProtocols(fields.upgrade ?? offered[0]);
  // RFC 9110 §7.8: a server must not switch to what was not offered.
  const isOffered = chosen.every((protocol) => offered.some((other) => isSameProtocol(protocol, other)));
  if (chosen.length === 0 || !isOffered) throw new HandlerError(`a switch to ${JSON.stringify(chosen)}`);
  const startLine = formatStatusLine(101, statusPhrase(101));
  const behind = `Connection: upgrade\r\n${formatField('Upgrade', chosen.join(', '))}`;
  return formatHead({ startLine, headers, fields, declared: undefined, behind });
}

/** An end is always announced; that an HTTP/1.0 client gets what it asked for, too (RFC 9112 §9.3, §9.6). */
function connectionFields(version: HttpVersion, isPersistent: boolean, keepAlive: string): string {
  if (!isPersistent) return 'Connection: close\r\n';
  if (keepAlive !== '') return keepAlive;
  return version === '1.0' ? 'Connection: keep-alive\r\n' : '';
}

/** ms by which a connection is kept longer than is said, for a request that is on its way by then. */
const MARGIN = 1_000;

/**
 * The fields that say for how long a connection is kept: what the client does not know it finds out by a request that is
 * lost. Nothing for a time that is too short to be said in seconds.
 *
 * @param idleTimeout - ms
 */
export function keepAliveFields(idleTimeout: number | null): string {
  if (idleTimeout === null) return '';
  const seconds = Math.floor((idleTimeout - MARGIN) / 1000);
  return seconds < 1 ? '' : `Connection: keep-alive\r\nKeep-Alive: timeout=${String(seconds)}\r\n`;
}

let second = NaN;
let date = '';

/** Made once a second: a Date that is a second old is still true. */
function dateField(headers: HeaderList, now: number): string {
  if (headers.some(([name]) => name.length === 4 && name.toLowerCase() === 'date')) return '';
  const seconds = Math.floor(now / 1000);
  if (seconds !== second) {
    second = seconds;
    date = `Date: ${new Date(seconds * 1000).toUTCString()}\r\n`;
  }
  return date;
}
