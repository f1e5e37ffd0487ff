import { describe, test } from '@jest/globals';
import { timer } from 'rxjs';
import { HttpClient, type HttpClientOptions } from 'rxchange';
import { head } from 'rxchange/testing';
import { GET, OCTETS as values, run } from './support/exchanges.ts';

/** A whole answer that asks to come back. */
const asking = (value: string, status = 503): string =>
  head(status, [
    ['Content-Length', '0'],
    ['Retry-After', value],
  ]);

const OPTIONS: HttpClientOptions = { retryStatuses: [429, 503], retryDelay: 500 };

/** The client is asked at 1 and answered at 2; it is told of the second answer, or of the first if it is not made. */
function expectRetry(answer: string, told: string, options: HttpClientOptions = {}): void {
  run(({ network, expectExchange }) => {
    const { transport } = network({
      'http://origin': { reply: ['-a', 'w'], values: { ...values, a: answer } },
    });
    const client = new HttpClient({ transport, ...OPTIONS, ...options });
    expectExchange(client.exchange(GET), '-^').toBe(told, {
      s: told.includes('(sd|)') ? 503 : 200,
      b: 'abc',
    });
  });
}

describe('Retry-After', () => {
  test.each([
    ['in seconds', '2', '2002ms (sbd|)'],
    ['in seconds, between spaces', ' 2\t', '2002ms (sbd|)'],
    ['as IMF-fixdate', 'Thu, 01 Jan 1970 00:00:03 GMT', '3s (sbd|)'],
    ['as RFC 850 has it', 'Thursday, 01-Jan-70 00:00:03 GMT', '3s (sbd|)'],
    ['as asctime writes it', 'Thu Jan  1 00:00:03 1970', '3s (sbd|)'],
  ])('%s is waited for, by the clock of the scheduler, and not a ms less', (_, value, told) => {
    expectRetry(asking(value), told);
  });

  test.each([
    ['that is past', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['that is no more than the delay', '0'],
    ['that is no number', '1.5'],
    ['that is less than nothing', '-1'],
    ['that is no date', 'soon'],
    ['with a month that is none', 'Thu, 01 Jen 1970 00:00:03 GMT'],
    ['that is empty', ''],
  ])('%s leaves the delay as it is', (_, value) => {
    expectRetry(asking(value), '502ms (sbd|)');
  });

  test('never makes a retry come earlier than its own delay says', () => {
    expectRetry(asking('1'), '5002ms (sbd|)', { retryDelay: 5_000 });
  });

  test('and an Observable are both waited for', () => {
    expectRetry(asking('1'), '1002ms (sbd|)', { retryDelay: () => timer(300) });
    expectRetry(asking('1'), '3002ms (sbd|)', { retryDelay: () => timer(3_000) });
  });

  test.each([
    ['a second more than the cap', '11', { maxRetryAfter: 10_000 }],
    ['more than 30 s', '31', {}],
    ['a date beyond the cap', 'Thu, 01 Jan 1970 00:01:00 GMT', {}],
    ['more than a timer takes', '9999999999', {}],
    ['what is left of the deadline', '3', { deadline: 3_001 }],
  ])('that asks for %s is not waited for: the answer is delivered', (_, value, options) => {
    expectRetry(asking(value), '--(sd|)', options);
  });

  test.each([
    ['the cap', '10', '10002ms (sbd|)', { maxRetryAfter: 10_000 }],
    ['what is left of the deadline, less a ms', '3', '3002ms (sbd|)', { deadline: 3_003 }],
  ])('that asks for %s is waited for', (_, value, told, options) => {
    expectRetry(asking(value), told, options);
  });

  test('is left by who unsubscribes in it', () => {
    run(({ network, expectExchange }) => {
      const { transport, expectConnections } = network({
        'http://origin': { reply: '-a', values: { a: asking('2') } },
      });
      const client = new HttpClient({ transport, ...OPTIONS });
      expectExchange(client.exchange(GET), '^ 999ms !').toBe('-');
      expectConnections().toBe('(oc) 59997ms x');
    });
  });
});
