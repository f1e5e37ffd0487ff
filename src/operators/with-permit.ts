import {
  asyncScheduler,
  Observable,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';
import { AcquireTimeoutError, PoolFullError } from '../message/errors.ts';

/** How waiting for a permit is limited. */
export interface PermitsOptions {
  /** How many may wait; one more ends with a PoolFullError. @defaultValue unlimited */
  readonly maxPending?: number | undefined;
  /** ms that one may wait; then it ends with an AcquireTimeoutError. @defaultValue null */
  readonly acquireTimeout?: number | null | undefined;
  /** @defaultValue asyncScheduler */
  readonly scheduler?: SchedulerLike | undefined;
  /** Is told when the number of those who have a permit, or wait for one, has changed. */
  readonly onChange?: (() => void) | undefined;
  /** Is told when a permit has been given back, and those who waited have been served. */
  readonly onRelease?: (() => void) | undefined;
}

/**
 * A number of permits, given out in the order in which they were asked for: nobody barges past a waiter, however short
 * the wait.
 */
export class Permits {
  private readonly limit: number;
  private readonly options: PermitsOptions;
  private taken = 0;
  /** In order; a set, because whoever gives up leaves from anywhere. */
  private readonly waiters = new Set<() => void>();
  /** The same, of those who go before all others. */
  private readonly returned = new Set<() => void>();
  /** Where the waiters begin: an iterator made anew has to pass by all that have left. */
  private first: Iterator<() => void> | undefined;
  private isGranting = false;

  constructor(limit: number, options: PermitsOptions = {}) {
    this.limit = limit;
    this.options = options;
  }

  /** How many have a permit. */
  get active(): number {
    return this.taken;
  }

  /** How many wait for one. */
  get pending(): number {
    return this.waiters.size + this.returned.size;
  }

  /** Whether who asks now does not have to wait. */
  get isFree(): boolean {
    return this.taken < this.limit && this.pending === 0;
  }

  /**
   * Calls `start` when there is a permit for it, now if there is one. The permit is given back when the subscriber is
   * done, after whatever `start` has added to it is torn down.
   *
   * @param hasReturned - whether it has had a permit for the same purpose before, and goes before all who wait
   * @param since - when it began to wait, if that was not now
   */
  take(subscriber: Subscriber<unknown>, start: () => void, hasReturned = false, since?: number): void {
    if (this.isFree) this.grant(subscriber, start);
    else this.wait(subscriber, start, hasReturned, since);
  }

  private grant(subscriber: Subscriber<unknown>, start: () => void): void {
    this.taken++;
    this.options.onChange?.();
    try {
      start();
    } catch (error) {
      subscriber.error(error);
    }
    subscriber.add(() => {
      this.taken--;
      this.grantWaiters();
      this.options.onChange?.();
      this.options.onRelease?.();
    });
  }

  private wait(
    subscriber: Subscriber<unknown>,
    start: () => void,
    hasReturned: boolean,
    since: number | undefined,
  ): void {
    const { maxPending = Infinity, acquireTimeout, scheduler = asyncScheduler } = this.options;
    const waiters = hasReturned ? this.returned : this.waiters;
    if (!hasReturned && this.pending >= maxPending) {
      subscriber.error(new PoolFullError(`${String(maxPending)} are waiting`));
      return;
    }
    const waiter = (): void => {
      // Nobody is told in between: it would look as if it were neither waiting nor served.
      waiters.delete(waiter);
      timer?.unsubscribe();
      this.grant(subscriber, start);
    };
    const leave = (): void => {
      if (waiters.delete(waiter)) this.options.onChange?.();
    };
    const timer =
      typeof acquireTimeout === 'number'
        ? scheduler.schedule(
            () => subscriber.error(new AcquireTimeoutError(acquireTimeout)),
            acquireTimeout - (since === undefined ? 0 : scheduler.now() - since),
          )
        : undefined;
    waiters.add(waiter);
    this.options.onChange?.();
    subscriber.add(leave);
    subscriber.add(timer);
  }

  /** A loop, since a waiter that ends at once gives its permit back from inside this. */
  private grantWaiters(): void {
    if (this.isGranting) return;
    this.isGranting = true;
    for (let waiter; this.taken < this.limit && (waiter = this.next()) !== undefined;) waiter();
    this.isGranting = false;
  }

  private next(): (() => void) | undefined {
    for (const waiter of this.returned) return waiter;
    this.first ??= this.waiters.values();
    const next = this.first.next();
    if (next.done !== true) return next.value;
    // An iterator that has come to an end stays there, whoever comes later.
    this.first = undefined;
    return undefined;
  }
}

/**
 * Subscribes to the source when one of the permits is free, and gives it back when the source has ended or is
 * unsubscribed. A waiter that is unsubscribed leaves its place and the source untouched.
 *
 * ```
 * source:  --s-b-(d|)
 *          withPermit(new Permits(1)), subscribed to twice
 * first:   --s-b-(d|)
 * second:  --------s-b-(d|)
 * ```
 *
 * Errors with a PoolFullError when too many wait already, and with an AcquireTimeoutError when its turn does not come in
 * time.
 *
 * @example
 * ```ts
 * const permits = new Permits(2, { acquireTimeout: 1_000 });
 * const polite: Interceptor = (request, next) => next(request).pipe(withPermit(permits));
 * ```
 */
export function withPermit<T>(permits: Permits): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      permits.take(subscriber, () => source.subscribe(subscriber));
    });
}
