import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import {
  bodyOf,
  facts,
  GET,
  OCTETS as values,
  request,
  run,
  sending,
  slowBody,
  WHOLE,
  withContent,
} from './support/exchanges.ts';

const METHODS = ['POST', 'PATCH', 'LOCK', 'put'];

describe('a request that must not be repeated', () => {
  test.each(METHODS)('%s of which something was sent is not, and its error says so', (method) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': { reply: '-#' } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(sending(method, bodyOf('abc')))).toBe(
        '-#',
        {},
        {
          code: 'CONNECTION_RESET',
          exchange: facts({ method, attempts: 1, sent: true }),
        },
      );
      expectRequests(withContent).toBe('a', { a: `${method} 1 abc` });
    });
  });

  test.each(METHODS)('%s is not on a stale connection either', (method) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: ['w', '-#'], values } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(request(method)), '--^').toBe(
        '---#',
        {},
        {
          code: 'CONNECTION_RESET',
          exchange: facts({ method, reused: true }),
        },
      );
    });
  });

  test('is not when only its head has left, or it was left without an answer', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [{ reply: { start: '-#' } }, { reply: '-' }] });
      const slow = sending('POST', slowBody(10, 'abc'));
      expectExchange(new HttpClient({ transport }).exchange(slow)).toBe('-#', {}, 'CONNECTION_RESET');
      const hasty = new HttpClient({ transport, readTimeout: 5 });
      expectExchange(hasty.exchange(request('POST')), '--^').toBe('-------#', {}, 'READ_TIMEOUT');
    });
  });

  test.each([
    ['its name did not resolve', { dns: '-#' }],
    ['its connection was refused', { connect: '-#' }],
  ])('is when %s: nothing was sent', (_, script) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': [script, { reply: 'w', values }] });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(sending('POST', bodyOf('abc')))).toBe('11ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('11ms a', { a: 'POST 2 abc' });
    });
  });

  test('is not sent by who unsubscribes before there is a connection', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests, expectConnections } = network({
        'http://origin': { connect: '-----c' },
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(sending('POST', bodyOf('abc'))), '^--!').toBe('-');
      expectRequests().toBe('-');
      expectConnections().toBe('o--x');
    });
  });
});

describe('a request that has been answered in part', () => {
  test.each([
    ['a 1xx', '-i-#', '-i-#', 'CONNECTION_RESET'],
    ['a head', '-h-#', '-s-#', 'CONNECTION_RESET'],
    ['content', '-h-c-|', '-s-b-#', 'INCOMPLETE_MESSAGE'],
  ])('is not repeated when what was told is %s, whatever its method', (_, reply, told, code) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply, values: { ...values, c: 'ab' } },
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe(told, { i: 103, s: 200 }, code);
    });
  });

  test('is not repeated when an anomaly was told', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: '-a-#', values: { a: 'HTTP/1.1 200 OK\r\nNo colon\r\n' } },
      });
      const client = new HttpClient({ transport, careful: false });
      expectExchange(client.exchange(GET)).toBe('-a-#', {}, 'CONNECTION_RESET');
    });
  });

  test('is repeated when what came of it told nobody anything', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': [
          { reply: '-p#', values: { p: 'HTTP/1.1 200 OK\r\nA: b\r\n' } },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('12ms (sbd|)', WHOLE);
    });
  });
});
