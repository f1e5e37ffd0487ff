import { describe, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import { facts, GET, OCTETS as values, run, WHOLE } from './support/exchanges.ts';

const PATIENCE: HttpClientOptions = { connectTimeout: 10, retryLimit: 0 };

describe('a connect timeout', () => {
  test.each([
    ['not resolved', { dns: '---------- ---' }],
    ['resolved', { dns: '--r', connect: '---' }],
    ['resolved', { dns: '--r', connect: '9ms c' }],
    ['connected', { dns: '--r', connect: '--c', tls: '---' }],
  ])('says that the connection was %s by then', (reached, phases) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': phases });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('10ms #', undefined, {
        code: 'CONNECT_TIMEOUT',
        phase: 'connect',
        timeout: 10,
        detail: `10 ms, ${reached} by then`,
      });
      expectConnections().toBe('o 9ms x');
    });
  });

  test('says that nothing was sent', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { connect: '-' } });
      const client = new HttpClient({ transport, ...PATIENCE });
      const exchange = facts({ attempts: 1, sent: false });
      expectExchange(client.exchange(GET)).toBe('10ms #', undefined, { exchange });
    });
  });

  test('is of all phases together, and is not tripped when the last of them comes just in time', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { dns: '---r', connect: '---c', tls: '---t', reply: 'w', values },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('9ms (sbd|)', WHOLE);
    });
  });

  // That of the program that this library is modelled on runs on, and ends a response that takes longer.
  test('ends with the connection, however long the response takes', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { connect: '--c', reply: '60ms h 60ms b', values },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('62ms s 60ms (bd|)', WHOLE);
    });
  });

  test('does not count while an exchange waits for its turn', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': [
          {
            reply: '30ms v',
            values: { v: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc' },
          },
          { connect: '9ms c', reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, ...PATIENCE, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(GET)).toBe('30ms (sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('39ms (sbd|)', WHOLE);
    });
  });

  test('may be followed by another attempt, whatever the method', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ connect: '-' }, { connect: '-c', reply: 'w', values }],
      });
      const client = new HttpClient({ transport, connectTimeout: 10, retryDelay: 5 });
      expectExchange(client.exchange({ ...GET, method: 'POST' })).toBe('16ms (sbd|)', WHOLE);
      expectConnections().toBe('o 9ms x 4ms oc 59999ms x');
    });
  });

  test('leaves nothing behind an exchange that is unsubscribed before it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { dns: '-r', connect: '-' } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET), '^----!').toBe('-');
      expectConnections().toBe('o----x');
    });
  });
});
