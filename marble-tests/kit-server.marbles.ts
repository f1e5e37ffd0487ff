import { describe, test } from '@jest/globals';
import { delay, of } from 'rxjs';
import { HttpServer, responseBody, responseDone, responseStart, type Handler } from 'rxchange';
import {
  asked,
  HttpTestScheduler,
  serverRequest,
  type ClientsOptions,
  type HttpRunHelpers,
  type ScriptedClients,
} from 'rxchange/testing';

const values = {
  r: asked('GET', '/a'),
  q: asked('GET', '/b'),
  h: asked('HEAD', '/'),
  u: 'GET /a HT',
  v: 'TP/1.1\r',
  w: '\nHost: origin\r\n\r\n',
  x: 'NO\r\n\r\n',
};

const hello: Handler = ({ uri }) =>
  of(responseStart(200, [['Content-Length', '2']]), responseBody(Buffer.from(uri)), responseDone());

/** A server with this handler, which clients talk to as their scripts have it. */
function play(
  handler: Handler,
  clients: readonly string[],
  work: (helpers: HttpRunHelpers & ScriptedClients) => void,
  options: ClientsOptions = {},
): void {
  new HttpTestScheduler().run((helpers) => {
    const scripted = helpers.clients(clients, { values, ...options });
    new HttpServer({ transport: scripted.transport, host: 'origin', port: 80, idleTimeout: 1000 })
      .serve(handler)
      .subscribe();
    work({ ...helpers, ...scripted });
  });
}

describe('a server under scripted clients', () => {
  test('answers each request in the frame in which it has arrived', () => {
    play(hello, ['--r-q'], ({ expectResponses, expectRequests, expectConnections }) => {
      expectRequests().toBe('--a-b', { a: 'GET /a', b: 'GET /b' });
      expectResponses(({ status, content }) => `${String(status)} ${content}`).toBe('--a-b', {
        a: '200 /a',
        b: '200 /b',
      });
      expectConnections().toBe('(oc)r 999ms x');
    });
  });

  test('octet by octet, over a wire with a latency', () => {
    play(
      hello,
      ['--u-v-w'],
      ({ expectResponses, expectOctets }) => {
        expectResponses().toBe('66ms a', { a: '200 OK' });
        expectOctets(({ octets }) => (octets === 'H' ? octets : undefined)).toBe('66ms a', { a: 'H' });
      },
      { latency: 30, segment: 1 },
    );
  });

  test('two at once, one of which it takes its time for', () => {
    const slow: Handler = (request) => hello(request).pipe(delay(request.uri === '/a' ? 50 : 0));
    play(slow, ['r', 'q'], ({ expectResponses }) => {
      expectResponses(({ connection }) => connection).toBe('a 49ms b', { a: 2, b: 1 });
    });
  });

  test('knows that a HEAD has no content', () => {
    play(hello, ['(hr)'], ({ expectResponses }) => {
      expectResponses(({ content }) => content).toBe('(ab)', { a: '', b: '/a' });
    });
  });

  test('a client that leaves by FIN, by RST, or speaks no HTTP', () => {
    play(hello, ['r-|'], ({ expectConnections }) => expectConnections({ closed: 'x' }).toBe('--x'));
    play(
      () => hello(serverRequest('GET', '/a')).pipe(delay(9)),
      ['r-#'],
      ({ expectOctets }) => expectOctets().toBe(''),
    );
    play(hello, ['x'], ({ expectResponses }) => expectResponses().toBe('a', { a: '400 Bad Request' }));
  });
});
