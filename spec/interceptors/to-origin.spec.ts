import { describe, expect, test } from '@jest/globals';
import { concat, map, mergeMap, of, timer } from 'rxjs';
import {
  compose,
  HttpClient,
  HttpServer,
  requestBody,
  requestDone,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  toOrigin,
  UrlError,
  type HttpRequest,
  type HttpServerRequest,
  type ResponseNotification,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { Told, virtually } from '../support/virtually.ts';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** What crosses a gateway to an upstream that answers with the request's own content, and what the upstream saw. */
function cross(request: HttpRequest): { told: string[]; seen: HttpServerRequest[] } {
  const told = new Told();
  const seen: HttpServerRequest[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    new HttpServer({ transport, host: 'upstream', port: 81 })
      .serve((received) => {
        seen.push(received);
        return concat(
          of(responseNonfinal(103, [['Link', '</a>']]), responseStart(200)),
          received.body.pipe(
            map((part): ResponseNotification =>
              part.type === 'request_done'
                ? responseDone(part.trailers)
                : responseBody(part.chunk, part.flow),
            ),
          ),
        );
      })
      .subscribe();
    const gateway = compose(new HttpClient({ transport }).exchange, toOrigin('http://upstream:81/'));
    new HttpServer({ transport, host: 'gateway', port: 80 }).serve(gateway).subscribe();
    new HttpClient({ transport }).exchange(request).subscribe(told);
    flush();
  });
  return { told: told.all, seen };
}

describe('toOrigin', () => {
  test('hands on requests and responses: content, trailers, 1xx', () => {
    const { told, seen } = cross({
      method: 'POST',
      uri: 'http://gateway/a/../b?c',
      headers: [['X-A', 'b']],
      body: of(requestBody(octets('abc')), requestDone([['T', 'r']])),
    });
    expect(told).toEqual([
      'response_nonfinal 103',
      'response_start 200',
      'abc',
      'response_done T: r',
      'complete',
    ]);
    expect(seen[0]).toMatchObject({ method: 'POST', uri: '/a/../b?c', authority: 'upstream:81' });
    expect(seen[0].headers).toEqual([
      ['Host', ' upstream:81'],
      ['X-A', ' b'],
      ['Via', ' 1.1 rxchange'],
      ['Transfer-Encoding', ' chunked'],
    ]);
  });

  test('takes the path of an absolute target', () => {
    const uris: string[] = [];
    const next = (request: HttpRequest) => {
      uris.push(request.uri);
      return of();
    };
    const interceptor = toOrigin('http://upstream');
    for (const uri of ['/', '/a?b', 'http://other/c?d', 'http://other', '*']) {
      void interceptor({ method: 'GET', uri, headers: [] }, next);
    }
    expect(uris).toEqual(['/', '/a?b', '/c?d', '', ''].map((path) => `http://upstream${path}`));
  });

  test.each(['', 'upstream', 'http://upstream/path', 'http://upstream?q', '/'])('refuses %j', (origin) => {
    expect(() => toOrigin(origin)).toThrow(UrlError);
  });

  test('a request without content is tried again on a connection that was stale', () => {
    const told = new Told();
    virtually(({ flush }) => {
      const transport = memoryTransport();
      let connections = 0;
      transport.listen({ host: 'upstream', port: 80 }).subscribe((notification) => {
        if (notification.type !== 'connection') return;
        const { connection } = notification;
        const isFirst = connections++ === 0;
        let requests = 0;
        connection.read.subscribe(() => {
          // The first connection takes one request, and dies of the second.
          if (isFirst && requests++ > 0) connection.destroy();
          else connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
      });
      const gateway = compose(new HttpClient({ transport }).exchange, toOrigin('http://upstream'));
      new HttpServer({ transport, host: 'gateway', port: 80 }).serve(gateway).subscribe();
      const get: HttpRequest = { method: 'GET', uri: 'http://gateway/', headers: [] };
      const client = new HttpClient({ transport });
      client.exchange(get).subscribe();
      timer(10)
        .pipe(mergeMap(() => client.exchange(get)))
        .subscribe(told);
      flush();
      expect(connections).toBe(2);
    });
    expect(told.all).toEqual(['response_start 200', 'ok', 'response_done', 'complete']);
  });
});
