import { describe, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import { sized } from 'rxchange/testing';
import { GET, OCTETS as values, run, WHOLE } from './support/exchanges.ts';

/** How a connection fares whose first exchange ends at 4, told in its events. */
function expectFate(options: HttpClientOptions, fields: [string, string][], events: string): void {
  run(({ network, expectExchange }) => {
    const { transport, expectConnections } = network({
      'http://origin': { reply: '----a', values: { a: sized('abc', 200, fields) } },
    });
    expectExchange(new HttpClient({ transport, ...options }).exchange(GET)).toBe('----(sbd|)', WHOLE);
    expectConnections().toBe(events);
  });
}

describe('an idle connection', () => {
  test.each<[string, HttpClientOptions, string]>([
    ['after 60 s, as the document has it', {}, '(oc) 60000ms x'],
    ['after another time', { idleTimeout: 10 }, '(oc) 10ms x'],
    ['at once, if it is not to be kept', { idleTimeout: 0 }, '(oc)x'],
    ['at its age, if that comes first', { idleTimeout: 60, maxConnectionAge: 30 }, '(oc) 26ms x'],
    ['at once, if it is old already', { maxConnectionAge: 4 }, '(oc)x'],
  ])('is closed %s', (_, options, events) => {
    expectFate(options, [], events);
  });

  test('counts anew each time that it becomes idle', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: ['w', 'w', 'w'], values },
      });
      const client = new HttpClient({ transport, idleTimeout: 10 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '9ms ^').toBe('9ms (sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '18ms ^').toBe('18ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 5ms r 8ms r 9ms x');
    });
  });

  test('is not closed while it is in use', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: ['w', '30ms w'], values },
      });
      const client = new HttpClient({ transport, idleTimeout: 10 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '5ms ^').toBe('35ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc)-r 39ms x');
    });
  });

  test('is closed for itself: the others have their own time', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: '-w', values },
          { reply: '----w', values },
          { reply: '---w', values },
        ],
      });
      const client = new HttpClient({ transport, idleTimeout: 10 });
      expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('----(sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('---(sbd|)', WHOLE);
      expectConnections(({ type, connection }) => (type === 'closed' ? connection : undefined)).toBe(
        '11ms a-cb',
        {
          a: 1,
          b: 2,
          c: 3,
        },
      );
    });
  });

  test('is not used again when its time is over', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: 'w', values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, idleTimeout: 10 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '11ms ^').toBe('11ms (sbd|)', WHOLE);
      expectConnections(({ type, connection }) => (type === 'opening' ? connection : undefined)).toBe(
        'a 10ms b',
        {
          a: 1,
          b: 2,
        },
      );
    });
  });
});

describe('a connection that reaches its age in use', () => {
  test('carries its exchange to the end, and no other', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: ['w', '30ms w'], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, maxConnectionAge: 20 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '10ms ^').toBe('40ms (sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '50ms ^').toBe('50ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 6ms r 29ms x 9ms (oc) 16ms x');
    });
  });

  test('is left by who unsubscribes, with nothing behind', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: ['w', '-'], values } });
      const client = new HttpClient({ transport, maxConnectionAge: 2_000 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '9ms ^---!').toBe('-');
      expectConnections().toBe('(oc) 5ms r---x');
    });
  });
});

describe('Keep-Alive', () => {
  test.each<[string, string, HttpClientOptions, string]>([
    ['timeout, less a second', 'timeout=5', {}, '(oc) 4000ms x'],
    ['timeout, less another margin', 'timeout=5', { keepAliveMargin: 2_000 }, '(oc) 3000ms x'],
    ['half of a timeout that the margin would eat', 'timeout=1', {}, '(oc) 500ms x'],
    ['timeout, however it is written', ' Max = 100 , TIMEOUT = "5"', {}, '(oc) 4000ms x'],
    ['only a timeout that is shorter than our own', 'timeout=500', {}, '(oc) 60000ms x'],
    ['a timeout where we have none', 'timeout=100', { idleTimeout: null }, '(oc) 99000ms x'],
    ['no parameter of another name', 'xtimeout=5, timeout-x=3', {}, '(oc) 60000ms x'],
    ['no timeout that is no number', 'timeout=-5', {}, '(oc) 60000ms x'],
    ['no field that says nothing', '', {}, '(oc) 60000ms x'],
    ['a max that is not reached', 'max=1', {}, '(oc) 60000ms x'],
  ])('is honoured: %s', (_, value, options, events) => {
    expectFate(options, [['Keep-Alive', value]], events);
  });

  test.each(['timeout=0', 'max=0', 'timeout=5, max=0'])('%s: it is not kept at all', (value) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: 'a', values: { a: sized('abc', 200, [['Keep-Alive', value]]) } },
      });
      expectExchange(new HttpClient({ transport }).exchange(GET)).toBe('(sbd|)', WHOLE);
      expectConnections().toBe('(ocx)');
    });
  });

  test('is that of the last response', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': {
          reply: ['a', 'w'],
          values: { ...values, a: sized('abc', 200, [['Keep-Alive', 'timeout=5']]) },
        },
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '10ms ^').toBe('10ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 6ms r 59999ms x');
    });
  });
});
