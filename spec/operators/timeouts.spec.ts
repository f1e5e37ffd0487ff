import { describe, expect, test } from '@jest/globals';
import { asyncScheduler, NEVER, Observable, of, Subject, take, type MonoTypeOperatorFunction } from 'rxjs';
import {
  connectTimeout,
  deadline,
  headersTimeout,
  readTimeout,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type HttpError,
  type ResponseNotification,
} from 'rxchange';
import { HttpTestScheduler } from 'rxchange/testing';
import { LazyTimer } from '../../src/operators/lazy-timer.ts';
import { Holds } from '../../src/transport/holds.ts';
import { virtually } from '../support/virtually.ts';

const values: Record<string, ResponseNotification> = {
  i: responseNonfinal(103),
  s: responseStart(200),
  b: responseBody(Buffer.from('abc')),
  d: responseDone(),
};

type Operator = (timeout: number, scheduler?: never) => MonoTypeOperatorFunction<ResponseNotification>;

const OPERATORS: [string, Operator, string][] = [
  ['readTimeout', readTimeout, 'READ_TIMEOUT'],
  ['headersTimeout', headersTimeout, 'HEADERS_TIMEOUT'],
  ['deadline', deadline, 'DEADLINE'],
  ['connectTimeout', connectTimeout, 'CONNECT_TIMEOUT'],
];

/** Runs on virtual time; a timer that is left behind fails it. */
const run = (work: Parameters<HttpTestScheduler['run']>[0]): unknown => new HttpTestScheduler().run(work);

describe.each(OPERATORS)('%s', (_, operator, code) => {
  test('errors with its code, to the frame, and unsubscribes its source', () => {
    run(({ cold, expectExchange, expectSubscriptions }) => {
      const source = cold<ResponseNotification>('-i-------', values);
      const told = code === 'READ_TIMEOUT' ? '-i----#' : '-i---#';
      expectExchange(source.pipe(operator(5))).toBe(told, {}, { code, timeout: 5 });
      expectSubscriptions(source.subscriptions).toBe(
        told.replace('-', '^').replace('i', '-').replace('#', '!'),
      );
    });
  });

  test.each(['-s-b-(d|)', '-s-#', '(sbd|)', '#', '|'])('lets %s through, and leaves no timer', (marbles) => {
    run(({ cold, expectExchange }) => {
      const source = cold<ResponseNotification>(marbles, values, new RangeError('mine'));
      expectExchange(source.pipe(operator(50))).toBe(
        marbles,
        {},
        marbles.includes('#') ? RangeError : undefined,
      );
    });
  });

  test('is left by who unsubscribes, inside of next as well', () => {
    run(({ cold, expectExchange, expectSubscriptions }) => {
      const source = cold<ResponseNotification>('-s-b-(d|)', values);
      expectExchange(source.pipe(operator(50)), '^--!').toBe('-s');
      expectExchange(source.pipe(operator(50), take(1))).toBe('-(s|)');
      expectSubscriptions(source.subscriptions).toBe(['^--!', '^!']);
    });
  });

  test('is left by who unsubscribes inside next of a source that is done before it returns', () => {
    run(({ expectExchange }) => {
      const source = of(values['s'], values['b'], values['d']);
      expectExchange(source.pipe(operator(50), take(1))).toBe('(s|)');
    });
  });

  test('counts for each subscription', () => {
    run(({ cold, expectExchange }) => {
      const late = cold<ResponseNotification>('---s|', values).pipe(operator(5));
      expectExchange(late).toBe('---s|');
      expectExchange(late, '----^').toBe('-------s|');
    });
  });

  test('takes the scheduler that it is given', () => {
    let errored: unknown;
    virtually(({ flush }) => {
      const given = {
        now: () => asyncScheduler.now(),
        schedule: asyncScheduler.schedule.bind(asyncScheduler),
      };
      NEVER.pipe(operator(5, given as never)).subscribe({ error: (error: unknown) => (errored = error) });
      flush();
    });
    expect(errored).toMatchObject({ code });
  });
});

