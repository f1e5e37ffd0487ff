import { concat, map, of, timer, type Observable } from 'rxjs';
import {
  requestBody,
  requestDone,
  type ExchangeFacts,
  type HttpRequest,
  type RequestBody,
  type RequestDone,
} from 'rxchange';
import { head, HttpTestScheduler, sized, type HttpRunHelpers, type ReceivedRequest } from 'rxchange/testing';

/** Runs on virtual time; whatever is left behind at the end fails the test. */
export function run(work: (helpers: HttpRunHelpers) => void): void {
  new HttpTestScheduler().run(work);
}

export const request = (method: string, path = '/', uri = 'http://origin'): HttpRequest => ({
  method,
  uri: `${uri}${path}`,
  headers: [],
});

export const GET = request('GET');

export type Body = Observable<RequestBody | RequestDone>;

export const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A body that is there at once, and each time that it is asked for. */
export const bodyOf = (...pieces: string[]): Body =>
  of(...pieces.map((piece) => requestBody(octets(piece))), requestDone());

/** A body whose pieces come one after the other, each after so many ms. */
export const slowBody = (ms: number, ...pieces: string[]): Body =>
  concat(
    ...pieces.map((piece) => timer(ms).pipe(map(() => requestBody(octets(piece))))),
    timer(ms).pipe(map(() => requestDone())),
  );

export const sending = (method: string, body: Body, path = '/'): HttpRequest => ({
  ...request(method, path),
  body,
});

/** What letters stand for in most scripts: a whole answer, a head with a length of three, its content; a 1xx. */
export const OCTETS = {
  w: sized('abc'),
  h: head(200, [['Content-Length', '3']]),
  b: 'abc',
  i: head(103),
  c: head(100),
};

/** A whole answer, and what an exchange is told of it. */
export const WHOLE = { s: 200, b: 'abc' };

/** For {@link NetworkExpectations.expectRequests}: on which connection, with which content. */
export const withContent = ({ method, connection, content }: ReceivedRequest): string =>
  `${method} ${String(connection)} ${content}`;

/** What an error says of the exchange that it ended: of GET unless told otherwise. */
export const facts = (given: Partial<ExchangeFacts>): ExchangeFacts => ({
  method: 'GET',
  uri: GET.uri,
  attempts: 1,
  reused: false,
  sent: true,
  answered: false,
  ...given,
});
