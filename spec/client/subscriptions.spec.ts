import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asyncScheduler, Observable, Subscriber } from 'rxjs';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import { memoryTransport, sized } from 'rxchange/testing';
import { virtually } from '../support/virtually.ts';

/*
 * Subscriptions are what an exchange costs: 0.4 to 1 microseconds each, against 0.02 for a notification that passes an
 * operator. There is a budget for both.
 */
const MOST_SUBSCRIPTIONS = 8;
const MOST_OPERATORS = 3;

const GET = { method: 'GET', uri: 'http://origin/', headers: [] };

interface Counts {
  subscriptions: number;
  /** How many Subscribers pass a body notification on, that of the consumer not counted. */
  operators: number;
}

/** As it is now, to be called by what takes its place. */
const methodOf = (prototype: object, name: string): (() => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, name)?.value as () => unknown;

/** Counts what the third exchange on one connection takes. */
function count(options: HttpClientOptions): Counts {
  const counts = { subscriptions: 0, operators: 0 };
  virtually(({ flush }) => {
    const transport = memoryTransport();
    let connections = 0;
    transport.listen({ host: 'origin', port: 80 }).subscribe((notification) => {
      if (notification.type !== 'connection') return;
      connections++;
      const { connection } = notification;
      connection.read.subscribe(() => connection.write(sized('abc')));
    });
    const client = new HttpClient({ transport, ...options });
    const exchange = client.exchange(GET);
    for (const frame of [0, 10]) asyncScheduler.schedule(() => exchange.subscribe(), frame);

    const subscribe = methodOf(Observable.prototype, 'subscribe');
    const next = methodOf(Subscriber.prototype, 'next');
    asyncScheduler.schedule(() => {
      jest.spyOn(Observable.prototype, 'subscribe').mockImplementation(function (
        this: Observable<unknown>,
        ...args
      ) {
        counts.subscriptions++;
        return Reflect.apply(subscribe, this, args) as never;
      });
      jest.spyOn(Subscriber.prototype, 'next').mockImplementation(function (
        this: Subscriber<unknown>,
        value,
      ) {
        if ((value as { type?: string } | undefined)?.type === 'response_body') counts.operators++;
        Reflect.apply(next, this, [value]);
      });
      exchange.subscribe();
    }, 20);
    asyncScheduler.schedule(() => jest.restoreAllMocks(), 30);
    flush();
    expect(connections).toBe(1);
  });
  // The last of them is the consumer's own.
  return { ...counts, operators: counts.operators - 1 };
}

describe('an exchange of a client', () => {
  beforeEach(() => void jest.restoreAllMocks());
  afterEach(() => void jest.restoreAllMocks());

  const settings: [string, HttpClientOptions][] = [
    ['as it is by default', {}],
    ['with a read timeout', { readTimeout: 30_000 }],
    [
      'with every timeout that a connection has',
      { readTimeout: 30_000, headersTimeout: 30_000, connectTimeout: 5_000 },
    ],
    ['with all limits', { readTimeout: 30_000, maxConnections: 10, maxPending: 10, acquireTimeout: 1_000 }],
    ['with a deadline', { readTimeout: 30_000, deadline: 60_000 }],
  ];
  test.each(settings)('%s stays within its budget', (_, options) => {
    const { subscriptions, operators } = count({ retryLimit: 2, ...options });
    // The virtual server has none of them: an exchange without any would be one that was not counted.
    expect(subscriptions).toBeGreaterThan(1);
    expect(operators).toBeGreaterThan(0);
    expect(subscriptions).toBeLessThanOrEqual(MOST_SUBSCRIPTIONS);
    expect(operators).toBeLessThanOrEqual(MOST_OPERATORS);
  });
});
