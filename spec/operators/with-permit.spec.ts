import { describe, expect, test } from '@jest/globals';
import { catchError, EMPTY, NEVER, Observable, of, Subject, timer } from 'rxjs';
import { Permits, withPermit, type PermitsOptions } from 'rxchange';
import { virtually } from '../support/virtually.ts';

const permits = (limit: number, options: PermitsOptions = {}): Permits => new Permits(limit, options);
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('withPermit', () => {
  test('subscribes to as many at once as there are permits, and in order to the others', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const two = permits(2);
      const source = cold('---a|');
      for (const told of ['---a|', '---a|', '-------a|', '-------a|', '-----------a|']) {
        expectObservable(source.pipe(withPermit(two))).toBe(told);
      }
      expectSubscriptions(source.subscriptions).toBe([
        '^---!',
        '^---!',
        '----^---!',
        '----^---!',
        '--------^---!',
      ]);
    });
  });

  test.each([
    ['completes', '--|'],
    ['errors', '--#'],
  ])('gives the permit back when the source %s', (_, marbles) => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const one = permits(1);
      const source = cold(marbles);
      expectObservable(source.pipe(withPermit(one))).toBe(marbles);
      expectObservable(source.pipe(withPermit(one))).toBe(`--${marbles}`);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!']);
    });
  });

  test('gives it back when it is unsubscribed, and leaves the queue without touching the source', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const one = permits(1);
      const source = cold('----');
      expectObservable(source.pipe(withPermit(one)), '^----!');
      expectObservable(source.pipe(withPermit(one)), '^--!');
      expectObservable(source.pipe(withPermit(one)), '^------!');
      expectSubscriptions(source.subscriptions).toBe(['^----!', '-----^-!']);
    });
  });

  test('is never barged past, however short the wait', () => {
    const one = permits(1);
    const told: string[] = [];
    const first = new Subject<void>();
    first.pipe(withPermit(one)).subscribe({
      // Free in a moment, and somebody waits.
      complete: () =>
        of('late')
          .pipe(withPermit(one))
          .subscribe((name) => told.push(name)),
    });
    of('waiter')
      .pipe(withPermit(one))
      .subscribe((name) => told.push(name));
    first.complete();
    expect(told).toEqual(['waiter', 'late']);
    expect([one.active, one.pending]).toEqual([0, 0]);
  });

  test('is not barged past by a waiter that is let in while another permit is given back', () => {
    const two = permits(2);
    const told: string[] = [];
    const ask = (name: string, then = (): void => {}): void => {
      const source = new Observable<never>(() => {
        told.push(name);
        then();
      });
      source.pipe(withPermit(two)).subscribe();
    };
    const [first, second] = [NEVER, NEVER].map((never) => never.pipe(withPermit(two)).subscribe());
    ask('third', () => {
      second.unsubscribe();
      ask('late');
    });
    ask('fourth');
    first.unsubscribe();
    expect(told).toEqual(['third', 'fourth']);
    expect([two.active, two.pending]).toEqual([2, 1]);
  });

  test('ends with a PoolFullError when too many wait, and with none before', () => {
    virtually(({ expectObservable, cold }) => {
      const one = permits(1, { maxPending: 1 });
      const source = cold('--|');
      const told: unknown[] = [];
      expectObservable(source.pipe(withPermit(one))).toBe('--|');
      expectObservable(source.pipe(withPermit(one))).toBe('----|');
      timer(0).subscribe(() =>
        source
          .pipe(withPermit(one))
          .subscribe({ error: (error: unknown) => told.push(codeOf(error), String(error)) }),
      );
      timer(1).subscribe(() => expect(told).toEqual(['POOL_FULL', expect.stringContaining('1 are waiting')]));
    });
  });

  test('ends with an AcquireTimeoutError when its turn does not come in time, and not once it has', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const one = permits(1, { acquireTimeout: 5 });
      const source = cold('---------|');
      const code = catchError((error: unknown) => of(codeOf(error)));
      const timed = source.pipe(withPermit(one), code);
      expectObservable(timed).toBe('---------|');
      expectObservable(timed).toBe('-----(e|)', { e: 'ACQUIRE_TIMEOUT' });
      expectObservable(timed, '-----^').toBe('------------------|');
      expectSubscriptions(source.subscriptions).toBe(['^--------!', '---------^--------!']);
    });
  });

  test('counts the time of a waiter from when it began to wait, if that was elsewhere', () => {
    virtually(({ expectObservable }) => {
      const one = permits(1, { acquireTimeout: 5 });
      expectObservable(NEVER.pipe(withPermit(one)));
      const since = 1;
      const waiting = new Observable((subscriber) => one.take(subscriber, () => {}, false, since));
      expectObservable(waiting.pipe(catchError((error: unknown) => of(codeOf(error)))), '---^').toBe(
        '------(e|)',
        { e: 'ACQUIRE_TIMEOUT' },
      );
    });
  });

  test('gives the permit back when the source throws instead of erring', () => {
    const one = permits(1);
    const errors: unknown[] = [];
    const throwing = new Observable(() => {
      throw new RangeError('mine');
    });
    const start = (): void => {
      throw new RangeError('mine');
    };
    throwing.pipe(withPermit(one)).subscribe({ error: (error: unknown) => errors.push(error) });
    new Observable((subscriber) => one.take(subscriber, start)).subscribe({
      error: (error: unknown) => errors.push(error),
    });
    const holder = NEVER.pipe(withPermit(one)).subscribe();
    new Observable((subscriber) => one.take(subscriber, start)).subscribe({
      error: (error: unknown) => errors.push(error),
    });
    EMPTY.pipe(withPermit(one)).subscribe({ complete: () => errors.push('next') });
    holder.unsubscribe();
    expect(errors.map(String)).toEqual([...Array<string>(3).fill('RangeError: mine'), 'next']);
    expect([one.active, one.pending]).toEqual([0, 0]);
  });

  test('lets who has returned go before all who wait, and refuses it nothing', () => {
    const one = permits(1, { maxPending: 2 });
    const told: string[] = [];
    const holder = NEVER.pipe(withPermit(one)).subscribe();
    const ask = (name: string, hasReturned: boolean): void => {
      const subscriber = new Observable<never>((asking) => {
        one.take(
          asking,
          () => {
            told.push(name);
            asking.complete();
          },
          hasReturned,
        );
      });
      subscriber.subscribe({ error: (error: unknown) => told.push(String(codeOf(error))) });
    };
    ask('a', false);
    ask('b', false);
    ask('c', true);
    ask('d', true);
    ask('e', false);
    expect(one.pending).toBe(4);
    holder.unsubscribe();
    expect(told).toEqual(['POOL_FULL', 'c', 'd', 'a', 'b']);
  });

  test('grants a hundred thousand waiters that end at once, without a call in a call', () => {
    const one = permits(1);
    let told = 0;
    const first = new Subject<void>();
    first.pipe(withPermit(one)).subscribe();
    for (let index = 0; index < 100_000; index++)
      of(1)
        .pipe(withPermit(one))
        .subscribe(() => told++);
    first.complete();
    expect(told).toBe(100_000);
    expect([one.active, one.pending]).toEqual([0, 0]);
  });

  test('grants a hundred thousand in order, each when the one before it ends, whoever leaves meanwhile', () => {
    const one = permits(1);
    const running: (() => void)[] = [];
    const told: number[] = [];
    const held = new Map<number, { unsubscribe(): void }>();
    for (let index = 0; index < 100_000; index++) {
      const source = new Observable<never>((subscriber) => {
        told.push(index);
        running.push(() => subscriber.complete());
      });
      held.set(index, source.pipe(withPermit(one)).subscribe());
    }
    for (let index = 1; index < 100_000; index += 2) held.get(index)!.unsubscribe();
    for (let end = running.shift(); end !== undefined; end = running.shift()) end();
    expect(told).toEqual(Array.from({ length: 50_000 }, (_, index) => index * 2));
    expect(one.pending).toBe(0);
  });

  test('tells of each change when it is one, and never of a state in between', () => {
    const states: string[] = [];
    const one: Permits = permits(1, { onChange: () => states.push(`${one.active} ${one.pending}`) });
    const first = NEVER.pipe(withPermit(one)).subscribe();
    const second = NEVER.pipe(withPermit(one)).subscribe();
    first.unsubscribe();
    second.unsubscribe();
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      '1 0',
      '1 1',
      '1 0',
      '0 0',
    ]);
  });
});
