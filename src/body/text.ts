import { map, pipe, type OperatorFunction } from 'rxjs';
import { ContentError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import { gather, type ExchangeNotification, type GatherOptions } from './gathering.ts';
import { successful } from './successful.ts';

/**
 * The content of a successful response, or of a request, as text, in the charset that its Content-Type names; UTF-8 if it
 * names none. A byte order mark is left out, and octets that are no text are U+FFFD, as browsers have it.
 *
 * Errors with a StatusError for any other response, a ContentError for a charset that nobody knows, a ContentTooLargeError.
 *
 * @example
 * ```ts
 * client.exchange({ method: 'GET', uri: 'http://localhost/', headers: [] }).pipe(text()).subscribe(console.log);
 * ```
 */
export function text(options: GatherOptions = {}): OperatorFunction<ExchangeNotification, string> {
  return pipe(
    successful<ExchangeNotification>(options),
    gather(options),
    map(({ start, headers, content }) => decodeText(headers, content, serverStatus(start))),
  );
}

/**
 * The content of a response that is there as a whole, as {@link text} has it.
 *
 * @throws ContentError for a charset that nobody knows
 */
export function textOf(response: { readonly headers: HeaderList; readonly content: Uint8Array }): string {
  return decodeText(response.headers, response.content, serverStatus(response));
}

/** To whoever asked for it, an upstream's content is the gateway's fault, and a request's is their own. */
export function serverStatus(response: unknown): number | undefined {
  return response === undefined ? undefined : 502;
}

function decodeText(headers: HeaderList, content: Uint8Array, status: number | undefined): string {
  const charset = charsetOf(headers) ?? 'utf-8';
  let decoder;
  try {
    decoder = new TextDecoder(charset);
  } catch (cause) {
    throw new ContentError(`charset ${JSON.stringify(charset)}`, { cause, serverStatus: status });
  }
  return decoder.decode(content);
}

/** One parameter of a media type (RFC 9110 §5.6.6), its name, and its value as a token or quoted. */
const PARAMETER = /[ \t]*;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\]|\\.)*)"))?/y;

function charsetOf(headers: HeaderList): string | undefined {
  const value = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const end = value?.indexOf(';') ?? -1;
  if (value === undefined || end < 0) return undefined;
  PARAMETER.lastIndex = end;
  for (let match = PARAMETER.exec(value); match !== null; match = PARAMETER.exec(value)) {
    const [, name, token, quoted] = match as (string | undefined)[];
    if (name?.toLowerCase() === 'charset') return token ?? quoted?.replace(/\\(.)/g, '$1');
  }
  return undefined;
}
