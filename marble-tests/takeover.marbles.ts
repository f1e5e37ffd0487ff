import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

const ONE = { maxConnectionsPerOrigin: 1 };

describe('a connection that is being made for an exchange that is unsubscribed', () => {
  test('is taken over by the first that waits', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections, expectRequests } = network({
        'http://origin': { connect: '---------c', reply: ['w', 'w'], values },
      });
      const client = new HttpClient({ transport, ...ONE });
      expectExchange(client.exchange(request('GET', '/a')), '^---!').toBe('-');
      expectExchange(client.exchange(request('GET', '/b')), '-^').toBe('---------(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/c')), '--^').toBe('---------(sbd|)', WHOLE);
      expectConnections({ opening: 'o' }).toBe('o');
      expectRequests().toBe('---------(bc)', { b: 'GET /b', c: 'GET /c' });
    });
  });

  test('is handed on as often as need be', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { connect: '---------c', reply: 'w', values },
      });
      const client = new HttpClient({ transport, ...ONE });
      expectExchange(client.exchange(GET), '^---!').toBe('-');
      expectExchange(client.exchange(GET), '^----!').toBe('-');
      expectExchange(client.exchange(GET), '^-----!').toBe('-');
      expectExchange(client.exchange(GET)).toBe('---------(sbd|)', WHOLE);
      expectConnections({ opening: 'o' }).toBe('o');
    });
  });

  test('is given up when nobody waits', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ connect: '---------c' }, { connect: '-c', reply: 'w', values }],
      });
      const client = new HttpClient({ transport, ...ONE });
      expectExchange(client.exchange(GET), '^---!').toBe('-');
      expectExchange(client.exchange(GET), '----^').toBe('-----(sbd|)', WHOLE);
      expectConnections(({ type, connection }) =>
        type === 'opening' || connection === 1 ? type : undefined,
      ).toBe('o---(xo)', { o: 'opening', x: 'closed' });
    });
  });

  test('is given up when the one that waits is for another origin', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://a': { connect: '---------c' },
        'http://b': { reply: 'w', values },
      });
      const client = new HttpClient({ transport, maxConnections: 1 });
      expectExchange(client.exchange(request('GET', '/', 'http://a')), '^---!').toBe('-');
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe('----(sbd|)', WHOLE);
      expectConnections('http://a').toBe('o---x');
    });
  });

  test('is given up when the one that waits has to wait for another origin first', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://a': [{ connect: '---------c' }, { reply: 'w', values }],
        'http://b': { reply: '----w', values },
      });
      const client = new HttpClient({ transport, ...ONE, maxConnections: 1 });
      const [a, b] = ['http://a', 'http://b'].map((origin) => request('GET', '/', origin));
      expectExchange(client.exchange(a), '^---!').toBe('-');
      expectExchange(client.exchange(b)).toBe('--------(sbd|)', WHOLE);
      expectExchange(client.exchange(a)).toBe('--------(sbd|)', WHOLE);
      expectConnections('http://a', ({ type, connection }) => (connection === 1 ? type : undefined)).toBe(
        'o---x',
        { o: 'opening', x: 'closed' },
      );
    });
  });

  test('keeps its own time: a timeout that is near is that of whoever takes it over', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { connect: '---------' } });
      const client = new HttpClient({ transport, ...ONE, connectTimeout: 10, retryLimit: 0 });
      expectExchange(client.exchange(GET), '^---!').toBe('-');
      expectExchange(client.exchange(GET)).toBe('----------#', {}, 'CONNECT_TIMEOUT');
    });
  });

  test('leaves the numbers right', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { connect: '---------c', reply: 'w', values } });
      const client = new HttpClient({ transport, ...ONE });
      expectExchange(client.exchange(GET), '^--!').toBe('-');
      expectExchange(client.exchange(GET), '^-----!').toBe('-');
      const stats = (active: number, connecting: number, idle: number, pending: number) =>
        new Map([['http://origin', { active, connecting, idle, pending }]]);
      expectObservable(client.stats, '-^!').toBe('-a', { a: stats(0, 1, 0, 1) });
      expectObservable(client.stats, '----^!').toBe('----a', { a: stats(0, 1, 0, 0) });
      expectObservable(client.stats, '-------^!').toBe('-------a', { a: new Map() });
    });
  });
});
