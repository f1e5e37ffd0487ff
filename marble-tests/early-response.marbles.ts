import { describe, test } from '@jest/globals';
import { HttpClient, requestBody, requestDone, type RequestBody, type RequestDone } from 'rxchange';
import { head, sized } from 'rxchange/testing';
import { octets, OCTETS as values, run, sending, WHOLE, withContent } from './support/exchanges.ts';

const PIECES = { a: requestBody(octets('abc')), d: requestDone() };

describe('a response that comes while the request is sent', () => {
  test('is delivered at once, and the request goes on to its end', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectRequests, expectConnections } = network({
        'http://origin': { reply: { start: '-h', done: '--b', values } },
      });
      const body = cold<RequestBody | RequestDone>('--a--a--(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body))).toBe(
        '-s--------(bd|)',
        WHOLE,
      );
      expectSubscriptions(body.subscriptions).toBe('^-------!');
      expectRequests(withContent).toBe('--------a', { a: 'PUT 1 abcabc' });
      // Kept, since both are whole.
      expectConnections().toBe('(oc) 60006ms x');
    });
  });

  test.each([
    [
      'says Connection: close',
      head(200, [
        ['Content-Length', '3'],
        ['Connection', 'close'],
      ]),
    ],
    ['is of HTTP/1.0', head(200, [['Content-Length', '3']]).replace('1.1', '1.0')],
    ['is a 413', head(413, [['Content-Length', '3']])],
    ['is a 400', head(400, [['Content-Length', '3']])],
    ['is a 500', head(500, [['Content-Length', '3']])],
  ])('and %s stops the request in that frame; the rest of it is delivered', (_, early) => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectRequests, expectConnections } = network({
        'http://origin': { reply: { start: '---h--b', values: { ...values, h: early } } },
      });
      const body = cold<RequestBody | RequestDone>('--a--a--(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body))).toBe('---s--(bd|)', {
        b: 'abc',
      });
      expectSubscriptions(body.subscriptions).toBe('^--!');
      expectRequests().toBe('-');
      expectConnections().toBe('(oc)--x');
    });
  });

  test('and is whole before it gives up the connection: nobody knows where the next would begin', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: { start: '---w', values: { w: sized('abc') } } },
      });
      const body = cold<RequestBody | RequestDone>('--a--a--(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body))).toBe('---(sbd|)', WHOLE);
      expectSubscriptions(body.subscriptions).toBe('^--!');
      expectConnections({ closed: 'x' }).toBe('---x');
    });
  });

  test('is what is told when the connection breaks behind it', () => {
    run(({ network, expectExchange, cold }) => {
      const { transport } = network({ 'http://origin': { reply: { start: '-h--#', values } } });
      const body = cold<RequestBody | RequestDone>('--a--a--(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body))).toBe(
        '-s--#',
        { s: 200 },
        'CONNECTION_RESET',
      );
    });
  });

  test('lets go of the body when the exchange is unsubscribed', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: { start: '-h', values } },
      });
      const body = cold<RequestBody | RequestDone>('--a--a--(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body)), '^----!').toBe(
        '-s',
        WHOLE,
      );
      expectSubscriptions(body.subscriptions).toBe('^----!');
      expectConnections().toBe('(oc)-x');
    });
  });
});
