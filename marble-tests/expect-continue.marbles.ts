import { describe, test } from '@jest/globals';
import {
  HttpClient,
  requestBody,
  requestDone,
  type HttpRequest,
  type RequestBody,
  type RequestDone,
} from 'rxchange';
import { head, sized } from 'rxchange/testing';
import {
  bodyOf,
  octets,
  OCTETS as values,
  run,
  sending,
  WHOLE,
  withContent,
  type Body,
} from './support/exchanges.ts';

const asking = (body: Body, method = 'PUT'): HttpRequest => ({
  ...sending(method, body),
  headers: [['Expect', '100-Continue']],
});

const PIECES = { a: requestBody(octets('abc')), d: requestDone() };

describe('Expect: 100-continue', () => {
  test('sends the head at once, and the body when a 100 has come', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reply: { start: '---c', done: '--w', values } },
      });
      const body = cold<RequestBody | RequestDone>('-a-(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(asking(body))).toBe('---i----(sbd|)', {
        ...WHOLE,
        i: 100,
      });
      expectSubscriptions(body.subscriptions).toBe('---^--!');
      expectRequests(withContent).toBe('------a', { a: 'PUT 1 abc' });
    });
  });

  test('does not take another 1xx for leave, and a second 100 for no more than that', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({
        'http://origin': { reply: { start: '-i-c-c', done: '--w', values } },
      });
      const body = cold<RequestBody | RequestDone>('-a-(d|)', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(asking(body))).toBe('-i-j-j--(sbd|)', {
        ...WHOLE,
        i: 103,
        j: 100,
      });
      expectSubscriptions(body.subscriptions).toBe('---^--!');
    });
  });

  test.each([
    [417, ''],
    [413, ''],
    [200, ''],
    [401, 'Connection: close\r\n'],
  ])('never sends the body when %d comes first, nor uses the connection again', (status, field) => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections, expectRequests } = network({
        'http://origin': {
          reply: { start: '---w', values: { w: sized('abc', status).replace('\r\n', `\r\n${field}`) } },
        },
      });
      const body = cold<RequestBody | RequestDone>('a', PIECES);
      expectExchange(new HttpClient({ transport }).exchange(asking(body))).toBe('---(sbd|)', {
        s: status,
        b: 'abc',
      });
      expectSubscriptions(body.subscriptions).toBe([]);
      expectRequests().toBe('-');
      expectConnections({ closed: 'x' }).toBe('---x');
    });
  });

  test('never sends the body either when the time is over behind the head of a final response', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({
        'http://origin': { reply: { start: '---h 19ms b', values } },
      });
      const body = cold<RequestBody | RequestDone>('a', PIECES);
      const client = new HttpClient({ transport, continueTimeout: 10 });
      expectExchange(client.exchange(asking(body))).toBe('---s 19ms (bd|)', WHOLE);
      expectSubscriptions(body.subscriptions).toBe([]);
    });
  });

  test.each([
    [{}, 1_000],
    [{ continueTimeout: 5 }, 5],
    [{ continueTimeout: 0 }, 0],
  ])('sends the body without leave after a while: %j', (options, ms) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': { reply: { done: '--w', values } } });
      const client = new HttpClient({ transport, ...options });
      const frames = (at: number): string => (at === 0 ? '' : `${at}ms `);
      expectExchange(client.exchange(asking(bodyOf('abc')))).toBe(`${ms + 2}ms (sbd|)`, WHOLE);
      expectRequests(withContent).toBe(`${frames(ms)}a`, { a: 'PUT 1 abc' });
    });
  });

  test('sends the body once, if leave comes when the time is over', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({
        'http://origin': { reply: { start: '------c', done: '--w', values } },
      });
      const client = new HttpClient({ transport, continueTimeout: 5 });
      const body = cold<RequestBody | RequestDone>('----a---(d|)', PIECES);
      expectExchange(client.exchange(asking(body))).toBe('------i--------(sbd|)', { ...WHOLE, i: 100 });
      expectSubscriptions(body.subscriptions).toBe('-----^-------!');
    });
  });

  test('waits for leave as long as it takes, if so told', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: { start: '60m c', done: 'w', values } } });
      const client = new HttpClient({ transport, continueTimeout: null });
      expectExchange(client.exchange(asking(bodyOf('abc')))).toBe('60m (isbd|)', { ...WHOLE, i: 100 });
    });
  });

  test('means nothing in a request without a body', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: ['w'], values } });
      const { body: _, ...bare } = asking(bodyOf());
      expectExchange(new HttpClient({ transport }).exchange({ ...bare, method: 'GET' })).toBe(
        '(sbd|)',
        WHOLE,
      );
    });
  });

  test('asks for leave again on another attempt', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({
        'http://origin': [{ reply: { start: '---#' } }, { reply: { start: '--c', done: '-w', values } }],
      });
      const body = cold<RequestBody | RequestDone>('(ad|)', PIECES);
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(asking(body))).toBe('15ms i(sbd|)', { ...WHOLE, i: 100 });
      expectSubscriptions(body.subscriptions).toBe('15ms (^!)');
    });
  });

  test('leaves nothing behind when the exchange is unsubscribed', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ reply: '-' }, { reply: { start: '-c', values: { c: head(100) } } }],
      });
      const body = cold<RequestBody | RequestDone>('-a-a-a-a-a-a', PIECES);
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(asking(body)), '^----!').toBe('-');
      expectExchange(client.exchange(asking(body)), '^----!').toBe('-i', { i: 100 });
      expectSubscriptions(body.subscriptions).toBe('-^---!');
      expectConnections({ closed: 'x' }).toBe('-----(xx)');
    });
  });
});
