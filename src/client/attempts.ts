import type { SchedulerLike } from 'rxjs';
import type { ExchangeFacts } from '../message/exchange-facts.ts';
import { isIdempotent } from '../message/methods.ts';
import type { RetryCause, RetryDelay, RetryOptions } from '../operators/retry-exchange.ts';
import type { Attempt } from './attempt.ts';
import type { HttpClientSettings } from './client-settings.ts';

/**
 * How the attempts at one exchange follow each other, as its client's settings say. A class, since there is one for each
 * exchange under way, and a literal would need a closure for each of its functions.
 */
export class Attempts implements RetryOptions {
  /** Whether the next one needs a new connection: others that have been kept as long as a stale one are likely to be stale, too. */
  isNew = false;
  /** When it is too late for another. */
  readonly until: number;
  private readonly attempt: Attempt;
  private readonly settings: HttpClientSettings;

  constructor(attempt: Attempt, settings: HttpClientSettings) {
    const { deadline, scheduler } = settings;
    this.attempt = attempt;
    this.settings = settings;
    this.until = deadline === null ? Infinity : scheduler.now() + deadline;
  }

  get limit(): number {
    return this.settings.retryLimit;
  }

  get delay(): RetryDelay {
    return this.settings.retryDelay;
  }

  get statuses(): readonly number[] {
    return isIdempotent(this.attempt.method) ? this.settings.retryStatuses : [];
  }

  get maxRetryAfter(): number {
    return this.settings.maxRetryAfter;
  }

  get scheduler(): SchedulerLike {
    return this.settings.scheduler;
  }

  onRetry(_: RetryCause, __: number, isFree: boolean): void {
    this.isNew = isFree;
  }

  facts(): ExchangeFacts {
    return this.attempt.facts;
  }
}
