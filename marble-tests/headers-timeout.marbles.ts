import { describe, test } from '@jest/globals';
import {
  headersTimeout,
  HttpClient,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type HttpClientOptions,
  type ResponseNotification,
} from 'rxchange';
import { GET, OCTETS as values, run, sending, slowBody, WHOLE } from './support/exchanges.ts';

const PATIENCE: HttpClientOptions = { headersTimeout: 10, retryLimit: 0 };
const ERROR = { code: 'HEADERS_TIMEOUT', phase: 'headers', timeout: 10 };

describe('a headers timeout', () => {
  test.each([
    ['nothing', '-', '10ms #'],
    ['half of it', '---p', '10ms #'],
    ['1xx responses only', '--i--i--i--i', '--i--i--i-#'],
  ])('ends an exchange whose final head has not come, but %s, to the frame', (_, reply, told) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply, values: { ...values, p: 'HTTP/1.1 200 OK' } },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe(told, { i: 103 }, ERROR);
      expectConnections().toBe('(oc) 6ms x');
    });
  });

  test('ends with the head, however long the content takes', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '9ms h 60ms b', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('9ms s 60ms (bd|)', WHOLE);
    });
  });

  test('counts from the last octet of the request', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: '9ms w', values },
          { reply: '-', values },
        ],
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      // Longer between two pieces than the timeout: it is the server's time that is bounded, and not the sender's.
      const put = sending('PUT', slowBody(30, 'a', 'b'));
      expectExchange(client.exchange(put)).toBe('99ms (sbd|)', WHOLE);
      expectExchange(client.exchange(put)).toBe('100ms #', {}, ERROR);
      expectRequests().toBe('90ms (ab)', { a: 'PUT /', b: 'PUT /' });
    });
  });

  test('is over when the head comes early, however long the request and the content take', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: [{ start: '-h', done: '60ms b', values }] },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      const put = sending('PUT', slowBody(4, 'a', 'b'));
      expectExchange(client.exchange(put)).toBe('-s 70ms (bd|)', WHOLE);
    });
  });

  test('leaves nothing behind an exchange that is unsubscribed before it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: '--i', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET), '^----!').toBe('--i', { i: 103 });
      expectConnections().toBe('(oc)-x');
    });
  });
});

describe('the operator', () => {
  const told: Record<string, ResponseNotification> = {
    i: responseNonfinal(103),
    s: responseStart(200),
    b: responseBody(new Uint8Array(1)),
    d: responseDone(),
  };

  test.each([
    ['--i-----s-b-(d|)', '--i-#'],
    ['--i-s', '--i-#'],
    ['--is-----b-----(d|)', '--is-----b-----(d|)'],
  ])('of 4 ms makes of %s: %s', (source, expected) => {
    run(({ cold, expectExchange }) => {
      expectExchange(cold(source, told).pipe(headersTimeout(4))).toBe(
        expected,
        { i: 103, s: 200, b: '\0' },
        {
          code: 'HEADERS_TIMEOUT',
          timeout: 4,
        },
      );
    });
  });
});
