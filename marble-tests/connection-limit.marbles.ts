import { describe, test } from '@jest/globals';
import { filter, mergeMap, of } from 'rxjs';
import { HttpClient } from 'rxchange';
import { sized, type NetworkScript } from 'rxchange/testing';
import { facts, GET, OCTETS as values, request, run, sending, WHOLE } from './support/exchanges.ts';

/** A connection takes 9 ms to be made and 10 for each answer, of which it gives any number. */
const SLOW: NetworkScript = {
  'http://origin': () => ({ connect: '9ms c', reply: () => ({ done: '10ms w', values }) }),
};

describe('a limit on connections', () => {
  // The program that this library is modelled on counts only those that are connected: twenty at once open twenty.
  test('of 6, and twenty exchanges at once, open 6, those that are being made included; first come, first served', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport, expectConnections, expectRequests } = network(SLOW);
      const client = new HttpClient({ transport });
      const paths = Array.from('abcdefghijklmnopqrst');
      paths.forEach((path, index) => {
        const told = `${19 + 10 * Math.floor(index / 6)}ms (sbd|)`;
        expectExchange(client.exchange(request('GET', `/${path}`))).toBe(told, WHOLE);
      });
      expectConnections({ opening: 'o' }).toBe('(oooooo)', { o: 'o' });
      expectRequests().toBe('9ms (abcdef) 2ms (ghijkl) 2ms (mnopqr) 2ms (st)', {
        ...Object.fromEntries(paths.map((path) => [path, `GET /${path}`])),
      });
      expectObservable(client.stats, '5ms ^!').toBe('5ms s', {
        s: new Map([['http://origin', { active: 0, connecting: 6, idle: 0, pending: 14 }]]),
      });
    });
  });

  test('holds for who comes when a waiter has just had its turn', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': () => ({
          reply: '---w',
          values: { w: sized('abc', 200, [['Connection', 'close']]) },
        }),
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(GET)).toBe('---(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('------(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '----^').toBe('---------(sbd|)', WHOLE);
      expectConnections({ opening: 'o' }).toBe('o--o--o');
    });
  });

  test('is its own for each origin', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://a': { reply: '-w', values },
        'http://b': { reply: '-w', values },
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(request('GET', '/', 'http://a'))).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe('-(sbd|)', WHOLE);
      expectConnections(({ type, origin }) => (type === 'opening' ? origin : undefined)).toBe('(ab)', {
        a: 'http://a',
        b: 'http://b',
      });
    });
  });

  test('over all origins makes an exchange wait for another origin, first come, first served', () => {
    run(({ network, expectExchange }) => {
      const script = { reply: () => ({ done: '----------w', values }) };
      const { transport, expectRequests } = network({
        'http://a': [script, script],
        'http://b': script,
        'http://c': script,
      });
      const client = new HttpClient({ transport, maxConnections: 2 });
      expectExchange(client.exchange(request('GET', '/1', 'http://a'))).toBe('10ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/2', 'http://a'))).toBe('10ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/3', 'http://b'))).toBe('20ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/4', 'http://c'))).toBe('20ms (sbd|)', WHOLE);
      expectRequests(({ origin, target }) => `${origin}${target}`).toBe('(ab) 6ms (cd)', {
        a: 'http://a/1',
        b: 'http://a/2',
        c: 'http://b/3',
        d: 'http://c/4',
      });
    });
  });

  test('over all origins counts idle connections, and has them make room: the longest idle one first', () => {
    run(({ network, expectExchange }) => {
      const script = (done: string) => ({ reply: { done, values } });
      const { transport, expectConnections } = network({
        'http://a': script('-w'),
        'http://b': script('w'),
        'http://c': script('w'),
      });
      const client = new HttpClient({ transport, maxConnections: 2 });
      expectExchange(client.exchange(request('GET', '/', 'http://a'))).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://c')), '-----^').toBe('-----(sbd|)', WHOLE);
      expectConnections(({ type, origin }) => (type === 'closed' ? origin : undefined)).toBe(
        '-----b 59995ms a---c',
        { a: 'http://a', b: 'http://b', c: 'http://c' },
      );
    });
  });

  test('with more waiting than maxPending is a PoolFullError, at once, and the others go on', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({ 'http://origin': { reply: ['-----w', 'w'], values } });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, maxPending: 1 });
      const body = cold<never>('-');
      expectExchange(client.exchange(GET)).toBe('-----(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('-----(sbd|)', WHOLE);
      expectExchange(client.exchange(sending('GET', body))).toBe(
        '#',
        {},
        {
          code: 'POOL_FULL',
          exchange: facts({ sent: false }),
        },
      );
      expectSubscriptions(body.subscriptions).toBe([]);
    });
  });

  test('with maxPending is over each origin, also where all connections are limited', () => {
    run(({ network, expectExchange }) => {
      const script = { reply: () => ({ done: '-----w', values }) };
      const { transport } = network({ 'http://a': script, 'http://b': script, 'http://c': script });
      const client = new HttpClient({ transport, maxConnections: 1, maxPending: 1 });
      expectExchange(client.exchange(request('GET', '/', 'http://a'))).toBe('-----(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe('----------(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://c'))).toBe('15ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe(
        '#',
        {},
        { code: 'POOL_FULL', detail: '1 are waiting' },
      );
    });
  });

  test('with nobody allowed to wait still lets the next one begin inside done', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: ['-w', '-w'], values } });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, maxPending: 0 });
      const next = client.exchange(GET);
      const twice = client
        .exchange(GET)
        .pipe(mergeMap((notification) => (notification.type === 'response_done' ? next : of(notification))));
      expectExchange(twice.pipe(filter(({ type }) => type !== 'response_body'))).toBe('-s(sd|)', WHOLE);
      expectConnections({ opening: 'o' }).toBe('o');
    });
  });

  test('is kept by who unsubscribes: a place in the queue is free at once', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ reply: '-' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, maxPending: 1 });
      expectExchange(client.exchange(GET), '^----!').toBe('-');
      expectExchange(client.exchange(GET), '-^-!').toBe('-');
      expectExchange(client.exchange(GET), '---^').toBe('-----(sbd|)', WHOLE);
      expectConnections().toBe('(oc)-(oxc) 59995ms x');
    });
  });
});
