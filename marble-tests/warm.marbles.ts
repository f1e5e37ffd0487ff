import { describe, expect, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import type { HttpRunHelpers } from 'rxchange/testing';
import { GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

/** A client of an origin that takes two frames to connect to, and one to answer. */
const against = ({ network }: HttpRunHelpers, options: HttpClientOptions = {}) => {
  const { transport, ...expectations } = network({
    'http://origin': () => ({ connect: '--c', reply: () => ({ done: '-w', values }) }),
  });
  return { client: new HttpClient({ transport, idleTimeout: 10, ...options }), ...expectations };
};

describe('warming', () => {
  test('opens so many connections, which exchanges find, and which end like others', () => {
    run((helpers) => {
      const { client, expectPool } = against(helpers);
      helpers.expectObservable(client.warm('http://origin', 2)).toBe('--|');
      helpers.expectExchange(client.exchange(GET), '-----^').toBe('------(sbd|)', WHOLE);
      expectPool(client).toBe('a-b--cb-----d---e', {
        a: 'a0 c2 i0 p0',
        b: 'a0 c0 i2 p0',
        c: 'a1 c0 i1 p0',
        d: 'a0 c0 i1 p0',
        e: '',
      });
    });
  });

  test('counts what is there, and stays within the limits', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, { maxConnectionsPerOrigin: 3 });
      helpers.expectExchange(client.exchange(GET)).toBe('---(sbd|)', WHOLE);
      helpers.expectObservable(client.warm('http://origin', 2), '-^').toBe('---|');
      helpers.expectObservable(client.warm('http://origin', 9), '--^').toBe('----|');
      helpers.expectObservable(client.warm('http://origin', 3), '-----^').toBe('-----|');
      expectConnections(({ type }) => (type === 'opening' ? type : undefined)).toBe('ooo', { o: 'opening' });
    });
  });

  test('stays within the limit over all origins', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, { maxConnections: 2 });
      helpers.expectObservable(client.warm('http://origin', 5)).toBe('--|');
      expectConnections(({ type }) => (type === 'opening' ? type : undefined)).toBe('(oo)', { o: 'opening' });
    });
  });

  test('counts what is elsewhere against that limit, in use or kept', () => {
    run((helpers) => {
      const { transport } = helpers.network({
        'http://origin': () => ({ reply: '-w', values }),
        'http://kept': { reply: 'w', values },
        'http://used': { reply: '--------w', values },
      });
      const client = new HttpClient({ transport, idleTimeout: 20, maxConnections: 3 });
      helpers.expectExchange(client.exchange(request('GET', '/', 'http://kept'))).toBe('(sbd|)', WHOLE);
      helpers
        .expectExchange(client.exchange(request('GET', '/', 'http://used')))
        .toBe('--------(sbd|)', WHOLE);
      helpers.expectObservable(client.warm('http://origin', 5), '-^').toBe('-|');
      helpers.expectObservable(client.stats, '--^!').toBe('--a', {
        a: new Map([
          ['http://kept', { active: 0, connecting: 0, idle: 1, pending: 0 }],
          ['http://used', { active: 1, connecting: 0, idle: 0, pending: 0 }],
          ['http://origin', { active: 0, connecting: 0, idle: 1, pending: 0 }],
        ]),
      });
    });
  });

  test('opens others beside one that is kept', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers);
      helpers.expectExchange(client.exchange(GET)).toBe('---(sbd|)', WHOLE);
      helpers.expectObservable(client.warm('http://origin', 2), '-----^').toBe('-------|');
      expectConnections(({ type }) => (type === 'opening' ? type : undefined)).toBe('o----o', {
        o: 'opening',
      });
    });
  });

  test('of none is over at once', () => {
    run((helpers) => {
      const { client, expectPool } = against(helpers);
      helpers.expectObservable(client.warm('http://origin', 0)).toBe('|');
      expectPool(client).toBe('a', { a: '' });
    });
  });

  test('gives up what is not open when it is unsubscribed', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers);
      helpers.expectObservable(client.warm('http://origin', 1), '^!').toBe('-');
      expectConnections().toBe('ox');
    });
  });

  test('errors when it cannot connect', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { connect: '--#' } });
      expectExchange(new HttpClient({ transport }).warm('http://origin', 1)).toBe(
        '--#',
        {},
        { code: 'CONNECT' },
      );
    });
  });

  test('of a closed client errors', () => {
    run((helpers) => {
      const { client } = against(helpers);
      helpers.expectObservable(client.close()).toBe('|');
      helpers.expectExchange(client.warm('http://origin', 1)).toBe('#', {}, { code: 'CLIENT_CLOSED' });
    });
  });

  test.each([-1, 0.5, NaN, Infinity])('of %d connections throws at once', (count) => {
    expect(() => new HttpClient().warm('http://origin', count)).toThrow(RangeError);
  });

  test('a warm connection that was closed meanwhile costs no retry', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({
        'http://origin': [{ reply: '-|' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryLimit: 0, idleTimeout: 10 });
      expectObservable(client.warm('http://origin', 1)).toBe('|');
      expectExchange(client.exchange(GET), '---^').toBe('----(sbd|)', WHOLE);
    });
  });
});
