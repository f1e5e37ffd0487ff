import type { Subscription, SchedulerLike } from 'rxjs';

/**
 * A timeout that is put off thousands of times for each time that it comes: putting it off is a look at the clock, and the
 * timer itself is set again only when it fires too early. A timer for each put-off would cost ten times as much.
 */
export class LazyTimer {
  private readonly ms: number;
  private readonly scheduler: SchedulerLike;
  private readonly expire: () => void;
  private timer: Subscription | undefined;
  /** When what is waited for began; undefined while nothing is. */
  private since: number | undefined;

  /**
   * @param ms - the timeout
   * @param expire - is called once for each start
   */
  constructor(ms: number, scheduler: SchedulerLike, expire: () => void) {
    this.ms = ms;
    this.scheduler = scheduler;
    this.expire = expire;
  }

  /** Waits from now on, whether or not it did before. */
  start(): void {
    this.since = this.scheduler.now();
    this.timer ??= this.scheduler.schedule(() => this.fire(), this.ms);
  }

  /** Waits no more; the timer is left alone, as it is likely to be wanted again. */
  pause(): void {
    this.since = undefined;
  }

  /** Waits no more, and never again. */
  stop(): void {
    this.since = undefined;
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private fire(): void {
    this.timer = undefined;
    if (this.since === undefined) return;
    const remaining = this.since + this.ms - this.scheduler.now();
    if (remaining > 0) {
      this.timer = this.scheduler.schedule(() => this.fire(), remaining);
    } else {
      this.since = undefined;
      this.expire();
    }
  }
}
