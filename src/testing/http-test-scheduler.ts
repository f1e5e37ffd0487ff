import { Observable, type SchedulerAction, type Subscription } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { ResponseNotification } from '../message/notifications.ts';
import { ActionWatch } from './action-watch.ts';
import { CallSite, isNoticed, unnoticed } from './call-site.ts';
import { expectExchange, type ExpectedExchange } from './expect-exchange.ts';
import { fakeExchange, type Answer, type FakeExchange, type MatchedAnswer } from './fake-exchange.ts';
import type { LinkOptions } from './link.ts';
import { linkNetwork, type LinkNetwork } from './link-network.ts';
import { assertExchange } from './assert-exchange.ts';
import {
  scriptedClients,
  type ClientScript,
  type ClientsOptions,
  type ScriptedClients,
} from './scripted-clients.ts';
import {
  scriptedNetwork,
  type NetworkOptions,
  type NetworkScript,
  type ScriptedNetwork,
} from './scripted-network.ts';
import { LeakError, MismatchError, OutsideRunError } from './test-errors.ts';
import { requireOurs, TestRun } from './test-run.ts';

/** What `TestScheduler.run` gives to its work, and what exchanges need besides. */
export interface HttpRunHelpers extends RunHelpers {
  /** A network whose servers follow a script: see {@link scriptedNetwork}. */
  readonly network: (script: NetworkScript, options?: NetworkOptions) => ScriptedNetwork;
  /** Clients that follow a script, for a server: see {@link scriptedClients}. */
  readonly clients: (
    clients: readonly (string | ClientScript)[],
    options?: ClientsOptions,
  ) => ScriptedClients;
  /** A network in memory, for a client and a server that are both tested: see {@link linkNetwork}. */
  readonly link: (options?: LinkOptions) => LinkNetwork;
  /** An exchange that follows a script: see {@link fakeExchange}. */
  readonly fakeExchange: (answers: readonly (Answer | MatchedAnswer)[]) => FakeExchange;
  /** Expects of an exchange what comes when: see {@link expectExchange}. */
  readonly expectExchange: (
    exchange: Observable<ResponseNotification>,
    subscription?: string,
  ) => ExpectedExchange;
  /** Does something in a frame, as part of the test: the leak check does not ask what it is for. */
  readonly at: (frame: number, work: () => void) => void;
}

/** How a run is watched. */
export interface HttpTestSchedulerOptions {
  /**
   * Compares what came with what was expected, and throws if they differ.
   *
   * @defaultValue {@link assertExchange}, in any test runner
   */
  readonly assert?: ((actual: unknown, expected: unknown) => void) | undefined;
  /**
   * Scheduled actions at which a run is taken for endless.
   *
   * @defaultValue 5000000
   */
  readonly maxActions?: number | undefined;
}

/**
 * A TestScheduler for exchanges. Its `run` gives the tools for them, compares what matters of them, and at its end fails
 * if anything is left: an exchange that is not over, a connection that is open, an exchange that waits, a reading that is
 * held, a timer that nobody needed any more, an answer that nobody asked for.
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run(({ network, expectExchange }) => {
 *   const { transport } = network({
 *     'http://origin': { reply: '--h-b', values: { h: head(200, [['Content-Length', '3']]), b: 'abc' } },
 *   });
 *   const client = new HttpClient({ transport });
 *   expectExchange(client.exchange({ method: 'GET', uri: 'http://origin/', headers: [] }))
 *     .toBe('--s-(bd|)', { s: 200, b: 'abc' });
 * });
 * ```
 */
export class HttpTestScheduler extends TestScheduler {
  private readonly maxActions: number;
  private current: TestRun | undefined;
  private watch: ActionWatch | undefined;
  /** Where each expectation stands, by what it records. */
  private readonly sites = new WeakMap<object, CallSite>();

  constructor({ assert, maxActions = 5_000_000 }: HttpTestSchedulerOptions = {}) {
    super(assert ?? assertExchange);
    this.maxActions = maxActions;
    if (assert === undefined) this.assertDeepEqual = (actual, expected) => this.compare(actual, expected);
  }

