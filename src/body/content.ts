import { of, type Observable } from 'rxjs';
import { headerNames, type HeaderList } from '../message/headers.ts';
import { requestBody, requestDone, type RequestBody, type RequestDone } from '../message/notifications.ts';

/**
 * Content and the fields that tell what it is: what a request is given, and what {@link respond} makes a response of.
 * A request is one, too.
 */
export interface Content {
  readonly headers: HeaderList;
  readonly body: Observable<RequestBody | RequestDone>;
}

/**
 * Content of octets that are there, with its Content-Length. It can be sent any number of times.
 *
 * @param headers - more fields
 */
export function bytesBody(octets: Uint8Array, headers: HeaderList = []): Content {
  return {
    headers: [
      ...headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
      ['Content-Length', String(octets.length)],
    ],
    body: of(requestBody(octets), requestDone()),
  };
}

/** Text, in UTF-8; `text/plain` unless `headers` say what it is. */
export function textBody(text: string, headers: HeaderList = []): Content {
  return typed('text/plain; charset=utf-8', text, headers);
}

/**
 * A value as JSON; `application/json` unless `headers` have another Content-Type.
 *
 * @example
 * ```ts
 * client.exchange({ method: 'POST', uri: 'http://localhost/users', ...jsonBody({ name: 'Ada' }) });
 * ```
 *
 * @throws TypeError for what JSON does not have: undefined, a function, a circle, a bigint
 */
export function jsonBody(value: unknown, headers: HeaderList = []): Content {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} is nothing that JSON has`);
  return typed('application/json', text, headers);
}

/**
 * Fields as an HTML form sends them (`application/x-www-form-urlencoded`).
 *
 * @example
 * ```ts
 * client.exchange({ method: 'POST', uri: 'http://localhost/search', ...formBody({ q: 'marbles', page: '2' }) });
 * ```
 */
export function formBody(
  fields: Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>,
  headers: HeaderList = [],
): Content {
  const pairs = Symbol.iterator in fields ? fields : Object.entries(fields);
  const params = new URLSearchParams();
  for (const [name, value] of pairs) params.append(name, value);
  return typed('application/x-www-form-urlencoded', params.toString(), headers);
}

function typed(type: string, text: string, headers: HeaderList): Content {
  const isTyped = headerNames(headers).has('content-type');
  return bytesBody(new TextEncoder().encode(text), isTyped ? headers : [['Content-Type', type], ...headers]);
}
