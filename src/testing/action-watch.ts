import type { SchedulerAction } from 'rxjs';
import { CallSite, isNoticed } from './call-site.ts';
import { EndlessRunError, LeakError } from './test-errors.ts';
import type { Cause, TestRun } from './test-run.ts';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** A scheduled action, and who wanted it. */
interface Scheduled {
  readonly work: unknown;
  readonly delay: number;
  readonly frame: number;
  readonly cause: Cause;
  readonly site: CallSite;
}

/** Actions that come one after the other with nothing else happening, at which nothing else will. */
const LATE_ACTIONS = 1_000;

/**
 * Sees who schedules what in a run, and what comes when all that the run is about is over: an action that nobody needed
 * any more, and nobody has cancelled.
 */
export class ActionWatch {
  private readonly run: TestRun;
  private readonly maxActions: number;
  private executed = 0;
  /** Whether anything has lived, without which nothing can be over. */
  private hasLived = false;
  private lastSign = 0;
  /** The action that is carried out, until it schedules something. */
  private executing: Scheduled | undefined;
  private late: { readonly scheduled: Scheduled; readonly frame: number }[] = [];

  /** @param maxActions - at which a run is taken for endless */
  constructor(run: TestRun, maxActions: number) {
    this.run = run;
    this.maxActions = maxActions;
    run.onSignOfLife = () => this.see();
    run.inspections.push(() => this.late.map(({ scheduled, frame }) => this.describe(scheduled, frame)));
  }

  /** Something happened: what came before it was not too late. */
  see(): void {
    this.hasLived = true;
    this.lastSign = this.run.now;
    if (this.late.length > 0) this.late = [];
  }

  /** The work of an action, to be scheduled in its place. */
  watched<T>(work: Work<T>, delay: number): Work<T> {
    const { run } = this;
    const { cause } = run;
    const scheduled = this.identify(work, delay);
    const enter = (): void => this.enter(scheduled);
    const leave = (): void => void (this.executing = undefined);
    return function (state) {
      enter();
      const before = run.cause;
      run.cause = cause;
      try {
        work.call(this, state);
      } finally {
        run.cause = before;
        leave();
      }
    };
  }

  /**
   * Whose an action is; nobody's, if it is the test's. RxJS repeats an interval from within itself, before it does
   * anything else: that is still the action of whoever wanted the interval.
   */
  private identify(work: unknown, delay: number): Scheduled | undefined {
    const { executing, run } = this;
    this.executing = undefined;
    if (executing !== undefined && executing.work === work && executing.delay === delay) return executing;
    if (!isNoticed()) return undefined;
    return { work, delay, frame: run.now, cause: run.cause, site: new CallSite() };
  }

  private enter(scheduled: Scheduled | undefined): void {
    this.executing = scheduled;
    if (++this.executed > this.maxActions) throw this.endless(scheduled);
    const { run } = this;
    if (scheduled === undefined || !this.hasLived || run.living.size > 0 || run.now <= this.lastSign) return;
    this.late.push({ scheduled, frame: run.now });
    if (this.late.length < LATE_ACTIONS) return;
    throw new LeakError([
      `${this.describe(scheduled, run.now)}; it came ${String(LATE_ACTIONS)} times so far`,
    ]);
  }

  private endless(scheduled: Scheduled | undefined): EndlessRunError {
    const last = scheduled === undefined ? '' : ` The last was set at ${scheduled.site.shown(3)}.`;
    return new EndlessRunError(
      `the run does not end: ${String(this.maxActions)} actions, and it is frame ${String(this.run.now)}.${last} What is ` +
        "expected of an Observable that never ends needs an unsubscription, as in expectObservable(ticks, '^ 50ms !').",
    );
  }

  private describe({ delay, frame, cause, site }: Scheduled, fired: number): string {
    const owner = cause.label === undefined ? '' : `, for ${cause.label}`;
    return (
      `a timer of ${String(delay)} ms${owner}, set in frame ${String(frame)}, came in frame ${String(fired)} when all ` +
      `was over since ${String(this.lastSign)}: ${site.shown(3)}`
    );
  }
}
