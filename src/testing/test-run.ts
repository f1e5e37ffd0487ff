import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { unnoticed } from './call-site.ts';
import { OutsideRunError, TwoCopiesError, type TestKitError } from './test-errors.ts';

/**
 * What something was done for: the exchange during which it was, as soon as that is known. What an action does was done
 * for whatever the action was scheduled for.
 */
export interface Cause {
  /** Such as `GET http://origin/`. */
  label?: string | undefined;
}

/** The part of a TestScheduler that a run needs: what is to be done, the next first, each with its frame. */
interface VirtualScheduler extends SchedulerLike {
  readonly actions: readonly { readonly delay: number }[];
}

/** Something that must be over when the run is. */
export interface Living {
  /** What it is, should it be left behind. */
  describe(): string;
}

/**
 * One run of a TestScheduler, as the tools that are used in it know it: what lives, what it is done for, what went
 * wrong. All tools of one run share it.
 */
export class TestRun {
  private static readonly runs = new WeakMap<RunHelpers, TestRun>();

  /**
   * The run that these helpers belong to.
   *
   * @throws OutsideRunError, TwoCopiesError
   */
  static of(helpers: RunHelpers): TestRun {
    const known = TestRun.runs.get(helpers);
    if (known !== undefined) return known.guard('a tool');
    const run = new TestRun(schedulerOf(helpers));
    TestRun.runs.set(helpers, run);
    return run;
  }

  readonly faults: TestKitError[] = [];
  readonly living = new Set<Living>();
  /** Told what is left in the end besides what lives. */
  readonly inspections: (() => readonly string[])[] = [];
  /** Told when a script has to be at its end. */
  readonly endings: (() => void)[] = [];
  /** What the work of the run does itself is done for no exchange in particular. */
  readonly root: Cause = {};
  cause: Cause = this.root;
  /** Is called when something happens to what is tested. */
  onSignOfLife: () => void = () => {};
  isOver = false;

  private readonly scheduler: VirtualScheduler;
  private readonly settling = new Set<() => void>();

  constructor(scheduler: VirtualScheduler) {
    this.scheduler = scheduler;
    this.guard('a tool');
  }

  /** Makes this the run that the helpers belong to. */
  adopt(helpers: RunHelpers): void {
    TestRun.runs.set(helpers, this);
  }

  get now(): number {
    return this.scheduler.now();
  }

  /**
   * Refuses whoever is not within the run.
   *
   * @param what - who it is, as the subject of a sentence
   * @throws OutsideRunError
   */
  guard(what: string): this {
    if (!this.isOver && asyncScheduler.now() === this.scheduler.now()) return this;
    throw new OutsideRunError(
      `${what} was used outside of its run. A run is over when its work has returned and no scheduled action is left: ` +
        'what stands behind a promise, an `await`, a microtask or a timer of Node comes later. Put it on an RxJS ' +
        'scheduler, or behind a double that answers at once.',
    );
  }

  /** Fails the test, whatever the code under test makes of it. */
  fail(fault: TestKitError): void {
    this.faults.push(fault);
    if (this.faults.length > 1) return;
    unnoticed(() =>
      asyncScheduler.schedule(() => {
        throw fault;
      }),
    );
  }

  /** Schedules what belongs to the test. */
  schedule(work: () => void, delay = 0): Subscription {
    return unnoticed(() => asyncScheduler.schedule(work, delay));
  }

  /** Does something when nothing else will happen in this frame. */
  settle(work: () => void): void {
    const isWaiting = this.settling.size > 0;
    this.settling.add(work);
    if (isWaiting) return;
    const check = (): void => {
      if (this.scheduler.actions.some(({ delay }) => delay <= this.now)) {
        wait();
        return;
      }
      const all = [...this.settling];
      this.settling.clear();
      for (const each of all) each();
    };
    const wait = (): void => void unnoticed(() => this.scheduler.schedule(check));
    wait();
  }

  begin(living: Living): void {
    this.living.add(living);
    this.onSignOfLife();
  }

  end(living: Living): void {
    if (this.living.delete(living)) this.onSignOfLife();
  }

  /** What is left behind, a line for each. */
  leaks(): string[] {
    return [
      ...Array.from(this.living, (living) => living.describe()),
      ...this.inspections.flatMap((inspect) => inspect()),
    ];
  }
}

function schedulerOf({ cold }: RunHelpers): VirtualScheduler {
  const probe: unknown = cold('');
  if (!(probe instanceof Observable)) throw new TwoCopiesError('This TestScheduler');
  return (probe as unknown as { scheduler: VirtualScheduler }).scheduler;
}

/**
 * Refuses what is an Observable, but not of the copy of rxjs that this run makes virtual.
 *
 * @throws TwoCopiesError
 */
export function requireOurs(observable: unknown): void {
  if (isForeign(observable)) throw new TwoCopiesError('This Observable');
}

/** Whether it is an Observable of another copy of rxjs. */
export function isForeign(value: unknown): boolean {
  if (value instanceof Observable || typeof value !== 'object' || value === null) return false;
  return 'subscribe' in value && 'pipe' in value;
}
