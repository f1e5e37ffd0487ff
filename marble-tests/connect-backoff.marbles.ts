import { describe, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import type { HttpRunHelpers } from 'rxchange/testing';
import { GET, OCTETS as values, request, run, WHOLE } from './support/exchanges.ts';

/** A client of an origin whose first connections are refused after one frame. */
const against = ({ network }: HttpRunHelpers, refused: number, options: HttpClientOptions = {}) => {
  const { transport, ...expectations } = network({
    'http://origin': (nth) =>
      nth <= refused ? { connect: '-#' } : { reply: () => ({ done: '-w', values }) },
    'http://other': { reply: 'w', values },
  });
  const connectBackoff = (_: unknown, failures: number): number => 10 * failures;
  return {
    client: new HttpClient({ transport, idleTimeout: 5, retryLimit: 0, connectBackoff, ...options }),
    ...expectations,
  };
};

const REFUSED = { code: 'CONNECT' };

describe('a back-off between attempts to connect', () => {
  test('grows with each failure, and is forgotten with a success', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, 2);
      helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, REFUSED);
      helpers.expectExchange(client.exchange(GET), '--^').toBe('12ms #', {}, REFUSED);
      helpers.expectExchange(client.exchange(GET), '15ms ^').toBe('33ms (sbd|)', WHOLE);
      helpers.expectExchange(client.exchange(GET), '50ms ^').toBe('51ms (sbd|)', WHOLE);
      expectConnections(({ type }) => (type === 'opening' ? type : undefined)).toBe(
        'o 10ms o 20ms o 17ms o',
        {
          o: 'opening',
        },
      );
    });
  });

  test('is one for attempts that fail together', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, 3);
      for (let at = 0; at < 3; at++) helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, REFUSED);
      helpers.expectExchange(client.exchange(GET), '--^').toBe('12ms (sbd|)', WHOLE);
      expectConnections(({ type }) => (type === 'opening' ? type : undefined)).toBe('(ooo) 6ms o', {
        o: 'opening',
      });
    });
  });

  test('holds nobody up who goes elsewhere', () => {
    run((helpers) => {
      const { client } = against(helpers, 1);
      helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, REFUSED);
      helpers
        .expectExchange(client.exchange(request('GET', '/', 'http://other')), '--^')
        .toBe('--(sbd|)', WHOLE);
    });
  });

  test('is left by who unsubscribes, and leaves nothing', () => {
    run((helpers) => {
      const { client, expectConnections } = against(helpers, 1);
      helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, REFUSED);
      helpers.expectExchange(client.exchange(GET), '--^---!').toBe('-');
      expectConnections().toBe('ox');
    });
  });

  test('does not count as the time to connect', () => {
    run((helpers) => {
      const { client } = against(helpers, 1, { connectTimeout: 5 });
      helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, REFUSED);
      helpers.expectExchange(client.exchange(GET), '--^').toBe('12ms (sbd|)', WHOLE);
    });
  });

  test.each([NaN, -1, Infinity])('of %d ms ends the exchange with a RangeError', (ms) => {
    run((helpers) => {
      const { client } = against(helpers, 1, { connectBackoff: () => ms });
      helpers.expectExchange(client.exchange(GET)).toBe('-#', {}, RangeError);
    });
  });
});