describe('readTimeout', () => {
  const held = (): { holds: Holds; body: ResponseNotification } => {
    const holds = new Holds({ resume: () => {} });
    return { holds, body: responseBody(Buffer.from('abc'), holds) };
  };

  test('stands still while its source is held, and counts anew from the release', () => {
    run(({ cold, expectExchange, at }) => {
      const { holds, body } = held();
      at(4, () => {
        const hold = holds.hold();
        at(50, () => hold.unsubscribe());
      });
      expectExchange(cold('--b---', { b: body }).pipe(readTimeout(5))).toBe('--b 52ms #', {}, 'READ_TIMEOUT');
    });
  });

  test('hears of no hold any more when it is over', () => {
    run(({ cold, expectExchange, at }) => {
      const { holds, body } = held();
      at(9, () => holds.hold().unsubscribe());
      expectExchange(cold('--(b|)', { b: body }).pipe(readTimeout(5))).toBe('--(b|)');
    });
  });

  test('takes a body without a flow, and a flow that does not tell of its holds', () => {
    run(({ cold, expectExchange }) => {
      const silent = responseBody(Buffer.from('abc'), { hold: () => ({ unsubscribe: () => {} }) });
      const bodies = { b: held().body, c: responseBody(Buffer.from('abc')), e: silent };
      expectExchange(cold('-b-c-e----', bodies).pipe(readTimeout(5))).toBe(
        '-b-c-e----#',
        { b: 'abc', c: 'abc', e: 'abc' },
        'READ_TIMEOUT',
      );
    });
  });

  test('subscribes to a flow once, however many notifications have it', () => {
    let subscriptions = 0;
    const isHeld = new Observable<boolean>(() => {
      subscriptions++;
    });
    const body = responseBody(Buffer.from('abc'), { hold: () => ({ unsubscribe: () => {} }), held: isHeld });
    of(body, body, values['i'], body).pipe(readTimeout(5)).subscribe();
    expect(subscriptions).toBe(1);
  });
});

describe('connectTimeout', () => {
  test.each([
    ['-r-c---', 'connected'],
    ['-r-----', 'resolved'],
    ['-------', 'not resolved'],
  ])('%s: says which phase was reached last', (marbles, reached) => {
    const details: string[] = [];
    virtually(({ cold, flush }) => {
      const phases = cold(marbles, { r: { type: 'resolved' }, c: { type: 'connected' } });
      phases
        .pipe(connectTimeout(6))
        .subscribe({ error: (error: unknown) => details.push((error as HttpError).detail) });
      flush();
    });
    expect(details).toEqual([`6 ms, ${reached} by then`]);
  });
});

describe('LazyTimer', () => {
  /** Runs `work` with a timer of 10 ms, and says when it expired. */
  function expiries(
    work: (timer: LazyTimer, at: (frame: number, what: () => void) => void) => void,
  ): [number[], number] {
    const expired: number[] = [];
    let set = 0;
    virtually(({ flush }) => {
      const timer = new LazyTimer(
        10,
        asyncScheduler,
        () => expired.push(asyncScheduler.now()),
        (scheduler, due, fire) => {
          set++;
          return scheduler.schedule(fire, due);
        },
      );
      work(timer, (frame, what) => void asyncScheduler.schedule(what, frame));
      flush();
    });
    return [expired, set];
  }

  test('expires once for each start, when its time is over', () => {
    expect(expiries((timer) => timer.start())).toEqual([[10], 1]);
    expect(expiries((timer, at) => [0, 30].forEach((frame) => at(frame, () => timer.start())))).toEqual([
      [10, 40],
      2,
    ]);
  });

  test('is put off without a timer for each time', () => {
    const times = Array.from({ length: 1_000 }, (_, index) => index);
    const [expired, set] = expiries((timer, at) => times.forEach((frame) => at(frame, () => timer.start())));
    expect(expired).toEqual([1_009]);
    expect(set).toBeLessThan(120);
  });

  test('does not expire while it is paused, and does when it is started again', () => {
    expect(
      expiries((timer, at) => {
        timer.start();
        at(5, () => timer.pause());
        at(50, () => timer.start());
      }),
    ).toEqual([[60], 2]);
  });

  test('uses the timer that it has when it is started again before that fires', () => {
    expect(
      expiries((timer, at) => {
        timer.start();
        at(5, () => timer.pause());
        at(7, () => timer.start());
      }),
    ).toEqual([[17], 2]);
  });

  test('never expires once it is stopped, not even when it is started again', () => {
    expect(
      expiries((timer, at) => {
        timer.start();
        at(5, () => timer.stop());
        at(6, () => timer.start());
      }),
    ).toEqual([[], 1]);
  });

  test('can be started from within its own end', () => {
    const expired: number[] = [];
    virtually(({ flush }) => {
      const timer: LazyTimer = new LazyTimer(10, asyncScheduler, () => {
        expired.push(asyncScheduler.now());
        if (expired.length < 3) timer.start();
      });
      timer.start();
      flush();
    });
    expect(expired).toEqual([10, 20, 30]);
  });
});

test('what comes within the frame of a timeout comes too late or in time, and never both', () => {
  const told: string[] = [];
  virtually(({ flush }) => {
    const source = new Subject<ResponseNotification>();
    source
      .pipe(readTimeout(5))
      .subscribe({ next: ({ type }) => told.push(type), error: () => told.push('error') });
    asyncScheduler.schedule(() => source.next(values['s']), 5);
    flush();
  });
  expect(told).toEqual(['error']);
});
