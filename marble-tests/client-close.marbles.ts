import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { facts, GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

describe('closing a client', () => {
  test('closes what is idle at once, and completes when what was begun is over', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: '--w', values },
          { reply: '-----w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('--(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('-----(sbd|)', WHOLE);
      expectObservable(client.close(), '---^').toBe('-----|');
      expectConnections(({ type, connection }) => (type === 'closed' ? connection : undefined)).toBe(
        '---a-b',
        { a: 1, b: 2 },
      );
    });
  });

  test('lets those that wait have their turn', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: ['---w', '---w'], values },
          { reply: '---w', values },
        ],
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(request('GET', '/a'))).toBe('---(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b'))).toBe('------(sbd|)', WHOLE);
      expectObservable(client.close(), '-^').toBe('------|');
      expectRequests().toBe('a--b', { a: 'GET /a', b: 'GET /b' });
    });
  });

  test('completes at once when there is nothing', () => {
    run(({ network, expectObservable }) => {
      const { transport } = network({});
      expectObservable(new HttpClient({ transport }).close()).toBe('|');
    });
  });

  test('refuses what begins later: a ClientClosedError, and not an octet', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport, expectConnections } = network({});
      const client = new HttpClient({ transport });
      const early = client.exchange(GET);
      expectObservable(client.close()).toBe('|');
      expectExchange(early, '-^').toBe('-#', {}, { code: 'CLIENT_CLOSED', exchange: facts({ sent: false }) });
      expectExchange(client.exchange(GET), '-^').toBe('-#', {}, { code: 'CLIENT_CLOSED' });
      expectConnections().toBe('-');
    });
  });

  test('ends an exchange that would be tried again', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { reply: '-#' } });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('11ms #', {}, 'CLIENT_CLOSED');
      expectObservable(client.close(), '---^').toBe('---|');
    });
  });

  test('is no more than asked for: a client is not closed before it is subscribed to, and stays closed', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { reply: ['--w', '-----w'], values } });
      const client = new HttpClient({ transport });
      const close = client.close();
      expectExchange(client.exchange(GET)).toBe('--(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '---^').toBe('--------(sbd|)', WHOLE);
      // Unsubscribed before its end, with nothing left behind.
      expectObservable(close, '----^-!').toBe('-');
      expectExchange(client.exchange(GET), '-------^').toBe('-------#', {}, 'CLIENT_CLOSED');
    });
  });

  test('leaves other clients of the transport as they are', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({
        'http://origin': [
          { reply: ['w'], values },
          { reply: ['w', 'w'], values },
        ],
      });
      const one = new HttpClient({ transport });
      const other = new HttpClient({ transport });
      expectExchange(one.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(other.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectObservable(one.close(), '--^').toBe('--|');
      expectExchange(other.exchange(GET), '----^').toBe('----(sbd|)', WHOLE);
    });
  });
});
