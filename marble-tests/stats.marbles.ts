import { describe, test } from '@jest/globals';
import { map, scan, type Observable } from 'rxjs';
import { HttpClient, type PoolStats } from 'rxchange';
import type { HttpRunHelpers } from 'rxchange/testing';
import { GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

const shown = ({ active, connecting, idle, pending }: PoolStats): string =>
  `a${active} c${connecting} i${idle} p${pending}`;

/** What a client says of its origins when asked at these frames. */
function expectNumbers(
  { expectObservable }: HttpRunHelpers,
  client: HttpClient,
  frames: Record<number, Record<string, string>>,
): void {
  const asked = client.stats.pipe(
    map((stats) => Object.fromEntries(Array.from(stats, ([origin, numbers]) => [origin, shown(numbers)]))),
  );
  for (const [frame, expected] of Object.entries(frames)) {
    expectObservable(asked, `${frame}ms (^!)`).toBe(`${frame}ms s`, { s: expected });
  }
}

describe('the numbers of a client', () => {
  test('follow an exchange and its connection, and forget an origin of which nothing is left', () => {
    run((helpers) => {
      const { transport } = helpers.network({ 'http://origin': { connect: '--c', reply: '----w', values } });
      const client = new HttpClient({ transport, idleTimeout: 10 });
      helpers.expectExchange(client.exchange(GET), '-^').toBe('-------(sbd|)', WHOLE);
      expectNumbers(helpers, client, {
        0: {},
        2: { 'http://origin': 'a0 c1 i0 p0' },
        5: { 'http://origin': 'a1 c0 i0 p0' },
        9: { 'http://origin': 'a0 c0 i1 p0' },
        18: {},
      });
    });
  });

  test('tell who waits, here and for the limit over all origins', () => {
    run((helpers) => {
      const script = { reply: () => ({ done: '----w', values }) };
      const { transport } = helpers.network({ 'http://a': [script, script], 'http://b:81': script });
      const client = new HttpClient({ transport, maxConnections: 2, maxConnectionsPerOrigin: 2 });
      const a = request('GET', '/', 'http://a');
      for (const told of ['----(sbd|)', '----(sbd|)', '--------(sbd|)']) {
        helpers.expectExchange(client.exchange(a)).toBe(told, WHOLE);
      }
      const b = request('GET', '/', 'http://b:81');
      helpers.expectExchange(client.exchange(b)).toBe('--------(sbd|)', WHOLE);
      expectNumbers(helpers, client, {
        1: { 'http://a': 'a2 c0 i0 p1', 'http://b:81': 'a0 c0 i0 p1' },
        5: { 'http://a': 'a1 c0 i0 p0', 'http://b:81': 'a1 c0 i0 p0' },
        10: { 'http://a': 'a0 c0 i1 p0', 'http://b:81': 'a0 c0 i1 p0' },
      });
    });
  });

  test('count a connection no longer that could not be made', () => {
    run((helpers) => {
      const { transport } = helpers.network({
        'http://origin': [{ connect: '--#' }, { connect: '----c', reply: '---w', values }],
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, retryLimit: 0, idleTimeout: 0 });
      helpers.expectExchange(client.exchange(GET)).toBe('--#', {}, 'CONNECT');
      helpers.expectExchange(client.exchange(GET)).toBe('---------(sbd|)', WHOLE);
      expectNumbers(helpers, client, {
        1: { 'http://origin': 'a0 c1 i0 p1' },
        4: { 'http://origin': 'a0 c1 i0 p0' },
        7: { 'http://origin': 'a1 c0 i0 p0' },
        10: {},
      });
    });
  });

  test('are told at once, and again with each change: the last of them is how it is', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({ 'http://origin': { reply: ['-w', '-'], values } });
      const client = new HttpClient({ transport });
      expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '----^---!').toBe('-');
      const changes: Observable<number> = client.stats.pipe(scan((count) => count + 1, 0));
      expectObservable(changes, '--^---!').toBe('--a-(bc)', { a: 1, b: 2, c: 3 });
    });
  });

  test('are left by who unsubscribes an exchange, and who unsubscribes them', () => {
    run((helpers) => {
      const { transport } = helpers.network({ 'http://origin': { connect: '----c' } });
      const client = new HttpClient({ transport });
      helpers.expectExchange(client.exchange(GET), '^--!').toBe('-');
      expectNumbers(helpers, client, { 1: { 'http://origin': 'a0 c1 i0 p0' }, 4: {} });
    });
  });
});
