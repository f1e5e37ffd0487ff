import { map, pipe, type OperatorFunction } from 'rxjs';
import { ContentError } from '../message/errors.ts';
import { gather, type ExchangeNotification, type GatherOptions } from './gathering.ts';
import { successful } from './successful.ts';
import { serverStatus } from './text.ts';

/**
 * The value of the JSON that a successful response, or a request, has for its content. UTF-8 and nothing else, as
 * RFC 8259 §8.1 has it. That the value is a `T` is the caller's word, and nobody's check.
 *
 * Errors with a StatusError for any other response, a ContentError for what is not JSON, no content at all included, a
 * ContentTooLargeError.
 *
 * @example
 * ```ts
 * client.exchange(request).pipe(json<User>()).subscribe((user) => console.log(user.name));
 * server.serve(({ body }) => body.pipe(json<User>(), switchMap((user) => respond(201, jsonBody(user)))));
 * ```
 */
export function json<T>(options: GatherOptions = {}): OperatorFunction<ExchangeNotification, T> {
  return pipe(
    successful<ExchangeNotification>(options),
    gather(options),
    map(({ start, content }) => parse(content, serverStatus(start)) as T),
  );
}

/**
 * The value of the JSON that a response has which is there as a whole, as {@link json} has it.
 *
 * @throws ContentError for what is not JSON
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as everybody's `json<T>()`
export function jsonOf<T>(response: { readonly content: Uint8Array }): T {
  return parse(response.content, serverStatus(response)) as T;
}

function parse(content: Uint8Array, status: number | undefined): unknown {
  if (content.length === 0) throw new ContentError('no JSON, but nothing', { serverStatus: status });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (cause) {
    throw new ContentError('no JSON', { cause, serverStatus: status });
  }
}
