import { afterEach, describe, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Observable, Subject, takeUntil } from 'rxjs';
import {
  HttpClient,
  proxyTransport,
  requestDone,
  type ConnectionErrorMessage,
  type ConnectionMessage,
  type ExchangeEndMessage,
  type ExchangeHeadMessage,
  type PoolMessage,
  type RequestBody,
  type RequestDone,
  type Timings,
} from 'rxchange';
import { head, sized, type HttpRunHelpers } from 'rxchange/testing';
import { GET, request, run, sending, slowBody, WHOLE } from './support/exchanges.ts';

const values = {
  w: sized('abc'),
  h: head(200, [['Content-Length', '3']]),
  b: 'abc',
  t: head(200),
  u: head(101, [['Upgrade', 'x']]),
};

const leave: (() => void)[] = [];
afterEach(() => {
  for (const each of leave.splice(0)) each();
});

/** What is published from now on. */
function published<Message>(name: string): Message[] {
  const messages: Message[] = [];
  const listen = (message: unknown): void => void messages.push(message as Message);
  subscribe(`rxchange:${name}`, listen);
  leave.push(() => unsubscribe(`rxchange:${name}`, listen));
  return messages;
}

const NOTHING: Timings = { queue: 0, dns: 0, connect: 0, tunnel: 0, tls: 0, send: 0, wait: 0, receive: 0 };

describe('the phases of an exchange', () => {
  test('are told when it is over, and are together its time', () => {
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { dns: '-r', connect: '--c', tls: '---t', reply: '----h-----b', values },
      });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, idleTimeout: 0 });
      expectExchange(client.exchange(sending('PUT', slowBody(7, 'abc')))).toBe('24ms s-----(bd|)', WHOLE);
    });
    expect(ends).toEqual([
      {
        exchange: expect.objectContaining({
          method: 'PUT',
          uri: 'http://origin/',
          attempts: 1,
          sent: true,
        }) as unknown,
        request: expect.objectContaining({ method: 'PUT' }) as unknown,
        outcome: 'complete',
        error: undefined,
        timings: { ...NOTHING, dns: 1, connect: 2, tls: 3, send: 14, wait: 4, receive: 6 },
      },
    ]);
  });

  test('are the wait for a turn, and nothing that a kept connection does not need', () => {
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { connect: '---c', reply: ['-w', '--w'], values } });
      const client = new HttpClient({ transport, maxConnectionsPerOrigin: 1, idleTimeout: 1 });
      expectExchange(client.exchange(GET)).toBe('----(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '-^').toBe('------(sbd|)', WHOLE);
    });
    expect(ends.map(({ timings }) => timings)).toEqual([
      { ...NOTHING, connect: 3, wait: 1 },
      { ...NOTHING, queue: 3, wait: 2 },
    ]);
  });

  test('are those of the last attempt', () => {
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': [{ connect: '--#' }, { connect: '-c', reply: '--w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10, idleTimeout: 0 });
      expectExchange(client.exchange(GET)).toBe('15ms (sbd|)', WHOLE);
    });
    expect(ends).toMatchObject([{ exchange: { attempts: 2 }, timings: { ...NOTHING, connect: 1, wait: 2 } }]);
  });

  test('have that of a tunnel', () => {
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, expectExchange }) => {
      const { transport: over } = network({
        'http://proxy': { connect: '-c', reply: ['--t', '-'], values },
      });
      const client = new HttpClient({ transport: proxyTransport('http://proxy', { over }) });
      expectExchange(client.exchange(request('GET', '/', 'https://origin')), '^------!').toBe('-');
    });
    expect(ends).toMatchObject([
      { outcome: 'unsubscribe', timings: { ...NOTHING, connect: 1, tunnel: 2, receive: 4 } },
    ]);
  });
});

