import { describe, expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { Timeouts, type TimeoutSettings, type Wait } from '../../src/server/timeouts.ts';

const SETTINGS: TimeoutSettings = {
  headTimeout: 10,
  requestTimeout: 20,
  readTimeout: 30,
  handlerTimeout: 40,
  writeTimeout: 50,
};

/** What expires of what is done with the waits of a connection. */
function expiredOf(work: (timeouts: Timeouts) => void, settings: Partial<TimeoutSettings> = {}): string[] {
  const scheduler = new VirtualTimeScheduler();
  const expired: string[] = [];
  const timeouts = new Timeouts({ ...SETTINGS, ...settings }, scheduler, ({ name, message }) => {
    expired.push(`${String(scheduler.frame)}: ${name}: ${message}`);
  });
  work(timeouts);
  scheduler.flush();
  return expired;
}

describe('a wait', () => {
  test.each<[Wait, string]>([
    ['head', '10: RequestTimeoutError: Request Timeout: 10 ms, for its head'],
    ['request', '20: RequestTimeoutError: Request Timeout: 20 ms, for all of it'],
    ['content', '30: RequestTimeoutError: Request Timeout: 30 ms, for more of its content'],
    ['taking', '30: HandlerTimeoutError: Handler Timeout: 30 ms, to take more of the content'],
    ['handler', '40: HandlerTimeoutError: Handler Timeout: 40 ms'],
    ['write', '50: WriteTimeoutError: Write Timeout: 50 ms'],
  ])('for %s has an end that says what was waited for', (wait, expected) => {
    expect(expiredOf((timeouts) => timeouts.set(wait, true))).toEqual([expected]);
  });

  test('that does not go on is not begun anew', () => {
    const restart = (timeouts: Timeouts): void => timeouts.restart('write');
    expect(expiredOf(restart)).toEqual([]);
    expect(
      expiredOf((timeouts) => {
        timeouts.set('write', true);
        timeouts.set('write', false);
        timeouts.restart('write');
      }),
    ).toEqual([]);
  });

  test('of which there is no end has none', () => {
    expect(
      expiredOf(
        (timeouts) => {
          timeouts.set('write', true);
          timeouts.restart('write');
          timeouts.set('write', false);
        },
        { writeTimeout: null },
      ),
    ).toEqual([]);
  });
});
