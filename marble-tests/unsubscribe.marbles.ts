import { describe, test } from '@jest/globals';
import { takeWhile, tap } from 'rxjs';
import { HttpClient, requestBody, type RequestBody } from 'rxchange';
import { head, type ConnectionScript } from 'rxchange/testing';
import { GET, octets, OCTETS as values, request, run, sending, WHOLE } from './support/exchanges.ts';

describe('unsubscribing', () => {
  test.each<[string, ConnectionScript, string, string]>([
    ['while its name is resolved', { dns: '-----' }, '-', 'o---x'],
    ['while it connects', { dns: '-r', connect: '-----' }, '-', 'o---x'],
    ['while it waits for the head', { reply: '-----' }, '-', '(oc)x'],
    ['in the head', { reply: '-p', values: { p: 'HTTP/1.1 200' } }, '-', '(oc)x'],
    ['behind a 1xx', { reply: '-i', values }, '-i', '(oc)x'],
    ['behind the head', { reply: '-h', values }, '-s', '(oc)x'],
    ['in the content', { reply: '-(hc)', values: { ...values, c: 'a' } }, '-(sb)', '(oc)x'],
  ])('an exchange %s closes its connection, in that frame', (_, script, told, connections) => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': script });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET), '^---!').toBe(told, { i: 103, s: 200, b: 'a' });
      expectConnections().toBe(connections);
    });
  });

  test('one that waits for its turn leaves the queue: it sends nothing, and its body is not asked for', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectRequests } = network({
        'http://origin': { reply: ['-----w', 'w'], values },
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1 });
      const body = cold<RequestBody>('a');
      expectExchange(client.exchange(request('GET', '/a'))).toBe('-----(sbd|)', WHOLE);
      expectExchange(client.exchange({ ...sending('PUT', body, '/b') }), '^--!').toBe('-');
      expectExchange(client.exchange(request('GET', '/c'))).toBe('-----(sbd|)', WHOLE);
      expectSubscriptions(body.subscriptions).toBe([]);
      expectRequests().toBe('a----c', { a: 'GET /a', c: 'GET /c' });
    });
  });

  test('one that is sending lets go of its body', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport, expectConnections, expectRequests } = network({ 'http://origin': { reply: '-' } });
      const body = cold<RequestBody>('-a-a-a-a-a-a', { a: requestBody(octets('abc')) });
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body)), '^----!').toBe('-');
      expectSubscriptions(body.subscriptions).toBe('^----!');
      expectConnections().toBe('(oc)-x');
      expectRequests().toBe('-');
    });
  });

  test('one whose body waits for the leave of the server does not ask for it', () => {
    run(({ network, expectExchange, cold, expectSubscriptions }) => {
      const { transport } = network({ 'http://origin': { reply: '-' } });
      const body = cold<RequestBody>('a');
      const put = { ...sending('PUT', body), headers: [['Expect', '100-continue'] as const] };
      expectExchange(new HttpClient({ transport }).exchange(put), '^----!').toBe('-');
      expectSubscriptions(body.subscriptions).toBe([]);
    });
  });

  test('one between two attempts makes no other', () => {
    run(({ network, expectExchange }) => {
      // A second connection is not scripted, and would fail the test.
      const { transport } = network({ 'http://origin': { reply: '-#' } });
      expectExchange(new HttpClient({ transport }).exchange(GET), '^----!').toBe('-');
    });
  });

  test('one that is held closes its connection, and the hold is forgotten', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': [
          { reply: '-(hb)', values: { ...values, h: head(200, [['Content-Length', '9']]) } },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      const held = client
        .exchange(GET)
        .pipe(tap((notification) => notification.type === 'response_body' && notification.flow?.hold()));
      expectExchange(held, '^---!').toBe('-(sb)', WHOLE);
      expectExchange(client.exchange(GET), '-----^').toBe('-----(sbd|)', WHOLE);
      expectConnections().toBe('(oc)x(oc) 59996ms x');
    });
  });

  test('inside any notification delivers nothing more, and closes the connection unless all was read', () => {
    for (const [type, told, kept] of [
      ['response_nonfinal', '(i|)', 'o'],
      ['response_start', '(is|)', 'o'],
      ['response_body', '(isb|)', 'o'],
      ['response_done', '(isbd|)', 'k'],
    ]) {
      run(({ network, expectExchange }) => {
        const { transport, expectConnections } = network({
          'http://origin': { reply: 'w', values: { w: `${values.i}${values.w}` } },
        });
        const until = new HttpClient({ transport }).exchange(GET);
        expectExchange(until.pipe(takeWhile((each) => each.type !== type, true))).toBe(told, {
          i: 103,
          ...WHOLE,
        });
        expectConnections().toBe(kept === 'k' ? '(oc) 59996ms x' : '(ocx)');
      });
    }
  });

  test('one of many leaves the others as they are', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': (connection) => ({ reply: connection === 2 ? '-' : '-----w', values }),
      });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('-----(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '^--!').toBe('-');
      expectExchange(client.exchange(GET)).toBe('-----(sbd|)', WHOLE);
      expectConnections(({ type, connection }) => (type === 'closed' ? connection : undefined)).toBe(
        '---b 60001ms (ac)',
        { a: 1, b: 2, c: 3 },
      );
    });
  });
});
