import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * A timer of a scheduler that does not keep the process alive: for what may end with it, such as an idle connection.
 * Virtual where the scheduler is. RxJS has no public way to say so; the action's `id` is the handle of its timer.
 *
 * @param due - ms
 */
export function unrefTimer(scheduler: SchedulerLike, due: number, work: () => void): Subscription {
  const action = scheduler.schedule(work, due) as Subscription & { id?: { unref?: () => void } };
  action.id?.unref?.();
  return action;
}
