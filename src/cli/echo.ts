import { map, mergeMap, of, reduce, type Observable } from 'rxjs';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import {
  responseBody,
  responseDone,
  responseStart,
  type ResponseNotification,
} from '../message/notifications.ts';

interface Received {
  readonly octets: number;
  readonly trailers: HeaderList;
}

const NOTHING: Received = { octets: 0, trailers: [] };

/**
 * Answers with the request as it was received: its line, its fields octet by octet, and how much content it had. As plain
 * text that no browser may take for anything else, since the peer decides what is in it.
 */
export function echo(request: HttpServerRequest): Observable<ResponseNotification> {
  return request.body.pipe(
    reduce<typeof request.body extends Observable<infer T> ? T : never, Received>(
      (received, notification) =>
        notification.type === 'request_body'
          ? { ...received, octets: received.octets + notification.chunk.length }
          : { ...received, trailers: notification.trailers },
      NOTHING,
    ),
    map((received) => Buffer.from(describe(request, received), 'latin1')),
    mergeMap((page) =>
      of(
        responseStart(200, [
          ['Content-Type', 'text/plain; charset=iso-8859-1'],
          ['X-Content-Type-Options', 'nosniff'],
          ['Cache-Control', 'no-store'],
          ['Content-Length', String(page.length)],
        ]),
        responseBody(page),
        responseDone(),
      ),
    ),
  );
}

function describe(
  { method, uri, version, headers }: HttpServerRequest,
  { octets, trailers }: Received,
): string {
  return [
    `${method} ${uri} HTTP/${version}`,
    ...lines(headers),
    '',
    octets === 1 ? '1 octet of content' : `${octets} octets of content`,
    ...lines(trailers),
    '',
  ].join('\n');
}

function lines(fields: HeaderList): string[] {
  return fields.map(([name, value]) => `${name}:${value}`);
}
