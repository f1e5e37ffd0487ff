import { describe, expect, test } from '@jest/globals';
import { concatMap, of, reduce, type Observable } from 'rxjs';
import {
  BodyNotRepeatableError,
  HttpServer,
  requestBody,
  requestDone,
  responseBody,
  responseDone,
  responseStart,
  type HttpServerRequest,
  type ResponseNotification,
} from 'rxchange';
import { asked, HttpTestScheduler, serverRequest } from 'rxchange/testing';

/** Says the length of what it is sent. */
const measure = ({ body }: HttpServerRequest): Observable<ResponseNotification> =>
  body.pipe(
    reduce((octets, part) => octets + (part.type === 'request_body' ? part.chunk.length : 0), 0),
    concatMap((octets) => of(responseStart(200), responseBody(Buffer.from(String(octets))), responseDone())),
  );

describe('a request for a handler', () => {
  test('is what a server hands to it that is asked the same', () => {
    const handed: HttpServerRequest[] = [];
    new HttpTestScheduler().run(({ clients, at }) => {
      const { transport } = clients(['a|'], { values: { a: asked('PUT', '/a?b', 'abc') } });
      const server = new HttpServer({ transport, host: 'origin', port: 80 });
      server
        .serve((request) => {
          handed.push(request);
          return measure(request);
        })
        .subscribe();
      at(1, () => {});
    });
    const { body, connection, ...own } = serverRequest('PUT', '/a?b', {
      headers: [
        ['Host', 'origin'],
        ['Content-Length', '3'],
      ],
      content: 'abc',
    });
    const [{ method, uri, version, headers, authority, scheme }] = handed;
    expect(headers.map(([name, value]) => [name, value.trim()])).toEqual(own.headers);
    expect({ method, uri, version, authority, scheme }).toEqual({ ...own, headers: undefined });
    expect(Object.keys(connection)).toEqual(Object.keys(handed[0].connection));
    expect(body).toBeDefined();
  });

  test('is answered without a server', () => {
    new HttpTestScheduler().run(({ expectExchange }) => {
      expectExchange(measure(serverRequest('PUT', '/a', { content: 'four' }))).toBe('(sbd|)', {
        s: 200,
        b: '4',
      });
      expectExchange(measure(serverRequest('GET', '/a'))).toBe('(sbd|)', { b: '0' });
    });
  });

  test('has its content once, and its trailers', () => {
    new HttpTestScheduler().run(({ expectObservable, cold }) => {
      const { body } = serverRequest('PUT', '/', { content: 'a', trailers: [['T', 'u']] });
      expectObservable(body).toBe('(bd|)', {
        b: requestBody(Buffer.from('a')),
        d: requestDone([['T', 'u']]),
      });
      expectObservable(cold('-a|').pipe(concatMap(() => body))).toBe('-#', {}, new BodyNotRepeatableError());
    });
  });

  test('names the host that its fields name', () => {
    expect(serverRequest('GET', '/', { headers: [['host', ' a:81 ']] }).authority).toBe('a:81');
    expect(serverRequest('GET', '/', { headers: [] }).authority).toBeUndefined();
  });
});

test('the octets of a request have a length only with content', () => {
  expect(asked('GET', '/a')).toBe('GET /a HTTP/1.1\r\nHost: origin\r\n\r\n');
  expect(asked('PUT', '/a', 'bc', [['X', ' y']])).toBe(
    'PUT /a HTTP/1.1\r\nX: y\r\nContent-Length: 2\r\n\r\nbc',
  );
});
