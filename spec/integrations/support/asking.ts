import { lastValueFrom, of, type Observable } from 'rxjs';
import {
  collect,
  getHeader,
  requestDone,
  type Handler,
  type HeaderList,
  type HttpResponse,
  type HttpServerRequest,
} from 'rxchange';

/** A request as a server would give it to a handler. */
export function requestOf(
  method: string,
  uri: string,
  headers: HeaderList = [],
  more: Partial<HttpServerRequest> = {},
): HttpServerRequest {
  const body: HttpServerRequest['body'] = of(requestDone());
  const known = { version: '1.1', authority: 'origin', scheme: 'http', connection: {} } as const;
  return { method, uri, headers, ...known, body, ...more };
}

/** What a handler answers, as a whole. */
export function ask(
  handler: Handler,
  method: string,
  uri: string,
  headers: HeaderList = [],
): Promise<HttpResponse> {
  const whole: Observable<HttpResponse> = handler(requestOf(method, uri, headers)).pipe(collect());
  return lastValueFrom(whole, {
    defaultValue: { status: 0, phrase: '', headers: [], trailers: [], content: new Uint8Array() },
  });
}

/** A field of a response that has it once, or undefined. */
export function fieldOf({ headers }: Pick<HttpResponse, 'headers'>, name: string): string | undefined {
  const lines = headers.filter(([given]) => given.toLowerCase() === name.toLowerCase());
  return lines.length > 1 ? getHeader(headers, name).join(' and ') : lines.at(0)?.[1];
}

export const latin1 = (content: Uint8Array): string => Buffer.from(content).toString('latin1');
