import { describe, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import { facts, GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

const PATIENCE: HttpClientOptions = { acquireTimeout: 10, maxConnectionsPerOrigin: 1 };
const ERROR = { code: 'ACQUIRE_TIMEOUT', phase: 'acquire', timeout: 10 };

describe('an acquire timeout', () => {
  test('ends an exchange that waits for its turn, to the frame: nothing is sent, and it says so', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': { reply: '30ms w', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(request('GET', '/a'))).toBe('30ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b')), '-----^').toBe('15ms #', WHOLE, {
        ...ERROR,
        exchange: facts({ attempts: 1, sent: false, uri: 'http://origin/b' }),
      });
      expectRequests().toBe('a', { a: 'GET /a' });
    });
  });

  test('is that of each waiter: those behind one that gives up move on', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reply: ['12ms w', 'w', 'w'], values },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(request('GET', '/a'))).toBe('12ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b'))).toBe('10ms #', WHOLE, ERROR);
      expectExchange(client.exchange(request('GET', '/c')), '---^').toBe('12ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/d')), '------^').toBe('12ms (sbd|)', WHOLE);
      expectRequests().toBe('a 11ms (cd)', { a: 'GET /a', c: 'GET /c', d: 'GET /d' });
    });
  });

  test('does not count once a connection is being made', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { connect: '30ms c', reply: '30ms w', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('60ms (sbd|)', WHOLE);
    });
  });

  test('is one for both queues: of the origin, and of all connections', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://a': { reply: '30ms w', values },
        'http://b': { reply: ['w'], values },
      });
      const client = new HttpClient({ transport, ...PATIENCE, maxConnections: 1, acquireTimeout: 20 });
      expectExchange(client.exchange(request('GET', '/', 'http://a'))).toBe('30ms (sbd|)', WHOLE);
      // The one before it leaves the queue of the origin for that of all connections, and leaves that at 12.
      expectExchange(client.exchange(request('GET', '/', 'http://b')), '^ 11ms !').toBe('-');
      expectExchange(client.exchange(request('GET', '/', 'http://b'))).toBe('20ms #', WHOLE, {
        ...ERROR,
        timeout: 20,
      });
    });
  });

  test('leaves nothing behind a waiter that is unsubscribed before it', () => {
    run(({ network, expectExchange, expectObservable, cold, expectSubscriptions }) => {
      const { transport } = network({ 'http://origin': { reply: '30ms w', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      const body = cold<never>('-');
      expectExchange(client.exchange(GET)).toBe('30ms (sbd|)', WHOLE);
      expectExchange(client.exchange({ ...GET, body }), '--^--!').toBe('-');
      expectSubscriptions(body.subscriptions).toBe([]);
      expectObservable(client.stats, '------(^!)').toBe('------s', {
        s: new Map([['http://origin', { active: 1, connecting: 0, idle: 0, pending: 0 }]]),
      });
    });
  });
});
