import type { HeaderList } from '../message/headers.ts';
import { statusPhrase } from '../message/status.ts';

/** The octets of a status line, field lines and the empty line behind them; nothing is added or checked. */
export function head(status: number, headers: HeaderList = [], phrase = statusPhrase(status)): string {
  return `HTTP/1.1 ${String(status)} ${phrase}\r\n${fieldLines(headers)}\r\n`;
}

/** The octets of a whole response, its length in a Content-Length. */
export function sized(text: string, status = 200, headers: HeaderList = []): string {
  return head(status, [...headers, ['Content-Length', String(text.length)]]) + text;
}

/** The octets of a whole request, the length of its content, if it has any, in a Content-Length. */
export function asked(
  method: string,
  target: string,
  text = '',
  headers: HeaderList = [['Host', 'origin']],
): string {
  const length: HeaderList = text === '' ? [] : [['Content-Length', String(text.length)]];
  return `${method} ${target} HTTP/1.1\r\n${fieldLines([...headers, ...length])}\r\n${text}`;
}

/** The octets of one chunk (RFC 9112 §7.1). */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** The octets behind the last chunk that has content. */
export function lastChunk(trailers: HeaderList = []): string {
  return `0\r\n${fieldLines(trailers)}\r\n`;
}

/** A field that says: chunks follow. */
export const CHUNKED: readonly [name: string, value: string] = ['Transfer-Encoding', 'chunked'];

function fieldLines(headers: HeaderList): string {
  return headers.map(([name, value]) => `${name}:${/^[ \t]/.test(value) ? '' : ' '}${value}\r\n`).join('');
}
