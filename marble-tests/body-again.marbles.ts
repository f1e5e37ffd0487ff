import { describe, test } from '@jest/globals';
import { concat, of } from 'rxjs';
import { HttpClient, requestBody, requestDone, type RequestBody } from 'rxchange';
import { head } from 'rxchange/testing';
import {
  bodyOf,
  octets,
  OCTETS as values,
  run,
  sending,
  slowBody,
  WHOLE,
  withContent,
} from './support/exchanges.ts';

// The program that this library is modelled on sends the head again, and no body behind it.
describe('a PUT that is tried again', () => {
  test('has its body sent again', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(sending('PUT', bodyOf('abc', 'def')))).toBe('22ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('a 10ms b 10ms c', {
        a: 'PUT 1 abcdef',
        b: 'PUT 2 abcdef',
        c: 'PUT 3 abcdef',
      });
    });
  });

  test('has its body sent again from the beginning, however far it came', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: { start: '7ms #' } }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(sending('PUT', slowBody(3, 'abc', 'def', 'ghi')))).toBe(
        '29ms (sbd|)',
        WHOLE,
      );
      expectRequests(withContent).toBe('29ms a', { a: 'PUT 2 abcdefghi' });
    });
  });

  test('keeps its length and its trailers', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: 'w', values }, { reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10, idleTimeout: 0 });
      const trailed = concat(of(requestBody(octets('abc'))), of(requestDone([['Sum', '6']])));
      const sized = sending('PUT', bodyOf('abc'));
      expectExchange(client.exchange(sending('PUT', trailed))).toBe('11ms (sbd|)', WHOLE);
      expectExchange(client.exchange({ ...sized, headers: [['Content-Length', '3']] }), '20ms ^').toBe(
        '31ms (sbd|)',
        WHOLE,
      );
      expectRequests(({ trailers, headers }) => [trailers, headers.at(-1)]).toBe('a 10ms a 8ms b 10ms b', {
        a: [[['Sum', ' 6']], ['Transfer-Encoding', ' chunked']],
        b: [[], ['Content-Length', ' 3']],
      });
    });
  });

  test('subscribes to its body once an attempt, when it has a connection, and lets go of it with each', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({
        'http://origin': [
          { connect: '---c', reply: { start: '-----#' } },
          { connect: '-#' },
          {
            connect: '--c',
            reply: { start: '-e--b', values: { ...values, e: head(400, [['Content-Length', '3']]) } },
          },
        ],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const distinct = cold<RequestBody>('-a---b----', {
        a: requestBody(octets('a')),
        b: requestBody(octets('b')),
      });
      expectExchange(client.exchange(sending('PUT', distinct))).toBe('32ms s--(bd|)', { s: 400, b: 'abc' });
      // The third answers before the body has ended, and does not want the rest.
      expectSubscriptions(distinct.subscriptions).toBe(['---^----!', '31ms ^!']);
    });
  });

  test('has its body unsubscribed with the exchange', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ reply: { start: '-#' } }, { reply: '-' }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const body = cold<RequestBody>('----------');
      expectExchange(client.exchange(sending('PUT', body)), '^ 15ms !').toBe('-');
      expectSubscriptions(body.subscriptions).toBe(['^!', '11ms ^----!']);
      expectConnections({ closed: 'x' }).toBe('-x 14ms x');
    });
  });
});
