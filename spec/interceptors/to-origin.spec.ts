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
  type HttpError,
  type HttpRequest,
  type HttpServerRequest,
  type ResponseNotification,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import type { Transport } from '../../src/transport/transport.ts';
import { Told, virtually } from '../support/virtually.ts';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Answers whatever it hears with these octets. */
function upstream(transport: Transport, answer: string): void {
  transport.listen({ host: 'upstream', port: 80 }).subscribe((notification) => {
    if (notification.type !== 'connection') return;
    const { connection } = notification;
    connection.read.subscribe(() => connection.write(answer));
  });
}

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

  test('hands on no trailer that none may be, either way', () => {
    const heard: Record<string, string> = { origin: '', client: '' };
    virtually(({ flush }) => {
      const transport = memoryTransport();
      transport.listen({ host: 'upstream', port: 80 }).subscribe((notification) => {
        if (notification.type !== 'connection') return;
        const { connection } = notification;
        connection.read.subscribe((piece) => {
          heard['origin'] += Buffer.from(piece).toString('latin1');
          if (!heard['origin'].endsWith('0\r\nX-Sum: a\r\n\r\n')) return;
          connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
          connection.write('0\r\nExpires: 0\r\nX-Sum: b\r\n\r\n');
        });
      });
      const gateway = compose(new HttpClient({ transport }).exchange, toOrigin('http://upstream'));
      new HttpServer({ transport, host: 'gateway', port: 80 }).serve(gateway).subscribe();
      transport.connect({ host: 'gateway', port: 80 }).subscribe((phase) => {
        if (phase.type !== 'connection') return;
        const { connection } = phase;
        connection.read.subscribe((piece) => (heard['client'] += Buffer.from(piece).toString('latin1')));
        connection.write('PUT / HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n');
        connection.write('1\r\nx\r\n0\r\nX-Sum: a\r\nSet-Cookie: b\r\n\r\n');
      });
      flush();
    });
    expect(heard['origin']).toMatch(/\r\n1\r\nx\r\n0\r\nX-Sum: a\r\n\r\n$/);
    expect(heard['client']).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n0\r\nX-Sum: b\r\n\r\n$/);
  });

  test('does not hand on a length that was overridden', () => {
    let heard = '';
    virtually(({ flush }) => {
      const transport = memoryTransport();
      upstream(
        transport,
        'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
      );
      const gateway = compose(new HttpClient({ transport }).exchange, toOrigin('http://upstream'));
      new HttpServer({ transport, host: 'gateway', port: 80 }).serve(gateway).subscribe();
      transport.connect({ host: 'gateway', port: 80 }).subscribe((phase) => {
        if (phase.type !== 'connection') return;
        phase.connection.read.subscribe((piece) => (heard += Buffer.from(piece).toString('latin1')));
        phase.connection.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
      });
      flush();
    });
    expect(heard).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n2\r\nhi\r\n0\r\n\r\n$/);
    expect(heard).not.toMatch(/content-length/i);
  });

  test.each([
    ['a name that is none', 'A(b): c', 502, ['FIELD_NAME']],
    ['a value with NUL', 'A: b\0c', 502, ['FIELD_VALUE']],
    ['what can be written otherwise', 'A: b\nC: d', 200, []],
  ])('holds its origin to account for %s, which its client has tolerated', (_, field, status, codes) => {
    const told = new Told();
    const errors: unknown[] = [];
    virtually(({ flush }) => {
      const transport = memoryTransport();
      upstream(transport, `HTTP/1.1 200 OK\r\n${field}\r\nContent-Length: 0\r\n\r\n`);
      const tolerant = new HttpClient({ transport, careful: false });
      new HttpServer({
        transport,
        host: 'gateway',
        port: 80,
        onError: (error) => void errors.push((error as HttpError).code),
      })
        .serve(compose(tolerant.exchange, toOrigin('http://upstream')))
        .subscribe();
      new HttpClient({ transport })
        .exchange({ method: 'GET', uri: 'http://gateway/', headers: [] })
        .subscribe(told);
      flush();
    });
    expect(told.all[0]).toBe(`response_start ${String(status)}`);
    expect(errors).toEqual(codes);
  });

  test('asks about the server as a whole as it was asked', () => {
    const { seen, told } = cross({ method: 'OPTIONS', uri: 'http://gateway', headers: [] });
    expect(seen[0]?.uri).toBe('*');
    expect(told).toContain('response_start 200');
  });

  test('makes no tunnel, nor a host of what is no path', () => {
    const next = (): never => {
      throw new Error('was sent');
    };
    const told = new Told();
    const interceptor = toOrigin('http://internal');
    interceptor({ method: 'CONNECT', uri: '.evil.example:80', headers: [] }, next).subscribe(told);
    expect(told.all).toEqual(['response_start 501', 'response_done', 'complete']);
    expect(() => interceptor({ method: 'GET', uri: '.evil.example/', headers: [] }, next)).toThrow(UrlError);
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

  test.each([
    '',
    'upstream',
    'http://upstream/path',
    'http://upstream?q',
    '/',
    'ftp://upstream',
    'http://a@upstream',
    'http://upstream:99999',
    'http://up stream',
    'http://[::1',
    'http://a://b',
  ])('refuses %j', (origin) => {
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
