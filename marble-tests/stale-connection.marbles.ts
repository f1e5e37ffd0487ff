import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import type { ConnectionScript } from 'rxchange/testing';
import {
  bodyOf,
  facts,
  GET,
  OCTETS as values,
  request,
  run,
  sending,
  WHOLE,
  withContent,
} from './support/exchanges.ts';

/** Answers once, and closes when it is asked again. */
const STALE: ConnectionScript = { reply: ['w', '-#'], values };

describe('a kept connection that dies without an octet of answer', () => {
  test.each(['-#', '-|', '#', '|'])('is followed by a new one at once, whatever the delay: %s', (dies) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: ['w', dies], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      const told = dies.length > 1 ? '------(sbd|)' : '-----(sbd|)';
      expectExchange(client.exchange(GET), '-----^').toBe(told, WHOLE);
      const replayed = dies.length > 1 ? '(oc)-r(oxc) 59995ms x' : '(oc)-(roxc) 59994ms x';
      expectConnections().toBe(replayed);
    });
  });

  test('is not counted: there are as many retries behind it as ever', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': [STALE, { reply: '-#' }, { reply: '-#' }, { reply: '-#' }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-----^').toBe('29ms #', WHOLE, {
        code: 'CONNECTION_RESET',
        exchange: facts({ attempts: 4 }),
      });
    });
  });

  test('is followed even if no retry is allowed', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [STALE, { reply: 'w', values }] });
      const client = new HttpClient({ transport, retryLimit: 0 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-----^').toBe('------(sbd|)', WHOLE);
    });
  });

  test('is followed by a new one though others are kept: they are likely to be dead as well', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: '-w', values },
          { reply: ['--w', '-#'], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('--(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/late')), '----------^').toBe('11ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('(ab) 6ms bc', { a: 'GET 1 ', b: 'GET 2 ', c: 'GET 3 ' });
    });
  });

  test('is free once: the next one waits for its delay', () => {
    run(({ network, expectExchange }) => {
      // While the second attempt is made, another exchange leaves a connection that dies like the first.
      const { transport } = network({
        'http://origin': [
          { reply: ['w', '-#'], values },
          { reply: '--#', values },
          { reply: ['w', '-#'], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-----^').toBe('29ms (sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-------^').toBe('-------(sbd|)', WHOLE);
    });
  });

  test('is followed before those who wait, and needs no place in their queue', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [STALE, { reply: ['-w', 'w'], values }],
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, maxPending: 1 });
      expectExchange(client.exchange(request('GET', '/a'))).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b')), '-----^').toBe('-------(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/c')), '-----^').toBe('-------(sbd|)', WHOLE);
      expectRequests().toBe('a----bbc', { a: 'GET /a', b: 'GET /b', c: 'GET /c' });
    });
  });

  test('is followed by a request with its body', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': [STALE, { reply: 'w', values }] });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(sending('PUT', bodyOf('x', 'y'))), '-----^').toBe('------(sbd|)', WHOLE);
      expectRequests(withContent).toBe('a----bc', { a: 'GET 1 ', b: 'PUT 1 xy', c: 'PUT 2 xy' });
    });
  });

  test.each([
    ['had said something', 'GET', '-p-#', '--------#', true],
    ['carried a POST', 'POST', '---#', '--------#', false],
  ])('is not followed for free if it %s', (_, method, dies, told, answered) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: ['w', dies], values: { ...values, p: 'HTTP/' } },
      });
      const client = new HttpClient({ transport, retryLimit: 0 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      const exchange = facts({ method, reused: true, answered });
      const error = { code: 'CONNECTION_RESET', exchange };
      expectExchange(client.exchange(request(method)), '-----^').toBe(told, {}, error);
    });
  });

  test('leaves nothing behind when the exchange is unsubscribed on the new one', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': [STALE, { reply: '-' }] });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-----^-----!').toBe('-');
      expectConnections().toBe('(oc)-r(oxc)x');
    });
  });
});
