import { describe, expect, test } from '@jest/globals';
import { concat, of, throwError, type Observable, type OperatorFunction } from 'rxjs';
import {
  bytes,
  collect,
  ContentTooLargeError,
  HttpClient,
  HttpServer,
  json,
  jsonBody,
  jsonOf,
  requestBody,
  requestDone,
  respond,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  StatusError,
  successful,
  text,
  textBody,
  textOf,
  toReadable,
  toWebStream,
  type ExchangeNotification,
  type HeaderList,
  type HttpError,
  type HttpResponse,
  type HttpServerOptions,
  type ResponseNotification,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { exhaustMap } from 'rxjs';
import { virtually } from '../support/virtually.ts';

const octets = (content: string): Uint8Array => Buffer.from(content, 'latin1');
const pieces = (content: string): ResponseNotification[] =>
  Array.from(content, (each) => responseBody(octets(each)));

function response(
  status: number,
  content: string,
  headers: HeaderList = [],
): Observable<ResponseNotification> {
  return of(
    responseNonfinal(103),
    responseStart(status, headers),
    ...pieces(content),
    responseDone([['X-Sum', '1']]),
  );
}

const request = (content: string): Observable<ExchangeNotification> =>
  of(requestBody(octets(content)), requestDone());

/** What comes of it: a value, or the name of an error. */
function outcome<T>(
  source: Observable<ResponseNotification> | Observable<ExchangeNotification>,
  operator: OperatorFunction<ExchangeNotification, T>,
): unknown {
  const outcomes: unknown[] = [];
  (source as Observable<ExchangeNotification>).pipe(operator).subscribe({
    next: (value) => outcomes.push(value),
    error: (error: unknown) => {
      const { code, serverStatus } = error as HttpError;
      outcomes.push(`${code} ${serverStatus ?? ''}`);
    },
    complete: () => outcomes.push('complete'),
  });
  return outcomes.length === 2 && outcomes[1] === 'complete' ? outcomes[0] : outcomes;
}

describe('the content as a whole', () => {
  test('is its octets', () => {
    expect(outcome(response(200, 'a\xff'), bytes())).toEqual(new Uint8Array([0x61, 0xff]));
    expect(outcome(response(204, ''), bytes())).toEqual(new Uint8Array());
    expect(outcome(request('ab'), bytes())).toEqual(octets('ab'));
  });

  test.each([
    ['utf-8 where nothing is said', 'f\xc3\xbcr', undefined, 'für'],
    ['without a byte order mark', '\xef\xbb\xbfa', undefined, 'a'],
    ['with U+FFFD for what is no text', 'a\xffb', undefined, 'a\ufffdb'],
    ['as its charset has it', 'f\xfcr', 'text/html; charset=ISO-8859-1', 'für'],
    ['whatever the case', 'f\xfcr', 'text/html;Charset="iso-8859-1"', 'für'],
    ['behind other parameters', 'f\xfcr', 'text/html ; a="; charset=utf-8" ; charset=latin1', 'für'],
    ['quoted with escapes', 'f\xfcr', 'text/html; charset="l\\atin1"', 'für'],
    ['in two octets a letter', 'f\0r\0', 'text/plain; charset=utf-16le', 'fr'],
    ['where the parameters are malformed', 'a', 'text/plain; =; charset=latin1', 'a'],
  ])('is text, %s', (_, content, type, expected) => {
    const headers: HeaderList = type === undefined ? [] : [['content-type', ` ${type}`]];
    expect(outcome(response(200, content, headers), text())).toBe(expected);
    expect(textOf({ headers, content: octets(content) })).toBe(expected);
  });

  test('is no text in a charset that nobody knows', () => {
    const headers: HeaderList = [['Content-Type', 'text/plain; charset=klingon']];
    expect(outcome(response(200, 'a', headers), text())).toEqual(['CONTENT 502']);
    expect(() => textOf({ headers, content: octets('') })).toThrow('"klingon"');
  });

  test('is JSON', () => {
    expect(outcome(response(200, '{"a":[1,"\xc3\xbc"]}'), json())).toEqual({ a: [1, 'ü'] });
    expect(outcome(response(201, '\xef\xbb\xbfnull'), json())).toBe(null);
    expect(outcome(request('"a"'), json())).toBe('a');
    expect(jsonOf({ content: octets('[]') })).toEqual([]);
  });

  test.each([
    ['half of it', '{"a":'],
    ['nothing', ''],
    ['what is no UTF-8', '"\xfc"'],
    ['a page', '<!doctype html>'],
  ])('is no JSON when it is %s, which is the fault of whoever sent it', (_, content) => {
    expect(outcome(response(200, content), json())).toEqual(['CONTENT 502']);
    expect(outcome(request(content), json())).toEqual(['CONTENT 400']);
    expect(() => jsonOf({ content: octets(content) })).toThrow('Malformed content');
  });

  test('is bounded', () => {
    expect(outcome(response(200, 'abc'), bytes({ maxBytes: 3 }))).toEqual(octets('abc'));
    for (const operator of [bytes, text, json, collect] as const) {
      expect(outcome(response(200, 'abcd'), operator({ maxBytes: 3 }) as never)).toEqual([
        'CONTENT_TOO_LARGE 502',
      ]);
    }
    expect(outcome(request('abcd'), text({ maxBytes: 3 }))).toEqual(['CONTENT_TOO_LARGE 413']);
  });

  test.each<[string, (maxBytes: number) => unknown]>([
    ['bytes', (maxBytes) => bytes({ maxBytes })],
    ['text', (maxBytes) => text({ maxBytes })],
    ['json', (maxBytes) => json({ maxBytes })],
    ['collect', (maxBytes) => collect({ maxBytes })],
    ['successful', (maxBytes) => successful({ maxBytes })],
    ['toReadable', (maxBytes) => toReadable(of(), { maxBytes })],
    ['toWebStream', (maxBytes) => toWebStream(of(), { maxBytes })],
  ])('%s refuses at once a bound that is none', (_, make) => {
    for (const maxBytes of [-1, NaN, 0.5, null as never]) {
      expect(() => make(maxBytes)).toThrow(/^maxBytes must be a whole number/);
    }
  });

  test.each([null, 'text', 5])('%j is not the content of a response', (content) => {
    expect(() => respond(200, content as never)).toThrow(/^the content of a response is what jsonBody/);
  });

  test('leaves its source with the octet that is too many', () => {
    virtually(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('--s-b-b-b-(d|)', {
        s: responseStart(200),
        b: responseBody(octets('ab')),
        d: responseDone(),
      });
      expectObservable(source.pipe(bytes({ maxBytes: 3 }))).toBe('------#', {}, ContentTooLargeError);
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  test('is not told without its end', () => {
    const cut = of(responseStart(200), responseBody(octets('1')));
    for (const operator of [bytes, text, json, collect] as const) {
      expect(outcome(cut, operator() as never)).toEqual(['BODY_INCOMPLETE 500']);
    }
    expect(outcome(of(responseStart(404), responseBody(octets('1'))), text())).toEqual([
      'BODY_INCOMPLETE 500',
    ]);
    const fault = Object.assign(new Error('reset'), { code: 'RESET' });
    expect(
      outcome(
        concat(
          cut,
          throwError(() => fault),
        ),
        text(),
      ),
    ).toEqual(['RESET ']);
  });
});

describe('a response that is not successful', () => {
  test.each([[302], [404], [500], [304]])('of status %d is no value, but all in an error', (status) => {
    const headers: HeaderList = [['Content-Type', 'application/json']];
    for (const operator of [bytes, text, json] as const) {
      let error: unknown;
      response(status, '{"a":1}', headers)
        .pipe(operator() as OperatorFunction<ExchangeNotification, unknown>)
        .subscribe({ error: (given: unknown) => (error = given) });
      expect(error).toBeInstanceOf(StatusError);
      const { response: whole, serverStatus } = error as StatusError;
      expect(whole).toMatchObject({ status, headers, trailers: [['X-Sum', '1']] });
      expect(jsonOf(whole)).toEqual({ a: 1 });
      expect(serverStatus).toBe(502);
    }
  });

  test('is a response for whoever asks for all of it', () => {
    expect(outcome(response(404, 'gone', [['X-A', 'b']]), collect() as never)).toEqual({
      status: 404,
      phrase: 'Not Found',
      headers: [['X-A', 'b']],
      content: octets('gone'),
      trailers: [['X-Sum', '1']],
    } satisfies HttpResponse);
  });

  test('is told with its own phrase', () => {
    const odd = of(responseStart(499, [], 'Odd'), responseDone());
    let error: unknown;
    odd.pipe(text()).subscribe({ error: (given: unknown) => (error = given) });
    expect((error as StatusError).message).toBe('Response is not successful: 499 Odd');
  });

  test('lets a successful one through as it is', () => {
    const seen: ResponseNotification[] = [];
    response(206, 'ab')
      .pipe(successful())
      .subscribe((notification) => seen.push(notification));
    expect(seen.map(({ type }) => type)).toEqual([
      'response_nonfinal',
      'response_start',
      'response_body',
      'response_body',
      'response_done',
    ]);
  });

  test('is bounded, too', () => {
    expect(outcome(response(500, 'abcd'), text({ maxBytes: 3 }))).toEqual(['CONTENT_TOO_LARGE 502']);
  });
});

describe('a conversation in JSON', () => {
  const HOST = { host: 'origin', port: 80 };
  const uri = 'http://origin/';

  function converse(sent: string, options: HttpServerOptions = {}): unknown {
    let result: unknown;
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ ...HOST, transport, idleTimeout: 1_000, onError: () => undefined, ...options })
        .serve(({ body }) =>
          body.pipe(
            json<{ n: number }>({ maxBytes: 10 }),
            exhaustMap(({ n }) => respond(200, jsonBody({ twice: 2 * n }))),
          ),
        )
        .subscribe();
      const client = new HttpClient({ transport, idleTimeout: 1_000 });
      result = 'nothing';
      client
        .exchange({ method: 'POST', uri, ...textBody(sent) })
        .pipe(json())
        .subscribe({
          next: (value) => (result = value),
          error: (error: unknown) => (result = textOf((error as StatusError).response)),
        });
      flush();
    });
    return result;
  }

  test('asks and is answered', () => {
    expect(converse('{"n":4}')).toEqual({ twice: 8 });
  });

  test('has its faults answered for by their status', () => {
    expect(converse('{"n":')).toBe('Bad Request\n');
    expect(converse('{"n":12345678901}')).toBe('Content Too Large\n');
  });
});