  /**
   * Runs the work on virtual time, to its end.
   *
   * @throws TestKitError
   */
  override run<T>(work: (helpers: HttpRunHelpers) => T): T {
    try {
      return super.run((helpers) => {
        const run = new TestRun(this);
        this.current = run;
        this.watch = new ActionWatch(run, this.maxActions);
        const result = work(this.equip(run, helpers));
        if (isThenable(result)) {
          throw new OutsideRunError(
            'the work of a run returned a promise: what stands behind its first `await` happens outside of the run',
          );
        }
        this.finish(run);
        return result;
      });
    } finally {
      if (this.current !== undefined) this.current.isOver = true;
      this.current = undefined;
      this.watch = undefined;
    }
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    return super.schedule(this.watch?.watched(work, delay) ?? work, delay, state);
  }

  override expectObservable<T>(
    observable: Observable<T>,
    subscription: string | null = null,
  ): ReturnType<typeof TestScheduler.prototype.expectObservable<T>> {
    requireOurs(observable);
    const { watch } = this;
    const followed = watch === undefined || !isNoticed() ? observable : followedBy(watch, observable);
    const expectation = unnoticed(() => super.expectObservable(followed, subscription));
    this.remember(new CallSite());
    return {
      toBe: (...args) => expectation.toBe(...args),
      toEqual: (other) => unnoticed(() => expectation.toEqual(other)),
    };
  }

  override expectSubscriptions(
    ...args: Parameters<TestScheduler['expectSubscriptions']>
  ): ReturnType<TestScheduler['expectSubscriptions']> {
    const expectation = super.expectSubscriptions(...args);
    this.remember(new CallSite());
    return expectation;
  }

  /** What a cold observable of the test says is said by the test, whoever subscribes to it. */
  override createColdObservable<T = string>(
    ...args: Parameters<TestScheduler['createColdObservable']>
  ): ReturnType<typeof TestScheduler.prototype.createColdObservable<T>> {
    const cold = super.createColdObservable<T>(...(args as [string, Record<string, T>?, unknown?]));
    const scheduleMessages = cold.scheduleMessages.bind(cold);
    cold.scheduleMessages = (subscriber) => unnoticed(() => scheduleMessages(subscriber));
    return cold;
  }

  override flush(): void {
    // Marked as internal, and the only way to tell what the test itself has scheduled.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    for (const hot of this.hotObservables.splice(0)) unnoticed(() => hot.setup());
    super.flush();
  }

  private equip(run: TestRun, helpers: RunHelpers): HttpRunHelpers {
    const equipped: HttpRunHelpers = {
      ...helpers,
      network: (script, options) => scriptedNetwork(equipped, script, options),
      clients: (clients, options) => scriptedClients(equipped, clients, options),
      link: (options) => linkNetwork(equipped, options),
      fakeExchange: (answers) => fakeExchange(equipped, answers),
      expectExchange: (exchange, subscription) => expectExchange(equipped, exchange, subscription),
      at: (frame, work) => void run.schedule(work, frame - run.now),
    };
    run.adopt(helpers);
    run.adopt(equipped);
    return equipped;
  }

  private finish(run: TestRun): void {
    this.flush();
    for (const fault of run.faults) throw fault;
    for (const end of run.endings) end();
    const leaks = run.leaks();
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  /** Says of a difference where it was expected otherwise, and what is left behind: the one may be why of the other. */
  private compare(actual: unknown, expected: unknown): void {
    try {
      assertExchange(actual, expected);
    } catch (error) {
      const site = this.sites.get(actual as object)?.shown(2);
      const leaks = this.current?.leaks() ?? [];
      const where = site === undefined ? '' : `\n  expected at ${site}`;
      const left =
        leaks.length === 0 ? '' : `\nand left behind:\n${leaks.map((leak) => `  - ${leak}`).join('\n')}`;
      throw new MismatchError(`${(error as Error).message}${where}${left}`);
    }
  }

  /** RxJS keeps what it records to itself: where its name should change, a difference is told without its place. */
  private remember(site: CallSite): void {
    const tests = (this as unknown as { flushTests?: { actual?: object }[] }).flushTests;
    const actual = tests?.at(-1)?.actual;
    if (actual !== undefined) this.sites.set(actual, site);
  }
}

function followedBy<T>(watch: ActionWatch, observable: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    watch.see();
    return observable.subscribe({
      next: (value) => {
        watch.see();
        subscriber.next(value);
      },
      error: (error: unknown) => {
        watch.see();
        subscriber.error(error);
      },
      complete: () => {
        watch.see();
        subscriber.complete();
      },
    });
  });
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
