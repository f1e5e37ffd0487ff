import { describe, test } from '@jest/globals';
import { HttpClient } from 'rxchange';
import { head, sized } from 'rxchange/testing';
import {
  bodyOf,
  facts,
  GET,
  OCTETS as values,
  request,
  run,
  sending,
  WHOLE,
  withContent,
} from './support/exchanges.ts';

const STATUSES = [408, 429, 500, 502, 503, 504];

describe('a status', () => {
  test.each(STATUSES)('%d is not retried unless asked for', (status) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: 'e', values: { e: sized('no', status) } } });
      expectExchange(new HttpClient({ transport }).exchange(GET)).toBe('(sbd|)', { s: status, b: 'no' });
    });
  });

  test.each(STATUSES)('%d is retried if asked for, on the same connection', (status) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: ['-e', '-w'], values: { ...values, e: sized('no', status) } },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(GET)).toBe('502ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 497ms r 60000ms x');
    });
  });

  test.each(['HEAD', 'OPTIONS', 'TRACE', 'DELETE'])('is retried for %s', (method) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': {
          reply: ['e', 'n'],
          values: { e: head(503, [['Content-Length', '0']]), n: head(204) },
        },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(request(method))).toBe('500ms (sd|)', { s: 204 });
    });
  });

  test.each(['PUT', 'QUERY'])('is retried for %s, whose body goes again', (method) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reply: ['e', 'w'], values: { ...values, e: sized('no', 503) } },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(sending(method, bodyOf('x', 'y')))).toBe('500ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('a 499ms a', { a: `${method} 1 xy` });
    });
  });

  test.each(['POST', 'PATCH', 'get', 'LOCK'])('is not retried for %s', (method) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: 'e', values: { e: sized('no', 503) } } });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(request(method))).toBe('(sbd|)', { s: 503, b: 'no' });
    });
  });

  test('is delivered when the limit is reached', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: ['e', 'e', 'e'], values: { e: sized('no', 503) } },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('20ms (sbd|)', { s: 503, b: 'no' });
    });
  });

  test('and an error share one limit', () => {
    run(({ network, expectExchange }) => {
      const answer = sized('no', 503, [['Connection', 'close']]);
      const { transport } = network({
        'http://origin': [{ reply: '#' }, { reply: 'e', values: { e: answer } }, { reply: '#' }],
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES, retryDelay: 10 });
      const exchange = facts({ attempts: 3 });
      expectExchange(client.exchange(GET)).toBe('20ms #', {}, { code: 'CONNECTION_RESET', exchange });
    });
  });

  test('whose content is still coming when it is time gives up its connection', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: '-p', values: { p: head(503, [['Content-Length', '9']]) } },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES, retryDelay: 10 });
      expectExchange(client.exchange(GET)).toBe('11ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 7ms (oxc) 59995ms x');
    });
  });

  test('behind a 1xx is delivered: something has been told', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: '-i-e', values: { ...values, e: sized('no', 503) } },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(GET)).toBe('-i-(sbd|)', { i: 103, s: 503, b: 'no' });
    });
  });

  test('leaves nothing behind when the exchange is unsubscribed while the rest of its answer is read', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: '-p', values: { p: head(503, [['Content-Length', '9']]) } },
      });
      const client = new HttpClient({ transport, retryStatuses: STATUSES });
      expectExchange(client.exchange(GET), '^----!').toBe('-');
      expectConnections().toBe('(oc)-x');
    });
  });
});
