import { describe, test } from '@jest/globals';
import { tap, timer, type MonoTypeOperatorFunction } from 'rxjs';
import { HttpClient, type HttpClientOptions, type ResponseNotification } from 'rxchange';
import { head, sized } from 'rxchange/testing';
import { bodyOf, GET, OCTETS as values, run, sending, slowBody, WHOLE } from './support/exchanges.ts';

const PATIENCE: HttpClientOptions = { readTimeout: 10, retryLimit: 0 };
const ERROR = { code: 'READ_TIMEOUT', phase: 'read', timeout: 10 };

/** A consumer that is busy for so many ms with each piece of content. */
const busy = (ms: number): MonoTypeOperatorFunction<ResponseNotification> =>
  tap((notification) => {
    if (notification.type !== 'response_body') return;
    const hold = notification.flow?.hold();
    timer(ms).subscribe(() => hold?.unsubscribe());
  });

describe('a read timeout', () => {
  test.each([
    ['before the head', '-----', '10ms #', '(oc) 6ms x'],
    ['in the head', '--p', '12ms #', '(oc) 8ms x'],
    ['behind a 1xx', '--i', '--i 9ms #', '(oc) 8ms x'],
    ['behind the head', '--h', '--s 9ms #', '(oc) 8ms x'],
    ['in the content', '--h-p', '--s-b 9ms #', '(oc) 10ms x'],
  ])(
    'ends an exchange that is silent %s, to the frame, and closes its connection',
    (_, reply, told, closed) => {
      run(({ network, expectExchange }) => {
        const { transport, expectConnections } = network({
          'http://origin': { reply, values: { ...values, p: 'H' } },
        });
        const client = new HttpClient({ transport, ...PATIENCE });
        expectExchange(client.exchange(GET)).toBe(told, { s: 200, i: 103, b: 'H' }, ERROR);
        expectConnections().toBe(closed);
      });
    },
  );

  test('is not tripped by an octet that comes just in time', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '9ms h 8ms b', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('9ms s 8ms (bd|)', WHOLE);
    });
  });

  // The program that this library is modelled on never reads its read_timeout; others count from notification to
  // notification, and call a head that trickles in silence.
  test('of 1.5 s is not tripped by an octet a second, in the head as little as in the content', () => {
    run(({ network, expectExchange }) => {
      const answer = Array.from(sized('abc'));
      const letters = answer.map((_, index) => String.fromCodePoint(0x4e00 + index));
      const { transport } = network({
        'http://origin': {
          reply: `999ms ${letters.join(' 999ms ')}`,
          values: Object.fromEntries(letters.map((letter, index) => [letter, answer[index]])),
        },
      });
      const client = new HttpClient({ transport, ...PATIENCE, readTimeout: 1_500 });
      const start = (answer.length - 3) * 1_000 - 1;
      expectExchange(client.exchange(GET)).toBe(`${start}ms s 999ms b 999ms b 999ms (bd|)`, { s: 200 });
    });
  });

  test('stands still while the response is held, and begins anew with the release', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': {
          reply: ['--h-b', '--h-b-'].map((marbles, index) => ({
            done: marbles,
            values: index === 0 ? values : { ...values, h: head(200, [['Content-Length', '6']]) },
          })),
        },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      const held = client.exchange(GET).pipe(busy(60));
      expectExchange(held).toBe('--s-b 59ms (d|)', WHOLE);
      // Held from 104 to 164, and silent for ten from then on.
      expectExchange(held, '100ms ^').toBe('102ms s-b 69ms #', WHOLE, ERROR);
      expectConnections().toBe('(oc) 96ms r 73ms x');
    });
  });

  test('stands still while the response is held, even if octets of the request go on leaving', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({
        'http://origin': { reply: [{ start: '--h-b', values }] },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      const put = sending('PUT', slowBody(8, 'a', 'b'));
      // The last of the request leaves at 24; it is held from 4 to 64.
      expectExchange(client.exchange(put).pipe(busy(60))).toBe('--s-b 59ms (d|)', WHOLE);
    });
  });

  test('is put off by each octet of the request that leaves', () => {
    run(({ network, expectExchange }) => {
      const { transport } = network({ 'http://origin': { reply: '5ms w', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      const put = sending('PUT', slowBody(9, 'a', 'b', 'c', 'd'));
      expectExchange(client.exchange(put)).toBe('50ms (sbd|)', WHOLE);
    });
  });

  test('is put off by octets that leave, though nobody is told of the last of them', () => {
    run(({ network, expectExchange }) => {
      // 30,000 octets at 1,000 a second, of which all but 16,384 have to leave before there is room.
      const { transport } = network(
        { 'http://origin': { reply: 'w', values } },
        { bandwidth: 1_000, segment: 1_000 },
      );
      const client = new HttpClient({ transport, ...PATIENCE, readTimeout: 17_000 });
      const put = sending('PUT', bodyOf('a'.repeat(15_000), 'b'.repeat(15_000)));
      expectExchange(client.exchange(put)).toBe('30122ms (sbd|)', WHOLE);
    });
  });

  test('does not count while an exchange waits for its turn or for its connection', () => {
    run(({ network, expectExchange, expectObservable }) => {
      const { transport } = network({
        'http://origin': { connect: '50ms c', reply: ['9ms w', '9ms w'], values },
      });
      const client = new HttpClient({ transport, ...PATIENCE, maxConnectionsPerOrigin: 1 });
      expectExchange(client.exchange(GET)).toBe('59ms (sbd|)', WHOLE);
      expectExchange(client.exchange(GET)).toBe('68ms (sbd|)', WHOLE);
      expectObservable(timer(0)).toBe('(t|)', { t: 0 });
    });
  });

  test('does not count on an idle connection', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: ['w', '9ms w'], values },
      });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET)).toBe('(sbd|)', WHOLE);
      expectExchange(client.exchange(GET), '50ms ^').toBe('59ms (sbd|)', WHOLE);
      expectConnections().toBe('(oc) 46ms r 60008ms x');
    });
  });

  test('leaves nothing behind an exchange that is unsubscribed before it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({ 'http://origin': { reply: '--h', values } });
      const client = new HttpClient({ transport, ...PATIENCE });
      expectExchange(client.exchange(GET), '^-----!').toBe('--s', WHOLE);
      expectConnections().toBe('(oc)--x');
    });
  });
});
