import { map, pipe, type OperatorFunction } from 'rxjs';
import type { HttpResponse } from '../message/http-response.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { statusPhrase } from '../message/status.ts';
import { gather, type Gathered, type GatherOptions } from './gathering.ts';

/**
 * The response as a whole, whatever its status.
 *
 * ```
 * source:  --s-b-b-(d|)
 *          collect()
 * result:  --------(v|)
 * ```
 *
 * @example
 * ```ts
 * client.exchange(request).pipe(collect()).subscribe((response) => {
 *   console.log(response.status, response.status === 200 ? jsonOf(response) : textOf(response));
 * });
 * ```
 */
export function collect(options: GatherOptions = {}): OperatorFunction<ResponseNotification, HttpResponse> {
  return pipe(gather(options), map(httpResponse));
}

/** A server's own order of notifications is checked where it is sent; what has no head here is a faulty double. */
export function httpResponse({ start, headers, content, trailers }: Gathered): HttpResponse {
  if (start === undefined) throw new TypeError('a response without response_start');
  const { status, phrase = statusPhrase(status) } = start;
  return { status, phrase, headers, content, trailers };
}
