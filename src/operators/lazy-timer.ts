import type { SchedulerLike, Subscription } from 'rxjs';

/** Sets a timer of so many ms: that of a scheduler, or one of a particular kind. */
export type SetTimer = (scheduler: SchedulerLike, due: number, work: () => void) => Subscription;

const setTimer: SetTimer = (scheduler, due, work) => scheduler.schedule(work, due);

/**
 * A timeout that is put off thousands of times for each time that it comes: putting it off is a look at the clock, and the
 * timer itself is set again only when it fires too early. A timer for each put-off would cost ten times as much.
 */
export class LazyTimer {
  private readonly ms: number;
  private readonly scheduler: SchedulerLike;
  private readonly expire: () => void;
  private readonly set: SetTimer;
  private readonly fire = (): void => {
    this.timer = undefined;
    if (this.since === undefined) return;
    const remaining = this.since + this.ms - this.scheduler.now();
    if (remaining > 0) {
      this.timer = this.set(this.scheduler, remaining, this.fire);
    } else {
      this.since = undefined;
      this.expire();
    }
  };
  private timer: Subscription | undefined;
  /** When what is waited for began; undefined while nothing is. */
  private since: number | undefined;
  private isStopped = false;

  /**
   * @param ms - the timeout
   * @param expire - is called once for each start
   */
  constructor(ms: number, scheduler: SchedulerLike, expire: () => void, set = setTimer) {
    this.ms = ms;
    this.scheduler = scheduler;
    this.expire = expire;
    this.set = set;
  }

  get isWaiting(): boolean {
    return this.since !== undefined;
  }

  /** Waits from now on, whether or not it did before. */
  start(): void {
    if (this.isStopped) return;
    this.since = this.scheduler.now();
    this.timer ??= this.set(this.scheduler, this.ms, this.fire);
  }

  /** Waits no more; the timer is left alone, as it is likely to be wanted again. */
  pause(): void {
    this.since = undefined;
  }

  /** Waits no more, and never again. */
  stop(): void {
    this.isStopped = true;
    this.since = undefined;
    this.timer?.unsubscribe();
    this.timer = undefined;
  }
}
