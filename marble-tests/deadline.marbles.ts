import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { facts, GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

const ERROR = { code: 'DEADLINE', phase: 'deadline', timeout: 20 };

describe('a deadline', () => {
  test.each([
    ['before there is a connection', { connect: '30ms c' }, '20ms #', 'o 19ms x', false, false],
    ['before the head', { reply: '30ms w' }, '20ms #', '(oc) 16ms x', true, false],
    ['in the content', { reply: '--h' }, '--s 17ms #', '(oc) 16ms x', true, true],
  ])(
    'ends an exchange that is not over by then, here %s, and closes its connection',
    (_, script, told, closed, sent, answered) => {
      run(({ network, expectExchange }) => {
        const { transport, expectConnections } = network({ 'http://origin': { ...script, values } });
        const client = new HttpClient({ transport, deadline: 20 });
        const exchange = facts({ sent, answered });
        expectExchange(client.exchange(GET)).toBe(told, WHOLE, { ...ERROR, exchange });
        expectConnections().toBe(closed);
      });
    },
  );

  test('is one for all attempts, the waits between them included', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '---#' }, { reply: '---#' }, { reply: '30ms w', values }],
      });
      const client = new HttpClient({ transport, deadline: 20, retryDelay: 4 });
      expectExchange(client.exchange(GET)).toBe('20ms #', WHOLE, {
        ...ERROR,
        exchange: facts({ attempts: 3 }),
      });
      expectRequests().toBe('a 6ms a 6ms a', { a: 'GET /' });
    });
  });

  test('does not begin an attempt that would come too late: the error is that of the last one', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '---#' } });
      const client = new HttpClient({ transport, deadline: 20, retryDelay: 17 });
      expectExchange(client.exchange(GET)).toBe('---#', WHOLE, {
        code: 'CONNECTION_RESET',
        exchange: facts({ attempts: 1 }),
      });
    });
  });

  test('begins one that comes just in time', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [{ reply: '---#' }, { reply: 'w', values }] });
      const client = new HttpClient({ transport, deadline: 20, retryDelay: 16 });
      expectExchange(client.exchange(GET)).toBe('19ms (sbd|)', WHOLE);
    });
  });

  test('is counted anew for each subscription', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': () => ({ reply: ['15ms w', '15ms w'], values }) });
      const exchange = new HttpClient({ transport, deadline: 20 }).exchange(GET);
      expectExchange(exchange).toBe('15ms (sbd|)', WHOLE);
      expectExchange(exchange, '10ms ^').toBe('25ms (sbd|)', WHOLE);
    });
  });

  test('counts while an exchange waits for its turn', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: ['18ms w', '-'], values }, { reply: '-' }],
      });
      const client = new HttpClient({ transport, deadline: 20, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(GET)).toBe('18ms (sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b'))).toBe('20ms #', WHOLE, ERROR);
      expectExchange(client.exchange(request('GET', '/c')), '--^').toBe('22ms #', WHOLE, ERROR);
      expectRequests().toBe('a 17ms b-c', { a: 'GET /', b: 'GET /b', c: 'GET /c' });
    });
  });

  test('leaves nothing behind an exchange that ends or is unsubscribed before it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: ['w', '-'], values } });
      const client = new HttpClient({ transport, deadline: 70_000 });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '----^----!').toBe('-');
      expectConnections().toBe('(oc)r----x');
    });
  });
});
