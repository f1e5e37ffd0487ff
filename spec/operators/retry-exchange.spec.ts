import { describe, expect, test } from '@jest/globals';
import {
  defer,
  EMPTY,
  NEVER,
  Observable,
  of,
  queueScheduler,
  Subject,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import {
  BodyLengthError,
  BodyNotRepeatableError,
  ConnectError,
  ConnectionResetError,
  DnsError,
  HeadersTimeoutError,
  IncompleteMessageError,
  ReadTimeoutError,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  retryExchange,
  StartLineError,
  type ExchangeFacts,
  type HttpError,
  type ResponseNotification,
  type RetryOptions,
} from 'rxchange';
import { HttpTestScheduler, type HttpRunHelpers } from 'rxchange/testing';
import { backoff } from '../../src/operators/backoff.ts';
import { parseHttpDate, retryAfter } from '../../src/operators/retry-after.ts';
import { isRetryable, isStale } from '../../src/operators/retry-policy.ts';
import { virtually } from '../support/virtually.ts';

const FACTS: ExchangeFacts = {
  method: 'GET',
  uri: 'http://origin/',
  attempts: 1,
  reused: false,
  sent: true,
  answered: false,
};

const known = <T extends HttpError>(error: T, facts: Partial<ExchangeFacts> = {}): T => {
  Object.assign(error, { exchange: { ...FACTS, ...facts } });
  return error;
};

const values: Record<string, ResponseNotification> = {
  i: responseNonfinal(103),
  s: responseStart(200),
  e: responseStart(503),
  b: responseBody(Buffer.from('abc')),
  d: responseDone(),
};

const run = (work: (helpers: HttpRunHelpers) => void): void => new HttpTestScheduler().run(work);

/** Fails so many times, each in the frame of its subscription and before `subscribe` returns. */
const failing = (
  times: number,
  error: () => Error = () => known(new ConnectError()),
): Observable<ResponseNotification> => {
  let attempt = 0;
  return defer(() => (attempt++ < times ? throwError(() => error()) : of(values['s'], values['d'])));
};

describe('retryExchange', () => {
  test.each<[string, RetryOptions, number, string]>([
    ['twice, 500 ms apart, by default', {}, 2, '1000ms (sd|)'],
    ['as often as it is told', { limit: 4, delay: 1 }, 4, '----(sd|)'],
    ['never, if it is told', { limit: 0 }, 1, '#'],
    ['for ever, if it is told', { limit: Infinity, delay: 0 }, 1_000, '(sd|)'],
  ])('tries again %s', (_, options, times, told) => {
    run(({ expectExchange }) => {
      expectExchange(failing(times).pipe(retryExchange(options))).toBe(told, {}, 'CONNECT');
    });
  });

  test('does not grow the stack with attempts that fail at once', () => {
    run(({ expectExchange }) => {
      const stubborn = failing(10_000).pipe(retryExchange({ limit: Infinity, delay: 0 }));
      expectExchange(stubborn).toBe('(sd|)');
    });
  });

  test('subscribes to one attempt at a time, and to none when it is unsubscribed', () => {
    run(({ cold, expectExchange, expectSubscriptions }) => {
      const source = cold<ResponseNotification>('--#', values, known(new ConnectError()));
      expectExchange(source.pipe(retryExchange({ delay: 3 })), '^-----!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe(['^-!', '-----^!']);
    });
  });

  test('is left inside of next, and inside of onRetry', () => {
    run(({ cold, expectExchange, expectSubscriptions }) => {
      const source = cold<ResponseNotification>('-s-b-(d|)', values);
      expectExchange(source.pipe(retryExchange(), take(1))).toBe('-(s|)');
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
    let attempts = 0;
    const counted = defer(() => {
      attempts++;
      return NEVER.pipe(tap());
    });
    const stale = defer(() =>
      attempts++ === 0 ? throwError(() => known(new ConnectionResetError(), { reused: true })) : counted,
    );
    const subscription = new Observable<ResponseNotification>((subscriber) => {
      const onRetry = (): void => subscriber.unsubscribe();
      return stale.pipe(retryExchange({ onRetry })).subscribe(subscriber);
    }).subscribe();
    expect(subscription.closed).toBe(true);
    expect(attempts).toBe(1);
  });

  test.each([false, true])('ends with what onRetry throws, on a free retry too: %p', (reused) => {
    run(({ expectExchange }) => {
      const onRetry = (): never => {
        throw new RangeError('mine');
      };
      const source = failing(1, () => known(new ConnectionResetError(), { reused }));
      expectExchange(source.pipe(retryExchange({ delay: 5, onRetry }))).toBe(
        reused ? '#' : '-----#',
        {},
        { message: 'mine' },
      );
    });
  });

  test('tells onRetry why, which attempt it was, and whether it was free', () => {
    const told: unknown[] = [];
    run(({ expectExchange }) => {
      let attempt = 0;
      const source = defer(() => {
        attempt++;
        if (attempt === 1) return throwError(() => known(new ConnectionResetError(), { reused: true }));
        if (attempt === 2) return throwError(() => known(new DnsError()));
        if (attempt === 3) return of(values['e'], values['d']);
        return of(values['s'], values['d']);
      });
      const options: RetryOptions = {
        delay: 1,
        statuses: [503],
        onRetry: (cause, number, isFree) =>
          told.push(['code' in cause ? cause.code : cause.status, number, isFree]),
      };
      expectExchange(source.pipe(retryExchange(options))).toBe('--(sd|)');
    });
    expect(told).toEqual([
      ['CONNECTION_RESET', 1, true],
      ['DNS', 2, false],
      [503, 3, false],
    ]);
  });

  test.each(['i', 's', 'b'])('does not try again when %s has been told', (letter) => {
    run(({ cold, expectExchange }) => {
      const source = cold<ResponseNotification>(`-${letter}-#`, values, known(new ConnectionResetError()));
      expectExchange(source.pipe(retryExchange())).toBe(`-${letter}-#`, {}, 'CONNECTION_RESET');
    });
  });

  test('takes no interim response for a status that is to be retried', () => {
    run(({ cold, expectExchange }) => {
      const source = cold<ResponseNotification>('-i-s-(d|)', values);
      expectExchange(source.pipe(retryExchange({ statuses: [103] }))).toBe('-i-s-(d|)', { i: 103, s: 200 });
    });
  });

  test('does not hear what becomes of a response that is not delivered', () => {
    run(({ cold, expectExchange, expectSubscriptions }) => {
      const refused = cold<ResponseNotification>('-e-#', values, known(new ConnectionResetError()));
      const taken = cold<ResponseNotification>('-s-(d|)', values);
      let attempt = 0;
      const source = defer(() => (attempt++ === 0 ? refused : taken));
      expectExchange(source.pipe(retryExchange({ delay: 5, statuses: [503] }))).toBe('-------s-(d|)');
      expectSubscriptions(taken.subscriptions).toBe('------^--!');
    });
  });

  test('tells of the next attempt where a scheduler does not wait for 0 ms', () => {
    const attempts = [new Subject<ResponseNotification>(), new Subject<ResponseNotification>()];
    let attempt = 0;
    const told: string[] = [];
    defer(() => attempts[attempt++])
      .pipe(retryExchange({ delay: 0, statuses: [503], scheduler: queueScheduler }))
      .subscribe(({ type }) => told.push(type));
    attempts[0].next(values['e']);
    expect(attempts.map(({ observed }) => observed)).toEqual([false, true]);
    attempts[1].next(values['s']);
    expect(told).toEqual(['response_start']);
  });

  test.each([
    ['an error that is not ours', new RangeError('mine')],
    ['nothing', undefined],
    ['an error of which nobody knows anything', new ConnectError()],
  ])('leaves %s as it is', (_, error) => {
    const errors: unknown[] = [];
    const facts = error instanceof RangeError ? (): ExchangeFacts => FACTS : undefined;
    throwError(() => error)
      .pipe(retryExchange({ facts }))
      .subscribe({ error: (told: unknown) => errors.push(told) });
    expect(errors).toEqual([error]);
    expect([errors[0] === error, (error as Partial<HttpError> | undefined)?.exchange]).toEqual([
      true,
      undefined,
    ]);
  });

  test('says of a body that cannot be had again why it was wanted again, unless that is known better', () => {
    const first = known(new ConnectError());
    const causeAfter = (second: HttpError): unknown => {
      const errors: HttpError[] = [];
      virtually(({ flush }) => {
        let attempt = 0;
        defer(() => throwError(() => (attempt++ === 0 ? first : second)))
          .pipe(retryExchange())
          .subscribe({ error: (error: unknown) => errors.push(error as HttpError) });
        flush();
      });
      return errors[0].cause;
    };
    const better = new RangeError('mine');
    expect(causeAfter(known(new BodyNotRepeatableError()))).toBe(first);
    expect(causeAfter(known(new BodyNotRepeatableError('', { cause: better })))).toBe(better);
    expect(causeAfter(known(new StartLineError()))).toBeUndefined();
  });

  test('waits for as long as a timer can, and not for longer', () => {
    run(({ expectExchange }) => {
      const longest = 2 ** 31 - 1;
      expectExchange(failing(1).pipe(retryExchange({ delay: longest }))).toBe(`${longest}ms (sd|)`);
      expectExchange(failing(1).pipe(retryExchange({ delay: longest + 1 }))).toBe('#', {}, 'CONNECT');
    });
  });

  test('begins the next exchange from within an error as from anywhere', () => {
    run(({ expectExchange }) => {
      const chain = (depth: number): Observable<ResponseNotification> =>
        new Observable((subscriber) =>
          throwError(() => known(new StartLineError()))
            .pipe(retryExchange())
            .subscribe({
              error: () => {
                if (depth === 0) subscriber.complete();
                else subscriber.add(chain(depth - 1).subscribe(subscriber));
              },
            }),
        );
      expectExchange(chain(50)).toBe('|');
    });
  });

  test.each<[string, unknown]>([
    ['an Observable', of(1)],
    ['a timer', timer(0)],
    ['one that is empty', EMPTY],
    ['an iterable', new Set([1])],
  ])('takes %s for a delay', (_, wait) => {
    run(({ expectExchange }) => {
      expectExchange(failing(1).pipe(retryExchange({ delay: () => wait as never }))).toBe('(sd|)');
    });
  });

  test.each<[unknown, string]>([
    [NaN, 'not NaN'],
    [-1, 'not -1'],
    [undefined, 'not undefined'],
    ['5', 'not string'],
    [null, 'null'],
    [{}, 'invalid object'],
  ])('ends with an error when the delay is %p', (wait, text) => {
    let said = '';
    failing(1)
      .pipe(retryExchange({ delay: () => wait as never }))
      .subscribe({ error: (error: unknown) => (said = String(error)) });
    expect(said).toContain(text);
  });

  test('takes a promise for a delay', async () => {
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      failing(1)
        .pipe(retryExchange({ delay: () => Promise.resolve(1) }))
        .subscribe({ next: ({ type }) => told.push(type), complete: resolve });
    });
    expect(told).toEqual(['response_start', 'response_done']);
  });

  test('does not wait for what asks for more than its own cap, or than a timer takes', () => {
    run(({ expectExchange }) => {
      const asking = (value: string) => of(responseStart(503, [['Retry-After', value]]), values['d']);
      expectExchange(asking('31').pipe(retryExchange({ statuses: [503] }))).toBe('(ed|)', { e: 503 });
      const patient = { statuses: [503], maxRetryAfter: Infinity };
      expectExchange(asking('9999999').pipe(retryExchange(patient))).toBe('(ed|)', { e: 503 });
      expectExchange(asking('2').pipe(retryExchange({ ...patient, until: 2_000 }))).toBe('(ed|)', { e: 503 });
    });
  });

  test('says in the error of the last attempt how many there were', () => {
    run(({ expectExchange }) => {
      const exchange = { ...FACTS, attempts: 3, sent: false };
      const source = failing(9, () => known(new ConnectError(), { sent: false }));
      expectExchange(source.pipe(retryExchange({ delay: 1 }))).toBe('--#', {}, { code: 'CONNECT', exchange });
      const unknown = failing(9, () => new ConnectError()).pipe(
        retryExchange({ delay: 1, facts: () => exchange }),
      );
      expectExchange(unknown).toBe('--#', {}, { code: 'CONNECT', exchange });
    });
  });
});

describe('what may be tried again', () => {
  const passing = [
    new ConnectError(),
    new ConnectionResetError(),
    new DnsError(),
    new HeadersTimeoutError(5),
    new ReadTimeoutError(5),
    new IncompleteMessageError(),
  ];
  test.each(passing.map((error) => [error.name, error] as const))(
    '%s is, if nothing was sent or it is idempotent',
    (_, error) => {
      expect(isRetryable(known(error))).toBe(true);
      expect(isRetryable(known(error, { method: 'POST' }))).toBe(false);
      expect(isRetryable(known(error, { method: 'POST', sent: false }))).toBe(true);
    },
  );

  test.each([
    ['a fault of what was said', known(new StartLineError())],
    ['a fault of what is sent', known(new BodyLengthError())],
    ['an error that is not ours', new Error('mine')],
    ['nothing', undefined],
    ['one of which nothing is known', new ConnectError()],
    ['a name that nobody has', known(new DnsError('', { cause: { code: 'ENOTFOUND' } }), { sent: false })],
  ])('%s is not', (_, error) => {
    expect(isRetryable(error)).toBe(false);
  });

  test('a connection is stale that was kept and died without an octet', () => {
    expect(isStale(known(new ConnectionResetError(), { reused: true }))).toBe(true);
    expect(isStale(known(new ConnectionResetError()))).toBe(false);
    expect(isStale(known(new ConnectionResetError(), { reused: true, answered: true }))).toBe(false);
    expect(isStale(known(new ReadTimeoutError(5), { reused: true }))).toBe(false);
    expect(isStale(new ConnectionResetError())).toBe(false);
  });
});

describe('backoff', () => {
  test.each([
    [1, 500],
    [2, 1_000],
    [7, 30_000],
    [2_000, 30_000],
  ])('before retry %d is %d ms at most', (attempt, most) => {
    expect(backoff({ random: () => 1 })(undefined, attempt)).toBe(most);
    expect(backoff({ random: () => 0 })(undefined, attempt)).toBe(0);
  });
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2026, 10, 23, 12);
  test.each<[string, number | undefined]>([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 23 12:00:30 2026', 30_000],
    ['Tue Dec  1 12:00:00 2026', 8 * 86_400_000],
    ['Mon, 23 Nov 2026 11:59:59 GMT', 0],
    ['Mon, 23 Nov 2026 12:00:30 UTC', undefined],
    ['mon, 23 nov 2026 12:00:30 GMT', undefined],
    ['Mon, 23 nov 2026 12:00:30 GMT', undefined],
    ['12345678901', undefined],
    ['+5', undefined],
    ['5 s', undefined],
  ])('%s is %p', (value, ms) => {
    expect(retryAfter([['retry-AFTER', ` ${value}\t`]], NOW)).toBe(ms);
  });

  test('is none without the field', () => {
    expect(retryAfter([['Retry', '5']], NOW)).toBeUndefined();
  });

  test('knows the twelve months', () => {
    const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    const dates = months.map((month) => parseHttpDate(`Sun, 06 ${month} 1994 08:49:37 GMT`, NOW));
    expect(dates).toEqual(months.map((_, index) => Date.UTC(1994, index, 6, 8, 49, 37)));
  });

  test.each([
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Saturday, 06-Nov-76 08:49:37 GMT', Date.UTC(2076, 10, 6, 8, 49, 37)],
    ['Sunday, 06-Nov-77 08:49:37 GMT', Date.UTC(1977, 10, 6, 8, 49, 37)],
  ])('has years of two digits no more than 50 years ahead: %s', (text, at) => {
    expect(parseHttpDate(text, NOW)).toBe(at);
  });
});
