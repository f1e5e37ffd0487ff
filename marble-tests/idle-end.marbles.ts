import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { GET, OCTETS as values, run, WHOLE } from './support/exchanges.ts';

const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';

describe('an idle connection', () => {
  test.each([
    ['is ended by its server', 'w----|'],
    ['is reset by its server', 'w----#'],
    ['speaks', 'w----t'],
    ['speaks a whole response', 'w----e'],
    ['says an empty line', 'w----n'],
  ])('that %s is closed in that frame, and not used again', (_, reply) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply, values: { ...values, t: 'HTTP/1.1 408 Request Timeout\r\n\r\n', e: EVIL, n: '\r\n' } },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, retryLimit: 0 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '----------^').toBe('----------(sbd|)', WHOLE);
      expectConnections().toBe('(oc)-x----(oc) 59996ms x');
    });
  });

  test('that speaks in the frame of the next exchange has none of it heard there', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: ['w 4ms e', '-'], values: { ...values, e: EVIL } },
          { reply: '--w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '------^').toBe('--------(sbd|)', WHOLE);
      expectRequests(({ connection }) => connection).toBe('a-----b', { a: 1, b: 2 });
    });
  });

  test('of several is taken no more once it is gone, and the others are', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: ['w', '-w'], values },
          { reply: '-w---|', values },
        ],
      });
      const client = new HttpClient({ transport, retryLimit: 0, idleTimeout: 20 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '--------^').toBe('---------(sbd|)', WHOLE);
      expectRequests(({ connection }) => connection).toBe('(ab)----c', { a: 1, b: 2, c: 1 });
    });
  });

  test('leaves no timer when it is gone', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { reply: 'w----|', values } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectObservable(client.stats, '-------^!').toBe('-------a', { a: new Map() });
    });
  });
});
