import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { sized, type ReceivedRequest } from 'rxchange/testing';
import { GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

const where = ({ target, connection }: ReceivedRequest): string => `${target} ${connection}`;

describe('clients with one transport', () => {
  test('share idle connections', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': { reply: ['w', 'w'], values } });
      expectExchange(new HttpClient({ transport }).exchange(request('GET', '/a'))).toBe('(sbd|)', WHOLE);
      expectExchange(new HttpClient({ transport }).exchange(request('GET', '/b')), '----^').toBe(
        '----(sbd|)',
        WHOLE,
      );
      expectRequests(where).toBe('a---b', { a: '/a 1', b: '/b 1' });
    });
  });

  test('have limits of their own', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: ['---w', 'w'], values },
          { reply: ['---w', 'w'], values },
        ],
      });
      const one = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      const other = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      expectExchange(one.exchange(request('GET', '/a'))).toBe('---(sbd|)', WHOLE);
      expectExchange(one.exchange(request('GET', '/b'))).toBe('---(sbd|)', WHOLE);
      expectExchange(other.exchange(request('GET', '/c'))).toBe('---(sbd|)', WHOLE);
      expectRequests(({ target, position }) => (position === 1 ? target : undefined)).toBe('(ac)', {
        a: '/a',
        c: '/c',
      });
    });
  });

  test('do not share what a connection forgives', () => {
    run(({ network, expectExchange }) => {
      const bent = sized('abc').replace('\r\n', '\n');
      const { transport } = network({
        'http://origin': [
          { reply: ['w', 'x', 'w'], values: { ...values, x: bent } },
          { reply: ['w', 'x'], values: { ...values, x: bent } },
        ],
      });
      const careful = new HttpClient({ transport });
      const careless = new HttpClient({ transport, careful: false });
      expectExchange(careful.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(careless.exchange(GET), '-^').toBe('-(asbd|)', WHOLE);
      expectExchange(careless.exchange(GET), '---^').toBe('---(sbd|)', WHOLE);
      expectExchange(careful.exchange(GET), '-----^').toBe('-----#', {}, 'LINE_END');
    });
  });

  test('do not share what they wait for', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: ['w', '20ms w', '20ms h'], values } });
      const hasty = new HttpClient({ transport, readTimeout: 12, headersTimeout: 10, retryLimit: 0 });
      const patient = new HttpClient({ transport });
      expectExchange(hasty.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(patient.exchange(GET), '-^').toBe('21ms (sbd|)', WHOLE);
      expectExchange(hasty.exchange(GET), '30ms ^').toBe('40ms #', {}, { phase: 'headers' });
    });
  });

  test('keep a connection for as long as the one says that used it last', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: ['w', 'w'], values } });
      expectExchange(new HttpClient({ transport, idleTimeout: 50 }).exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(new HttpClient({ transport, idleTimeout: 10 }).exchange(GET), '20ms ^').toBe(
        '20ms (sbd|)',
        WHOLE,
      );
      expectConnections().toBe('(oc) 16ms r 9ms x');
    });
  });

  test('have each their own numbers, also of a connection that the other took over or left', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { reply: ['w', '-----w'], values } });
      const one = new HttpClient({ transport });
      const other = new HttpClient({ transport });
      const stats = (active: number, idle: number) =>
        new Map([['http://origin', { active, connecting: 0, idle, pending: 0 }]]);
      expectExchange(one.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(other.exchange(GET), '---^----!').toBe('-');
      expectObservable(one.stats, '--(^!)').toBe('--s', { s: stats(0, 1) });
      expectObservable(one.stats, '----^!').toBe('----s', { s: new Map() });
      expectObservable(other.stats, '----^!').toBe('----s', { s: stats(1, 0) });
      expectObservable(other.stats, '---------^!').toBe('---------s', { s: new Map() });
    });
  });

  test('share nothing with those of another transport', () => {
    run(({ network, expectExchange }) => {
      const one = network({ 'http://origin': { reply: 'w', values } });
      const other = network({ 'http://origin': { reply: 'w', values } });
      expectExchange(new HttpClient({ transport: one.transport }).exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(new HttpClient({ transport: other.transport }).exchange(GET), '-^').toBe(
        '-(sbd|)',
        WHOLE,
      );
    });
  });
});
