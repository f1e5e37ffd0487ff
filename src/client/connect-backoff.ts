import { concatMap, defer, tap, timer, type Observable, type SchedulerLike } from 'rxjs';

/** ms from a failure to the next attempt to connect; `failures` is 1 behind the first. */
export type ConnectDelay = (error: unknown, failures: number) => number;

/** Failures to connect to one origin, without a success since. */
interface Failures {
  readonly count: number;
  /** When the next attempt may begin. */
  readonly until: number;
}

/** What a timer of Node takes; for more it would fire at once. */
const LONGEST = 2_147_483_647;

/** Origins whose failures are remembered. */
const MOST_KNOWN = 1_000;

/**
 * Keeps attempts to connect to an origin apart while they fail: a server that comes back is not met by all at once who have
 * waited for it.
 */
export class ConnectBackoff {
  private readonly delay: ConnectDelay;
  private readonly scheduler: SchedulerLike;
  private readonly failures = new Map<string, Failures>();

  constructor(delay: ConnectDelay, scheduler: SchedulerLike) {
    this.delay = delay;
    this.scheduler = scheduler;
  }

  /**
   * Begins the attempt when it may be.
   *
   * ```
   * #
   *          twice, a delay of 3
   * #
   * ---#
   * ```
   */
  apply<T>(origin: string, attempt: Observable<T>): Observable<T> {
    const counted = attempt.pipe(
      tap({
        complete: () => this.failures.delete(origin),
        error: (error: unknown) => this.fail(origin, error),
      }),
    );
    return defer(() => {
      const wait = (this.failures.get(origin)?.until ?? 0) - this.scheduler.now();
      return wait > 0 ? timer(wait, this.scheduler).pipe(concatMap(() => counted)) : counted;
    });
  }

  private fail(origin: string, error: unknown): void {
    const now = this.scheduler.now();
    const before = this.failures.get(origin);
    // Attempts that were under way together fail together, and that is one failure.
    if (before !== undefined && now < before.until) return;
    const count = (before?.count ?? 0) + 1;
    const ms = this.delay(error, count);
    if (!(Number.isFinite(ms) && ms >= 0 && ms <= LONGEST))
      throw new RangeError(`connectBackoff must give ms from 0 up, not ${String(ms)}`);
    this.failures.delete(origin);
    this.failures.set(origin, { count, until: now + ms });
    for (const oldest of this.failures.keys()) {
      if (this.failures.size <= MOST_KNOWN) break;
      this.failures.delete(oldest);
    }
  }
}
