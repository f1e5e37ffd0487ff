import { Subscription, type SchedulerLike } from 'rxjs';
import { unrefTimer } from './unref-timer.ts';

/** What a timer of Node takes; for more it would fire at once. */
const LONGEST = 2_147_483_647;

/** Timeouts that are likely to come again: a queue for each is kept, though it be empty. */
const MOST_KEPT = 8;

/**
 * Tells which of many things have been idle for too long, with one timer for all of them.
 *
 * What has the same timeout expires in the order in which it became idle, so that only the first of each timeout is
 * looked at. Things come and go thousands of times between two expiries: the timer is left to fire too early, and then
 * set for the first that is still there.
 */
export class IdleExpiry<T> {
  private readonly scheduler: SchedulerLike;
  private readonly expire: (item: T) => void;
  /** By timeout in ms: the items in the order in which they became idle, each with the time at which it expires. */
  private readonly queues = new Map<number, Map<T, number>>();
  private timer = Subscription.EMPTY;
  private due = Infinity;

  constructor(scheduler: SchedulerLike, expire: (item: T) => void) {
    this.scheduler = scheduler;
    this.expire = expire;
  }

  /** @param timeout - ms; null never expires */
  add(item: T, timeout: number | null): void {
    if (timeout === null) return;
    let queue = this.queues.get(timeout);
    if (queue === undefined) this.queues.set(timeout, (queue = new Map<T, number>()));
    const now = this.scheduler.now();
    queue.set(item, now + timeout);
    this.setTimer(now + timeout, now);
  }

  delete(item: T, timeout: number | null): void {
    if (timeout === null) return;
    const queue = this.queues.get(timeout);
    queue?.delete(item);
    if (queue?.size === 0 && this.queues.size > MOST_KEPT) this.queues.delete(timeout);
  }

  /** Stops the timer if nothing is left to expire: to be called when something is gone for good. */
  settle(): void {
    for (const queue of this.queues.values()) if (queue.size > 0) return;
    this.queues.clear();
    this.timer.unsubscribe();
    this.due = Infinity;
  }

  private setTimer(due: number, now: number): void {
    if (due >= this.due) return;
    this.timer.unsubscribe();
    this.due = due;
    this.timer = unrefTimer(this.scheduler, Math.min(due - now, LONGEST), () => {
      this.due = Infinity;
      this.expireUntil(this.scheduler.now());
    });
  }

  private expireUntil(now: number): void {
    for (const [timeout, queue] of this.queues) {
      for (const [item, expiry] of queue) {
        if (expiry > now) {
          this.setTimer(expiry, now);
          break;
        }
        queue.delete(item);
        this.expire(item);
      }
      if (queue.size === 0) this.queues.delete(timeout);
    }
  }
}
