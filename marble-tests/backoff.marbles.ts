import { describe, expect, test } from '@jest/globals';
import { backoff, HttpClient } from 'rxchange';
import { facts, GET, run } from './support/exchanges.ts';

/** Drawn in turn. */
const drawing = (...values: number[]): (() => number) => {
  let index = 0;
  return () => values[index++] ?? NaN;
};

describe('a backoff', () => {
  test.each([
    ['grows by its factor', { base: 10 }, [0.5, 0.5, 0.5], '4ms 5ms 10ms 20ms #'],
    ['grows by another factor', { base: 10, factor: 3 }, [0.1, 0.1, 0.1], '4ms 1ms 3ms 9ms #'],
    ['never waits for longer than its cap', { base: 10, cap: 15 }, [0.8, 0.8, 0.8], '4ms 8ms 12ms 12ms #'],
    ['waits for nothing when nothing is drawn', { base: 10 }, [0, 0, 0], '4ms #'],
    ['has defaults', {}, [0.5, 0.5, 0.5], '4ms 250ms 500ms 1000ms #'],
  ])('%s', (_, options, drawn, told) => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': () => ({ reply: '-#' }) });
      const retryDelay = backoff({ ...options, random: drawing(...drawn) });
      const client = new HttpClient({ transport, retryLimit: 3, retryDelay });
      expectExchange(client.exchange(GET)).toBe(
        told,
        {},
        {
          code: 'CONNECTION_RESET',
          exchange: facts({ attempts: 4 }),
        },
      );
    });
  });

  test('is left at once by who unsubscribes in it', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '-#' } });
      const client = new HttpClient({ transport, retryDelay: backoff({ random: drawing(0.9) }) });
      expectExchange(client.exchange(GET), '^ 99ms !').toBe('-');
    });
  });

  test('draws from 0 up to its bound, by itself', () => {
    const delay = backoff({ base: 100 });
    const drawn = Array.from({ length: 1_000 }, () => delay(undefined, 1));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(100);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(50);
  });

  test.each([
    ['base', [NaN, -1, Infinity, null, '500']],
    ['factor', [NaN, 0, -2, Infinity, null]],
    ['cap', [NaN, -1, Infinity, null]],
    ['random', [null, 0.5]],
    ['bass', [500]],
  ])('takes no other %s', (name, values) => {
    for (const value of values) expect(() => backoff({ [name]: value })).toThrow(new RegExp(`^${name} `));
  });

  test('does not overflow', () => {
    expect(backoff({ random: () => 1 })(undefined, 5_000)).toBe(30_000);
  });
});
