import {
  HttpVersionError,
  RequestTargetError,
  StartLineError,
  UnwritableError,
  type HttpErrorInit,
} from '../message/errors.ts';
import type { HttpVersion } from '../message/notifications.ts';
import { isText, isToken, parseDigits } from './grammar.ts';
import { targetFault } from './request-target.ts';

/** `method SP request-target SP HTTP-version` (RFC 9112 §3). */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: HttpVersion;
}

/** `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4). */
export interface StatusLine {
  readonly version: HttpVersion;
  readonly status: number;
  readonly phrase: string;
}

/** Tells where in the message the octet is that stands at this index of the line. */
export type Locate = (index: number) => HttpErrorInit;

/** Exactly two single spaces: RFC 9112 §3 lets a reader be lenient with whitespace here, and requests were smuggled so. */
export function parseRequestLine(line: string, locate: Locate): RequestLine {
  const afterMethod = line.indexOf(' ');
  const method = line.slice(0, Math.max(afterMethod, 0));
  if (!isToken(method))
    throw new StartLineError('a request line starts with a method and one space', locate(0));
  const afterTarget = line.indexOf(' ', afterMethod + 1);
  if (afterTarget < 0)
    throw new StartLineError('a request line ends with a space and a version', locate(line.length));
  const version = parseVersion(line.slice(afterTarget + 1));
  if (version === undefined) throw versionError(line.slice(afterTarget + 1), locate(afterTarget + 1));
  const target = line.slice(afterMethod + 1, afterTarget);
  const fault = targetFault(method, target);
  if (fault !== undefined) throw new RequestTargetError(fault, locate(afterMethod + 1));
  return { method, target, version };
}

/**
 * The space behind the status code may be missing where the phrase is: servers forget it, and nothing else can be meant
 * (RFC 9112 §4 asks it of the sender).
 */
export function parseStatusLine(line: string, locate: Locate): StatusLine {
  const version = parseVersion(line.slice(0, 8));
  if (version === undefined) throw versionError(line.slice(0, 8), locate(0));
  const status = parseDigits(line.slice(9, 12));
  const isWhole = line.length === 12 || line[12] === ' ';
  if (line[8] !== ' ' || status < 100 || !isWhole) {
    throw new StartLineError(
      'a version is followed by a space, three digits from 100 up and a space',
      locate(8),
    );
  }
  return { version, status, phrase: line.slice(13) };
}

/** `HTTP/1.0` is 1.0; every other minor version of 1 is read as 1.1, the highest that is spoken here (RFC 9110 §2.5). */
function parseVersion(text: string): HttpVersion | undefined {
  if (text === 'HTTP/1.1') return '1.1';
  if (text === 'HTTP/1.0') return '1.0';
  return /^HTTP\/1\.[2-9]$/.test(text) ? '1.1' : undefined;
}

/** A version of the right form but another major is 505; what is no version at all is a malformed line (RFC 9112 §2.3). */
function versionError(text: string, where: HttpErrorInit): HttpVersionError | StartLineError {
  return /^HTTP\/\d\.\d$/.test(text)
    ? new HttpVersionError('only HTTP/1.x is spoken here', where)
    : new StartLineError('not a version of HTTP', where);
}

/** The request line with its line end; always of our own version (RFC 9112 §2.3). */
export function formatRequestLine(method: string, target: string): string {
  if (!isToken(method)) throw new UnwritableError(`method ${JSON.stringify(method)}`);
  const fault = targetFault(method, target);
  if (fault !== undefined) throw new UnwritableError(`request target ${JSON.stringify(target)}: ${fault}`);
  return `${method} ${target} HTTP/1.1\r\n`;
}

/** The status line with its line end; always of our own version (RFC 9112 §2.3). */
export function formatStatusLine(status: number, phrase: string): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new UnwritableError(`a status is a whole number from 100 to 999, not ${String(status)}`);
  }
  if (!isText(phrase)) throw new UnwritableError(`reason phrase ${JSON.stringify(phrase)}`);
  return `HTTP/1.1 ${String(status)} ${phrase}\r\n`;
}
