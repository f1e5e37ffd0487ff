import { describe, test } from '@jest/globals';
import { EMPTY, mergeMap, type Observable } from 'rxjs';
import { HttpClient, type HttpRequest, type ResponseNotification } from 'rxchange';
import { head, sized, type ReceivedRequest } from 'rxchange/testing';
import { GET, OCTETS as values, request, run, sending, slowBody, WHOLE } from './support/exchanges.ts';

const where = ({ target, connection }: ReceivedRequest): string => `${target} ${String(connection)}`;

/** The second exchange, begun inside the done of the first. */
const then = (
  client: HttpClient,
  first: HttpRequest,
  second: HttpRequest,
): Observable<ResponseNotification> =>
  client
    .exchange(first)
    .pipe(mergeMap(({ type }) => (type === 'response_done' ? client.exchange(second) : EMPTY)));

describe('a connection', () => {
  test('is used again by an exchange that begins inside response_done', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({ 'http://origin': { reply: ['-w', '--h-b'], values } });
      const client = new HttpClient({ transport });
      expectExchange(then(client, request('GET', '/a'), request('GET', '/b'))).toBe('---s-(bd|)', WHOLE);
      expectRequests(where).toBe('ab', { a: '/a 1', b: '/b 1' });
    });
  });

  test('is used by who waits, before one that begins inside response_done', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reply: ['---w', '---w', '---w'], values },
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      expectExchange(then(client, request('GET', '/a'), request('GET', '/c'))).toBe('---------(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b')), '-^').toBe('------(sbd|)', WHOLE);
      expectRequests(where).toBe('a--b--c', { a: '/a 1', b: '/b 1', c: '/c 1' });
    });
  });

  test('that became idle last is used first', () => {
    run(({ network, expectExchange }) => {
      const answers = (first: string) => ({ reply: [first, 'w', 'w'], values });
      const { transport, expectRequests } = network({
        'http://origin': [answers('---w'), answers('-w'), answers('--w')],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(request('GET', '/a'))).toBe('---(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/b'))).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/c'))).toBe('--(sbd|)', WHOLE);
      expectExchange(client.exchange(request('GET', '/d')), '-----^').toBe('-----(sbd|)', WHOLE);
      // The one that has been used is the last again.
      expectExchange(client.exchange(request('GET', '/e')), '------^').toBe('------(sbd|)', WHOLE);
      expectRequests(where).toBe('(abc)de', { a: '/a 1', b: '/b 2', c: '/c 3', d: '/d 1', e: '/e 1' });
    });
  });

  test.each([
    ['says close', sized('abc', 200, [['Connection', 'close']])],
    ['is HTTP/1.0', sized('abc').replace('1.1', '1.0')],
    ['has octets behind it', `${values.w}HTTP/1.1 200 OK\r\n`],
    ['ends with its connection', `${head(200)}abc`],
  ])('is not used again when its response %s', (_, answer) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [
          { reply: '-(a|)', values: { a: answer } },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(then(client, request('GET', '/a'), request('GET', '/b'))).toBe('-(sbd|)', WHOLE);
      expectRequests(where).toBe('ab', { a: '/a 1', b: '/b 2' });
    });
  });

  test('is used again when its response says keep-alive, even one of HTTP/1.0', () => {
    run(({ network, expectExchange }) => {
      const old = sized('abc', 200, [['Connection', 'keep-alive']]).replace('1.1', '1.0');
      const { transport, expectRequests } = network({
        'http://origin': { reply: ['-a', 'a'], values: { a: old } },
      });
      const client = new HttpClient({ transport });
      expectExchange(then(client, request('GET', '/a'), request('GET', '/b'))).toBe('-(sbd|)', WHOLE);
      expectRequests(where).toBe('ab', { a: '/a 1', b: '/b 1' });
    });
  });

  test('is not used again when its request was not finished', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [{ reply: { start: '-w', values } }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport });
      expectExchange(then(client, sending('PUT', slowBody(5, 'abc')), GET)).toBe('-(sbd|)', WHOLE);
      expectConnections(({ type, connection }) => (type === 'connected' ? connection : undefined)).toBe(
        'ab',
        {
          a: 1,
          b: 2,
        },
      );
    });
  });

  test('is not used again by one that was unsubscribed, nor kept', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: ['w', '-'], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '----^---!').toBe('-');
      expectExchange(client.exchange(GET), '---------^').toBe('---------(sbd|)', WHOLE);
      expectConnections().toBe('(oc)r---x(oc) 59996ms x');
    });
  });
});
