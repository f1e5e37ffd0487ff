import { describe, test } from '@jest/globals';
import { EMPTY, NEVER, throwError, timer } from 'rxjs';
import { DnsError, HttpClient, responseBody, type RetryDelay } from 'rxchange';
import type { ConnectionScript } from 'rxchange/testing';
import { facts, GET, octets, OCTETS as values, run, WHOLE } from './support/exchanges.ts';

const nobody = new DnsError('', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) });
const RESET = { code: 'CONNECTION_RESET' };

describe('a retry', () => {
  test('comes after 500 ms, and there are two of them: the defaults of the document', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': () => ({ reply: '--#' }) });
      const client = new HttpClient({ transport });
      const exchange = facts({ attempts: 3 });
      expectExchange(client.exchange(GET)).toBe('1006ms #', {}, { ...RESET, exchange });
      expectRequests().toBe('a 501ms a 501ms a', { a: 'GET /' });
    });
  });

  test.each([
    [0, 7, '--#', 1],
    [1, 7, '11ms #', 2],
    [3, 7, '29ms #', 4],
    [3, 0, '8ms #', 4],
  ])('comes %d times at most, %d ms after the end of the one before', (limit, delay, told, attempts) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': () => ({ reply: '--#' }) });
      const client = new HttpClient({ transport, retryLimit: limit, retryDelay: delay });
      expectExchange(client.exchange(GET)).toBe(told, {}, { ...RESET, exchange: facts({ attempts }) });
    });
  });

  test.each([
    ['a name that does not resolve', { dns: '--#' }],
    ['a refused connection', { connect: '--#' }],
    ['a reset', { reply: '--#' }],
    ['an end without an answer', { reply: '--|' }],
    ['an end within the head', { reply: '-p|', values: { p: 'HTTP/1.1 2' } }],
  ])('follows %s', (_, script) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [script, { reply: 'w', values }] });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('502ms (sbd|)', WHOLE);
    });
  });

  test.each<[string, ConnectionScript, string]>([
    ['a name that does not exist', { dns: '--#', error: nobody }, 'DNS'],
    [
      'what a transport reports without a type',
      { connect: '--#', error: new TypeError('mine') },
      'undefined',
    ],
  ])('does not follow %s', (_, script, code) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': script });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('--#', {}, code === 'undefined' ? TypeError : code);
    });
  });

  test.each([
    ['that is no HTTP', 'SSH-2.0\r\n', 'START_LINE'],
    [
      'that is framed in two ways',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      'DUPLICATE_CL',
    ],
  ])('does not follow an answer %s', (_, answer, code) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '--a', values: { a: answer } } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('--#', {}, { code });
    });
  });

  test('delivers what the last attempt is told, and nothing of those before', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [{ reply: '-#' }, { reply: '-h-b', values }] });
      const client = new HttpClient({ transport, retryDelay: 3 });
      expectExchange(client.exchange(GET)).toBe('-----s-(bd|)', { s: 200, b: responseBody(octets('abc')) });
    });
  });

  const delays: [string, RetryDelay, string][] = [
    ['a number from a function of the attempt', (_, attempt) => attempt * 5, '18ms #'],
    ['an Observable that emits', () => timer(6), '15ms #'],
    ['an Observable that emits at once, and does not end', () => timer(0, 3), '---#'],
    ['an Observable that completes', () => EMPTY, '---#'],
    ['a list', () => [1], '---#'],
  ];
  test.each(delays)('waits for %s', (_, retryDelay, told) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': () => ({ reply: '-#' }) });
      const client = new HttpClient({ transport, retryDelay });
      expectExchange(client.exchange(GET)).toBe(told, {}, { ...RESET, exchange: facts({ attempts: 3 }) });
    });
  });

  const faults: [string, RetryDelay, Record<string, unknown>][] = [
    [
      'throws',
      () => {
        throw new RangeError('mine');
      },
      { message: 'mine' },
    ],
    ['gives NaN', () => NaN, { name: 'RangeError' }],
    ['gives less than nothing', () => -1, { name: 'RangeError' }],
    ['gives nothing', () => undefined as never, { name: 'RangeError' }],
    ['gives an Observable that errors', () => throwError(() => new RangeError('mine')), { message: 'mine' }],
  ];
  test.each(faults)(
    'that is decided by a function that %s ends the exchange with that',
    (_, retryDelay, error) => {
      run(({ network, expectExchange }) => {
        const { transport } = network({ 'http://origin': { reply: '-#' } });
        const client = new HttpClient({ transport, retryDelay });
        expectExchange(client.exchange(GET)).toBe('-#', {}, error);
      });
    },
  );

  test.each([Infinity, 2 ** 31])('after %d ms is none', (ms) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '-#' } });
      const client = new HttpClient({ transport, retryDelay: () => ms });
      expectExchange(client.exchange(GET)).toBe('-#', {}, RESET);
    });
  });

  const waits: RetryDelay[] = [500, () => NEVER];
  test.each(waits)('is not made when the exchange is unsubscribed in the wait for it', (retryDelay) => {
    run(({ network, expectExchange }) => {
      // A second connection is not scripted, and would fail the test.
      const { transport } = network({ 'http://origin': { reply: '-#' } });
      expectExchange(new HttpClient({ transport, retryDelay }).exchange(GET), '^---!').toBe('-');
    });
  });

  test('unsubscribes what says how long to wait', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({ 'http://origin': () => ({ reply: '-#' }) });
      const wait = cold('---a-----|');
      const client = new HttpClient({ transport, retryDelay: () => wait });
      expectExchange(client.exchange(GET), '^------!').toBe('-');
      expectSubscriptions(wait.subscriptions).toBe(['-^--!', '-----^-!']);
    });
  });
});
