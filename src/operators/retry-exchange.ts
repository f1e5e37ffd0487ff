import {
  asyncScheduler,
  defer,
  merge,
  Observable,
  Subscriber,
  take,
  timer,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import { BodyNotRepeatableError, HttpError } from '../message/errors.ts';
import type { ExchangeFacts } from '../message/exchange-facts.ts';
import type { ResponseNotification, ResponseStart } from '../message/notifications.ts';
import { retryAfter } from './retry-after.ts';
import { isRetryable, isStale } from './retry-policy.ts';

/** More ms than a timer takes: Node would fire at once. */
const LONGEST = 2_147_483_647;

/** Why an exchange is attempted again. */
export type RetryCause = HttpError | ResponseStart;

/** ms to wait before a retry, or what emits when it is time; `attempt` is 1 before the first retry. */
export type RetryDelay = number | ((cause: RetryCause, attempt: number) => number | ObservableInput<unknown>);

/** When and how often to try again. */
export interface RetryOptions {
  /** How many additional times to try. @defaultValue 2 */
  readonly limit?: number | undefined;
  /** ms between attempts. @defaultValue 500 */
  readonly delay?: RetryDelay | undefined;
  /**
   * Statuses that count as failures. A Retry-After beside one is waited for (RFC 9110 §10.2.3).
   *
   * @defaultValue none
   */
  readonly statuses?: readonly number[] | undefined;
  /**
   * ms: a server that asks to wait for longer is not asked again.
   *
   * @defaultValue 30000, as undici has it
   */
  readonly maxRetryAfter?: number | undefined;
  /** When, by the scheduler's clock, it is too late to try again. @defaultValue never */
  readonly until?: number | undefined;
  /** Is told before each retry; `isFree` when it is the one for a stale connection. */
  readonly onRetry?: ((cause: RetryCause, attempt: number, isFree: boolean) => void) | undefined;
  /** What is known of the attempt that ended with an error which does not say so itself. */
  readonly facts?: (() => ExchangeFacts) | undefined;
  /** @defaultValue asyncScheduler */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Subscribes to an exchange again when it fails in a way that another attempt may not, and nothing of its response has
 * been told yet.
 *
 * ```
 * source:  --#
 *          retryExchange({ limit: 2, delay: 3 })
 * result:  ------------#
 * ```
 *
 * A request of which nothing was sent is repeated whatever its method, one of which something was only if its method is
 * idempotent (RFC 9110 §9.2.2). A kept connection that dies without an octet of answer was closed while the request was on
 * its way: the first retry after that goes at once and is not counted.
 *
 * The error of the last attempt says in `exchange` how many were made and whether the request may have been processed.
 *
 * @example
 * ```ts
 * const stubborn: Interceptor = (request, next) =>
 *   next(request).pipe(retryExchange({ limit: 5, delay: backoff(), statuses: [429, 503] }));
 * ```
 */
export function retryExchange(options: RetryOptions = {}): MonoTypeOperatorFunction<ResponseNotification> {
  return (source) => new Observable((subscriber) => new Retrying(source, options, subscriber).attempt());
}

/** One exchange with all its attempts. */
class Retrying {
  private readonly source: Observable<ResponseNotification>;
  private readonly options: RetryOptions;
  private readonly scheduler: SchedulerLike;
  private readonly subscriber: Subscriber<ResponseNotification>;
  private attempts = 0;
  /** Retries that count against the limit. */
  private retries = 0;
  private hasBeenStale = false;
  private isTold = false;
  /** The response of this attempt is not delivered, as there will be another. */
  private isDropped = false;
  /** Why there is another attempt. */
  private cause: RetryCause | undefined = undefined;
  private current: Attempted | undefined = undefined;

  constructor(
    source: Observable<ResponseNotification>,
    options: RetryOptions,
    subscriber: Subscriber<ResponseNotification>,
  ) {
    this.source = source;
    this.options = options;
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.subscriber = subscriber;
  }

  attempt(): void {
    this.attempts++;
    const { current: last, subscriber } = this;
    if (last !== undefined) {
      // One that has failed ends by itself, behind the next: what it had is free for that one before it is for others.
      if (this.isDropped) last.unsubscribe();
      subscriber.remove(last);
    }
    this.isDropped = false;
    const current = new Attempted(this);
    this.current = current;
    subscriber.add(current);
    this.source.subscribe(current);
  }

  next(notification: ResponseNotification): void {
    if (this.isDropped) return;
    if (!this.isTold && notification.type === 'response_start' && this.refuses(notification)) return;
    this.isTold = true;
    this.subscriber.next(notification);
  }

  /** The rest of a response that is dropped is read, for as long as the wait takes, so that its connection can be kept. */
  private refuses(start: ResponseStart): boolean {
    if (this.options.statuses?.includes(start.status) !== true) return false;
    const { maxRetryAfter = 30_000 } = this.options;
    const asked = retryAfter(start.headers, this.scheduler.now()) ?? 0;
    if (asked > maxRetryAfter) return false;
    // Before it is known: the next attempt begins within this call where a scheduler does not wait for 0 ms.
    this.isDropped = true;
    const isRetried = this.retry(start, asked);
    if (!isRetried) this.isDropped = false;
    return isRetried;
  }

  complete(): void {
    if (!this.isDropped) this.subscriber.complete();
  }

  error(error: unknown): void {
    if (this.isDropped) return;
    if (error instanceof HttpError) this.describe(error);
    // What made the repeat necessary is what went wrong.
    if (error instanceof BodyNotRepeatableError) error.cause ??= this.cause;
    if (!this.isTold && isRetryable(error)) {
      if (!this.hasBeenStale && isStale(error)) {
        this.hasBeenStale = true;
        this.again(error, true);
        return;
      }
      if (this.retry(error, 0)) return;
    }
    this.subscriber.error(error);
  }

  /** Whether there will be another attempt, not before `atLeast` ms have passed. */
  private retry(cause: RetryCause, atLeast: number): boolean {
    const { limit = 2, delay = 500, until = Infinity } = this.options;
    if (this.retries >= limit) return false;
    const wait = this.waitFor(cause, delay);
    if (wait === undefined) return true;
    const ms = typeof wait === 'number' ? Math.max(wait, atLeast) : atLeast;
    if (ms > LONGEST || this.scheduler.now() + ms >= until) return false;
    this.retries++;
    const pause = timer(ms, this.scheduler);
    const time = typeof wait === 'number' ? pause : merge(pause, defer(() => wait).pipe(take(1)));
    this.subscriber.add(
      time.subscribe({
        error: (error: unknown) => this.subscriber.error(error),
        complete: () => this.again(cause, false),
      }),
    );
    return true;
  }

  private again(cause: RetryCause, isFree: boolean): void {
    this.cause = cause;
    try {
      this.options.onRetry?.(cause, this.attempts, isFree);
    } catch (error) {
      this.subscriber.error(error);
    }
    if (!this.subscriber.closed) this.attempt();
  }

  /** What the caller's delay says; undefined when it threw, which has ended the exchange. */
  private waitFor(cause: RetryCause, delay: RetryDelay): number | ObservableInput<unknown> | undefined {
    try {
      const wait = typeof delay === 'function' ? delay(cause, this.retries + 1) : delay;
      if (typeof wait === 'number' ? wait >= 0 : typeof wait === 'object') return wait;
      const given = typeof wait === 'number' ? wait : typeof wait;
      throw new RangeError(`a retry delay is a number of ms from 0 up, or an Observable, not ${given}`);
    } catch (error) {
      this.subscriber.error(error);
      return undefined;
    }
  }

  private describe(error: HttpError): void {
    const facts = error.exchange ?? this.options.facts?.();
    if (facts !== undefined) Object.assign(error, { exchange: { ...facts, attempts: this.attempts } });
  }
}

/**
 * Observes one attempt. A subclass of RxJS's own: an observer that is subscribed makes three objects more, and what each
 * exchange under way keeps is copied by the garbage collector again and again (decision 0016).
 */
class Attempted extends Subscriber<ResponseNotification> {
  private readonly retrying: Retrying;

  constructor(retrying: Retrying) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 makes each of its operators of it
    super();
    this.retrying = retrying;
  }

  protected override _next(notification: ResponseNotification): void {
    this.retrying.next(notification);
  }

  protected override _error(error: unknown): void {
    this.retrying.error(error);
    this.unsubscribe();
  }

  protected override _complete(): void {
    this.retrying.complete();
    this.unsubscribe();
  }
}
