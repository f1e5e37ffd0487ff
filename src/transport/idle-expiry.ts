import { Subscription, type SchedulerLike } from 'rxjs';
import { Queue, type Place } from './queue.ts';
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
  /** By timeout in ms: in the order in which they became idle. */
  private readonly queues = new Map<number, Queue<T>>();
  private timer = Subscription.EMPTY;
  private due = Infinity;

  constructor(scheduler: SchedulerLike, expire: (item: T) => void) {
    this.scheduler = scheduler;
    this.expire = expire;
  }

  /** @param timeout - ms; null never expires */
  add(place: Place<T>, timeout: number | null): void {
    if (timeout === null) return;
    let queue = this.queues.get(timeout);
    if (queue === undefined) this.queues.set(timeout, (queue = this.newQueue()));
    const now = this.scheduler.now();
    place.until = now + timeout;
    queue.push(place);
    this.setTimer(place.until, now);
  }

  delete(place: Place<T>): void {
    place.queue?.delete(place);
  }

  /** Stops the timer if nothing is left to expire: to be called when something is gone for good. */
  settle(): void {
    for (const queue of this.queues.values()) if (queue.size > 0) return;
    this.queues.clear();
    this.timer.unsubscribe();
    this.due = Infinity;
  }

  private newQueue(): Queue<T> {
    if (this.queues.size >= MOST_KEPT) {
      for (const [timeout, { size }] of this.queues) if (size === 0) this.queues.delete(timeout);
    }
    return new Queue();
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
      for (let place = queue.first; place !== undefined; place = queue.first) {
        if (place.until > now) {
          this.setTimer(place.until, now);
          break;
        }
        queue.delete(place);
        this.expire(place.item);
      }
      if (queue.size === 0) this.queues.delete(timeout);
    }
  }
}