describe('an exchange', () => {
  test('is told of from its start to its end, by the same object', () => {
    const starts = published<ExchangeEndMessage>('exchange:start');
    const heads = published<ExchangeHeadMessage>('exchange:head');
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '-w', values } });
      expectExchange(new HttpClient({ transport, idleTimeout: 0 }).exchange(GET)).toBe('-(sbd|)', WHOLE);
    });
    expect(starts).toHaveLength(1);
    expect(heads).toMatchObject([{ response: { status: 200 } }]);
    expect(heads[0]?.exchange).toBe(starts[0]?.exchange);
    expect(ends[0]?.exchange).toBe(starts[0]?.exchange);
  });

  test('that fails is told of with its error, before its subscriber hears of it', () => {
    const ends = published<ExchangeEndMessage>('exchange:end');
    run(({ network, flush }) => {
      const { transport } = network({ 'http://origin': { connect: '-#' } });
      const told: number[] = [];
      const client = new HttpClient({ transport, retryLimit: 0 });
      client.exchange(GET).subscribe({ error: () => told.push(ends.length) });
      flush();
      expect(told).toEqual([1]);
    });
    expect(ends).toMatchObject([{ outcome: 'error', error: { code: 'CONNECT' } }]);
  });
});

/** Subscribers of channels are told in the middle of everything. */
describe('an exchange that is unsubscribed by who is told of it', () => {
  const unsubscribedAt = (name: string, helpers: HttpRunHelpers, isFirst = true) => {
    const { transport, ...expectations } = helpers.network({
      'http://origin': () => ({ connect: '-c', reply: isFirst ? '-u' : ['-w', '-u'], values }),
    });
    const client = new HttpClient({ transport, idleTimeout: 50 });
    const told = new Subject<void>();
    const asked: string[] = [];
    const body = new Observable<RequestBody | RequestDone>((subscriber) => {
      asked.push('body');
      subscriber.next(requestDone());
    });
    const offer = client.upgrade({ ...sending('PUT', body), headers: [['Upgrade', 'x']] });
    const begin = (): void => {
      const listen = (): void => told.next();
      subscribe(`rxchange:${name}`, listen);
      leave.push(() => unsubscribe(`rxchange:${name}`, listen));
      offer.pipe(takeUntil(told)).subscribe(({ type }) => asked.push(type));
    };
    if (isFirst) begin();
    else {
      client.exchange(GET).subscribe();
      helpers.cold('9ms a').subscribe(begin);
    }
    helpers.flush();
    return { asked, ...expectations };
  };

  test.each(['exchange:start', 'connection:open', 'pool:change'])('on %s has sent nothing', (name) => {
    run((helpers) => {
      expect(unsubscribedAt(name, helpers).asked).toEqual([]);
    });
  });

  test('on exchange:start, where a connection is idle, has sent nothing', () => {
    run((helpers) => {
      expect(unsubscribedAt('exchange:start', helpers, false).asked).toEqual([]);
    });
  });

  test.each(['exchange:head', 'connection:close'])('on %s leaves no connection that is upgraded', (name) => {
    run((helpers) => {
      expect(unsubscribedAt(name, helpers).asked).toEqual(['body']);
    });
  });
});

describe('connections and pools', () => {
  test('are told of', () => {
    const opened = published<ConnectionMessage>('connection:open');
    const closed = published<ConnectionMessage>('connection:close');
    const failed = published<ConnectionErrorMessage>('connection:error');
    const changes = published<PoolMessage>('pool:change');
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': [{ reply: '-w', values }, { connect: '-#' }] });
      const client = new HttpClient({ transport, idleTimeout: 5, retryLimit: 0 });
      expectExchange(client.exchange(GET)).toBe('-(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '20ms ^').toBe('21ms #', {}, { code: 'CONNECT' });
    });
    const origin = 'http://origin';
    expect(opened).toMatchObject([{ origin, connection: { remotePort: 80 } }]);
    expect(closed).toEqual(opened);
    expect(failed).toMatchObject([{ origin, error: { code: 'CONNECT' } }]);
    expect(changes.map(({ active, connecting, idle }) => [active, connecting, idle])).toContainEqual([
      0, 0, 1,
    ]);
    expect(changes.at(-1)).toEqual({ origin, active: 0, connecting: 0, idle: 0, pending: 0 });
  });
});
