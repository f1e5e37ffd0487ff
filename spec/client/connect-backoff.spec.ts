import { describe, expect, test } from '@jest/globals';
import { asyncScheduler, of, throwError, type Observable } from 'rxjs';
import { ConnectBackoff } from '../../src/client/connect-backoff.ts';
import { virtually } from '../support/virtually.ts';

/** Runs attempts on virtual time, and says which failures the delay was asked about. */
function asked(
  delay: number,
  work: (
    attempt: (outcome: 'ok' | 'refused', origin?: string) => void,
    at: (frame: number, what: () => void) => void,
  ) => void,
) {
  const failures: number[] = [];
  const told: string[] = [];
  virtually(({ flush }) => {
    const backoff = new ConnectBackoff((_, count) => {
      failures.push(count);
      return delay;
    }, asyncScheduler);
    const attempt = (outcome: 'ok' | 'refused', origin = 'http://a'): void => {
      const source: Observable<unknown> = outcome === 'ok' ? of(1) : throwError(() => new Error('refused'));
      const tell = (what: string): void => void told.push(`${what} at ${asyncScheduler.now()}`);
      backoff
        .apply(origin, source)
        .subscribe({ error: (error: unknown) => tell((error as Error).message), complete: () => tell('ok') });
    };
    work(attempt, (frame, what) => void asyncScheduler.schedule(what, frame));
    flush();
  });
  return { failures, told };
}

describe('ConnectBackoff', () => {
  test('counts failures, and begins anew behind a success', () => {
    const { failures, told } = asked(10, (attempt, at) => {
      for (const [frame, outcome] of [
        [0, 'refused'],
        [10, 'refused'],
        [20, 'ok'],
        [21, 'refused'],
        [25, 'ok'],
      ] as const)
        at(frame, () => attempt(outcome));
    });
    expect(failures).toEqual([1, 2, 1]);
    expect(told).toEqual(['refused at 0', 'refused at 10', 'ok at 20', 'refused at 21', 'ok at 31']);
  });

  test('takes a failure at the end of the wait for another, and none within it', () => {
    expect(asked(0, (attempt) => [1, 2].forEach(() => attempt('refused'))).failures).toEqual([1, 2]);
    const together = asked(10, (attempt, at) =>
      [0, 0].forEach((frame) => at(frame, () => attempt('refused'))),
    );
    expect(together).toEqual({ failures: [1, 2], told: ['refused at 0', 'refused at 10'] });
  });

  test('begins before it returns where there is nothing to wait for', () => {
    const inTurn = asked(0, (attempt) => {
      attempt('ok');
      attempt('refused');
      attempt('ok');
    });
    expect(inTurn.told).toEqual(['ok at 0', 'refused at 0', 'ok at 0']);
    let isBegun = false;
    new ConnectBackoff(() => 5, asyncScheduler).apply('http://a', of(1)).subscribe(() => (isBegun = true));
    expect(isBegun).toBe(true);
  });

  test.each([
    [0, 'refused'],
    [2 ** 31 - 1, 'refused'],
    [2 ** 31, 'connectBackoff must give ms from 0 up, not 2147483648'],
    [-1, 'connectBackoff must give ms from 0 up, not -1'],
    [NaN, 'connectBackoff must give ms from 0 up, not NaN'],
    ['5' as unknown as number, 'connectBackoff must give ms from 0 up, not 5'],
  ])('of %p ms ends with: %s', (delay, text) => {
    const errors: unknown[] = [];
    new ConnectBackoff(() => delay, asyncScheduler)
      .apply(
        'http://a',
        throwError(() => new Error('refused')),
      )
      .subscribe({ error: (error: unknown) => errors.push((error as Error).message) });
    expect(errors).toEqual([text]);
  });

  test.each([
    [1_000, [2]],
    [1_001, [1]],
  ])(
    'remembers the failures of a thousand origins: of %d, the first has failed %p times then',
    (count, last) => {
      const { failures } = asked(5, (attempt, at) => {
        for (let index = 0; index < count; index++) attempt('refused', `http://a${index}`);
        at(5, () => attempt('refused', 'http://a0'));
      });
      expect(failures.slice(count)).toEqual(last);
    },
  );
});
