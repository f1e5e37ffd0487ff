import { describe, test } from '@jest/globals';
import { defer, EMPTY, from, of, share, Subject } from 'rxjs';
import { HttpClient, requestBody, requestDone, type RequestBody, type RequestDone } from 'rxchange';
import type { ExpectedError } from 'rxchange/testing';
import {
  bodyOf,
  facts,
  octets,
  OCTETS as values,
  run,
  sending,
  slowBody,
  WHOLE,
  withContent,
  type Body,
} from './support/exchanges.ts';

const ERROR = {
  code: 'BODY_NOT_REPEATABLE',
  exchange: facts({ method: 'PUT', attempts: 2 }),
};
const UNSENT = { ...ERROR, exchange: facts({ method: 'PUT', attempts: 2, sent: false }) };

/** Gives each attempt the next of these. */
const changing = (...bodies: Body[]): Body => {
  let attempt = 0;
  return defer(() => bodies[attempt++] ?? EMPTY);
};

function* once(): Generator<RequestBody | RequestDone> {
  yield requestBody(octets('abc'));
  yield requestDone();
}

/** The first attempt gets the whole body across and then fails. */
function expectRefusal(body: Body, error: ExpectedError, sends: number): void {
  run(({ network, expectExchange }) => {
    const { transport, expectRequests } = network({
      'http://origin': [{ reply: '-#' }, { reply: 'w', values }],
    });
    const client = new HttpClient({ transport, retryDelay: 10 });
    expectExchange(client.exchange(sending('PUT', body))).toBe('11ms #', WHOLE, error);
    expectRequests(withContent).toBe(sends === 1 ? 'a' : '-', { a: 'PUT 1 abc' });
  });
}

describe('a body that can be had only once', () => {
  test.each<[string, () => Body]>([
    [
      'a shared source',
      () => bodyOf('abc').pipe(share({ resetOnComplete: false, resetOnRefCountZero: false })),
    ],
    ['a generator', () => from(once())],
    ['a source that is empty the second time', () => changing(bodyOf('abc'), EMPTY)],
    ['a source that is only done the second time', () => changing(bodyOf('abc'), of(requestDone()))],
  ])('%s: is an error of its own, and is never sent empty', (_, body) => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      expectExchange(client.exchange(sending('PUT', body()))).toBe('11ms #', WHOLE, UNSENT);
      expectRequests(withContent).toBe('a', { a: 'PUT 1 abc' });
    });
  });

  test('a Subject: is an error of its own, and is never sent empty', () => {
    run(({ network, expectExchange, at }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const pushed = new Subject<RequestBody | RequestDone>();
      at(1, () => {
        pushed.next(requestBody(octets('abc')));
        pushed.next(requestDone());
        pushed.complete();
      });
      expectExchange(client.exchange(sending('PUT', pushed))).toBe('12ms #', WHOLE, UNSENT);
      expectRequests(withContent).toBe('-a', { a: 'PUT 1 abc' });
    });
  });

  test.each<[string, Body, ExpectedError]>([
    ['is shorter', changing(bodyOf('abc'), bodyOf('ab')), ERROR],
    ['is shorter, and ends without done', changing(bodyOf('abc'), of(requestBody(octets('ab')))), ERROR],
    ['begins otherwise', changing(bodyOf('abc'), bodyOf('bbc')), UNSENT],
    ['goes on otherwise within its first 64 octets', changing(bodyOf('abc'), bodyOf('a', 'xc')), ERROR],
  ])('that %s the second time is an error, and never sent whole', (_, body, error) => {
    expectRefusal(body, error, 1);
  });

  test('that is shared and still going is an error: who comes in the middle of it gets the rest', () => {
    run(({ network, expectExchange, at }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: { start: '12ms #' } }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const shared = slowBody(10, 'abc', 'def', 'ghi').pipe(share());
      const listening = shared.subscribe();
      expectExchange(client.exchange(sending('PUT', shared))).toBe('30ms #', WHOLE, ERROR);
      expectRequests(withContent).toBe('-');
      at(30, () => listening.unsubscribe());
    });
  });

  test('that is longer the second time is not one', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const growing = changing(bodyOf('abc'), bodyOf('abcdef'));
      expectExchange(client.exchange(sending('PUT', growing))).toBe('11ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('a 10ms b', { a: 'PUT 1 abc', b: 'PUT 2 abcdef' });
    });
  });

  test('is not compared behind its first 64 octets: it is told from another, and not checked', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectRequests } = network({
        'http://origin': [{ reply: '-#' }, { reply: 'w', values }],
      });
      const client = new HttpClient({ transport, retryDelay: 10 });
      const same = 'x'.repeat(64);
      const other = changing(bodyOf(`${same}a`), bodyOf(same, 'b'));
      expectExchange(client.exchange(sending('PUT', other))).toBe('11ms (sbd|)', WHOLE);
      expectRequests(withContent).toBe('a 10ms b', { a: `PUT 1 ${same}a`, b: `PUT 2 ${same}b` });
    });
  });

  test('is remembered across the subscriptions of one exchange, and not across exchanges', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': [
          { reply: ['w'], values },
          { reply: 'w', values },
        ],
      });
      const client = new HttpClient({ transport });
      const request = sending('PUT', changing(bodyOf('abc'), bodyOf('x'), bodyOf('y')));
      const exchange = client.exchange(request);
      expectExchange(exchange).toBe('(sbd|)', WHOLE);
      expectExchange(exchange, '-^').toBe('-#', WHOLE, {
        ...UNSENT,
        exchange: facts({ method: 'PUT', reused: true, sent: false }),
      });
      expectExchange(client.exchange(request), '--^').toBe('--(sbd|)', WHOLE);
    });
  });

  test('is let go of by who unsubscribes while it is sent', () => {
    run(({ network, expectExchange, hot, expectSubscriptions }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: '-' } });
      const body = hot<RequestBody>('--a---------', { a: requestBody(octets('abc')) });
      expectExchange(new HttpClient({ transport }).exchange(sending('PUT', body)), '^----!').toBe('-');
      expectSubscriptions(body.subscriptions).toBe('^----!');
      expectConnections().toBe('(oc)-x');
    });
  });
});
