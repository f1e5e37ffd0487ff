import { describe, expect, test } from '@jest/globals';
import { concat, map, of, timer } from 'rxjs';
import {
  HttpClient,
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  UnwritableError,
  type Handler,
  type HttpClientOptions,
  type ResponseNotification,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { Told, virtually } from '../support/virtually.ts';

const URI = 'http://origin/';
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Answers with the method, the framing fields and the content of the request. */
const mirror: Handler = ({ method, headers, body }) =>
  concat(
    of(
      responseStart(200, [
        ['X-Seen', [method, ...headers.slice(1).map((field) => field.join(':'))].join(' ')],
      ]),
    ),
    body.pipe(
      map((part): ResponseNotification =>
        part.type === 'request_done'
          ? responseDone(part.trailers)
          : responseBody(part.chunk.slice(), part.flow),
      ),
    ),
  );

function play(use: (client: HttpClient, told: Told) => void, options: HttpClientOptions = {}): string[] {
  const told = new Told();
  virtually(({ flush }) => {
    const transport = memoryTransport();
    new HttpServer({ transport, host: 'origin', port: 80 }).serve(mirror).subscribe();
    use(new HttpClient({ transport, ...options }), told);
    flush();
  });
  return told.all;
}

describe('client.exchange()', () => {
  test('sends what is pushed, with trailers both ways', () => {
    const told = play((client, all) => {
      const exchange = client.exchange();
      exchange.subscribe(all);
      exchange.requestStart('POST', URI, [['A', 'b']]);
      exchange.requestBody(octets('abc'));
      timer(5).subscribe(() => {
        exchange.requestBody(octets('def'));
        exchange.requestDone([['T', 'r']]);
      });
    });
    expect(told).toEqual(['response_start 200', 'abc', 'def', 'response_done T: r', 'complete']);
  });

  test('sends nothing before it is subscribed to, and then what was pushed meanwhile', () => {
    const told = play((client, all) => {
      const exchange = client.exchange();
      exchange.requestStart('PUT', URI);
      exchange.requestBody(octets('abc'));
      exchange.requestDone();
      timer(5).subscribe(() => exchange.subscribe(all));
    });
    expect(told).toEqual(['response_start 200', 'abc', 'response_done', 'complete']);
  });

  test('a GET has no content, on a kept connection too', () => {
    const seen: unknown[] = [];
    play((client) => {
      const get = (): void => {
        const exchange = client.exchange();
        exchange.subscribe((notification) => {
          if (notification.type === 'response_start') seen.push(notification.headers[0][1]);
          if (notification.type === 'response_done' && seen.length < 2) get();
        });
        exchange.requestStart('GET', URI);
        exchange.requestDone();
      };
      get();
    });
    expect(seen).toEqual([' GET', ' GET']);
  });

  test('is sent once', () => {
    const told = play((client, all) => {
      const exchange = client.exchange();
      exchange.subscribe();
      exchange.subscribe(all);
    });
    expect(told).toEqual([expect.stringMatching(/^error TypeError: an HttpClientExchange is sent once/)]);
  });

  test('refuses calls out of order, and a request that would not be HTTP', () => {
    const exchange = new HttpClient({ transport: memoryTransport() }).exchange();
    const refuses = (call: () => void, text: string): void => {
      expect(call).toThrow(UnwritableError);
      expect(call).toThrow(text);
    };
    refuses(() => exchange.requestBody(octets('x')), 'requestBody before requestStart');
    refuses(() => exchange.requestDone(), 'requestDone before requestStart');
    refuses(() => exchange.requestStart('G T', URI), 'method "G T"');
    exchange.requestStart('GET', URI);
    refuses(() => exchange.requestStart('GET', URI), 'a second requestStart');
    exchange.requestDone();
    refuses(() => exchange.requestBody(octets('x')), 'requestBody behind requestDone');
    refuses(() => exchange.requestDone(), 'requestDone behind requestDone');
  });

  test('errs when more was pushed than is kept before anybody subscribed', () => {
    let said = '';
    virtually(({ flush }) => {
      const transport = memoryTransport();
      new HttpServer({ transport, host: 'origin', port: 80 }).serve(mirror).subscribe();
      const exchange = new HttpClient({ transport, maxBufferedBytes: 2 }).exchange();
      exchange.requestStart('PUT', URI);
      exchange.requestBody(octets('abc'));
      exchange.subscribe({ error: (error: unknown) => (said = String(error)) });
      flush();
    });
    expect(said).toContain('more than 2 octets were pushed');
  });

  test('undefined is no request, and not the lack of one', () => {
    const client = new HttpClient({ transport: memoryTransport() });
    expect(() => client.exchange(undefined as never)).toThrow(TypeError);
  });

  test.each([
    [
      'is sent again when it is kept',
      200,
      ['response_start 200', 'x'.repeat(200), 'response_done', 'complete'],
    ],
    ['is not when it is too long to be kept', 199, ['error BODY_NOT_REPEATABLE']],
  ])('a body %s', (_, maxBufferedBytes, expected) => {
    const told = new Told();
    virtually(({ flush }) => {
      const transport = memoryTransport();
      // The first connection breaks when it has heard the request; whoever comes later is served.
      const breaking = transport.listen({ host: 'origin', port: 80 }).subscribe((notification) => {
        if (notification.type !== 'connection') return;
        const { connection } = notification;
        connection.read.subscribe(() => {
          connection.destroy();
          breaking.unsubscribe();
          new HttpServer({ transport, host: 'origin', port: 80 }).serve(mirror).subscribe();
        });
      });
      const exchange = new HttpClient({ transport, maxBufferedBytes }).exchange();
      exchange.subscribe({
        next: told.next,
        error: told.error,
        complete: told.complete,
      });
      exchange.requestStart('PUT', URI);
      exchange.requestBody(octets('x'.repeat(100)));
      exchange.requestBody(octets('x'.repeat(100)));
      exchange.requestDone();
      flush();
    });
    // However the content was cut on its way.
    expect(told.all.join('\n').replaceAll('x\nx', 'xx').split('\n')).toEqual(expected);
  });
});
