import { concat, map, of, type Observable } from 'rxjs';
import { headerNames, type HeaderList } from '../message/headers.ts';
import {
  responseBody,
  responseDone,
  responseStart,
  type RequestBody,
  type RequestDone,
  type ResponseNotification,
} from '../message/notifications.ts';
import { forbidsContent } from '../message/status.ts';

/**
 * A response of a status and what is to be said. The content is any body that a request could have, subscribed to when the
 * response is, and its `flow` goes through.
 *
 * @example
 * ```ts
 * server.serve(({ uri }) => (uri === '/' ? respond(200, jsonBody({ hello: 'world' })) : respond(404)));
 * server.serve((request) => respond(200, { body: request.body })); // an echo
 * ```
 *
 * @throws TypeError for content that has neither headers nor a body, such as a value of which `jsonBody` was to be made
 */
export function respond(
  status: number,
  content: {
    readonly headers?: HeaderList | undefined;
    readonly body?: Observable<RequestBody | RequestDone> | undefined;
  } = {},
): Observable<ResponseNotification> {
  checkContent(content);
  const { headers = [], body } = content;
  if (body === undefined) return of(responseStart(status, withoutContent(status, headers)), responseDone());
  return concat(
    of(responseStart(status, headers)),
    body.pipe(
      map((part) =>
        part.type === 'request_body' ? responseBody(part.chunk, part.flow) : responseDone(part.trailers),
      ),
    ),
  );
}

/** A text, or a value that is to be JSON, has neither: without a word it would be a response that says nothing. */
function checkContent(content: unknown): void {
  if (typeof content === 'object' && content !== null) {
    if ('headers' in content || 'body' in content || Object.keys(content).length === 0) return;
  }
  throw new TypeError('the content of a response is what jsonBody, textBody or the like make of it');
}

/** That there is none has to be said, where there could be some; a length that is given is that of what HEAD does not get. */
function withoutContent(status: number, headers: HeaderList): HeaderList {
  return forbidsContent(status) || headerNames(headers).has('content-length')
    ? headers
    : [...headers, ['Content-Length', '0']];
}
