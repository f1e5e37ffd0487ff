import { Observable, Subscription, type SchedulerLike, type Subscriber } from 'rxjs';
import { PoolFullError } from '../message/errors.ts';
import type { Permits } from '../operators/with-permit.ts';
import { captureContext, type Context } from '../transport/context.ts';
import type { ConnectNotification, EstablishedConnection } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';
import { Connecting } from './connecting.ts';
import type { Stopwatch } from './timings.ts';

/** Where an origin pool gets connections from. */
export interface OriginPoolOptions {
  /** For how many connections may be made or carry an exchange at once. */
  readonly permits: Permits;
  /** The same for all origins of the client, if that is limited. */
  readonly allPermits: Permits | undefined;
  /** How many exchanges may wait for either. */
  readonly maxPending: number;
  readonly scheduler: SchedulerLike;
  /** An idle connection, if there is one. */
  readonly takeIdle: () => ClientConnection | undefined;
  /** Makes a connection. */
  readonly connect: () => Observable<ConnectNotification>;
  /** Makes a client connection of an open one. */
  readonly adopt: (established: EstablishedConnection) => ClientConnection;
  /** Closes idle connections to other origins, if there would be too many with one more. */
  readonly makeRoom: () => void;
  /** Is told when a connection begins or ceases to be made. */
  readonly onChange: () => void;
}

/** What is run on a connection, and the context of whoever asked for it. */
export type Project<T> = (connection: ClientConnection, context: Context) => Observable<T>;

/** Who wants a connection, and what for. */
interface Claim<T> {
  readonly subscriber: Subscriber<T>;
  readonly project: Project<T>;
  readonly isReplay: boolean;
  /** Where it was subscribed to. */
  readonly context: Context;
  readonly stopwatch: Stopwatch | undefined;
}

/** What is over when a phase is reached. */
const TIMED = { resolved: 'dns', connected: 'connect', tunnelled: 'tunnel', secured: 'tls' } as const;

/**
 * The connections of a client to one origin. It does not hand them out: it runs something on one, until that ends or is
 * unsubscribed. So there is nothing to give back, and nothing to forget.
 */
export class OriginPool {
  readonly permits: Permits;
  /** Connections that are being made. */
  connecting = 0;
  /** Connections that this client keeps. */
  idle = 0;

  /** Exchanges that this origin's limit allows a connection, and that of all origins does not yet. */
  private queued = 0;
  private readonly options: OriginPoolOptions;
  /** Attempts whose exchange was unsubscribed while others waited: for the next of those, or for nobody. */
  private orphans: Connecting[] = [];

  constructor(options: OriginPoolOptions) {
    this.options = options;
    this.permits = options.permits;
  }

  /** Connections that carry an exchange. */
  get active(): number {
    return this.permits.active - this.connecting - this.queued;
  }

  /** Connections that there are, or will be. */
  get connections(): number {
    return this.permits.active + this.idle;
  }

  /** Exchanges that wait for a connection. */
  get pending(): number {
    return this.permits.pending + this.queued;
  }

  get isEmpty(): boolean {
    return this.permits.active === 0 && this.permits.pending === 0 && this.idle === 0;
  }

  /**
   * Runs `project` on an idle connection, else on a new one, as soon as the limits allow, in the order of the calls.
   *
   * @param isReplay - whether it was run already on a connection that proved dead: only a new one will do, and at once
   * @param stopwatch - takes the time until there is a connection, by its phases
   */
  run<T>(project: Project<T>, isReplay: boolean, stopwatch?: Stopwatch): Observable<T> {
    return new Observable((subscriber) => {
      const { permits, options } = this;
      const { allPermits, maxPending, scheduler } = options;
      if (!isReplay && this.pending >= maxPending && !this.isFree) {
        subscriber.error(new PoolFullError(`${String(maxPending)} are waiting`));
        return;
      }
      // One that waits is let go on by the exchange that ends, and must not run in its context.
      const context = captureContext();
      const claim: Claim<T> = { subscriber, project, isReplay, context, stopwatch };
      const start = (): void => this.lease(claim);
      const lease = (): void => context.runInAsyncScope(start);
      if (allPermits === undefined) {
        permits.take(subscriber, lease, isReplay);
      } else {
        const since = scheduler.now();
        const queue = (): void => this.queue(subscriber, allPermits, lease, isReplay, since);
        permits.take(subscriber, queue, isReplay, since);
      }
    });
  }

  /** Whether who comes now has a connection at once, or as soon as the exchange that ends right now is over. */
  private get isFree(): boolean {
    if (this.idle > 0) return true;
    return this.permits.isFree && this.options.allPermits?.isFree !== false;
  }

  /** Gives up the attempts that none of those who waited has taken over. */
  dropOrphans(): void {
    const { orphans } = this;
    if (orphans.length === 0) return;
    this.orphans = [];
    for (const orphan of orphans) orphan.stop();
  }

  private queue(
    subscriber: Subscriber<unknown>,
    allPermits: Permits,
    lease: () => void,
    isReplay: boolean,
    since: number,
  ): void {
    let isQueued = true;
    const leave = (): void => {
      if (isQueued) this.queued--;
      isQueued = false;
    };
    this.queued++;
    subscriber.add(leave);
    const start = (): void => {
      leave();
      lease();
    };
    allPermits.take(subscriber, start, isReplay, since);
  }

  private lease<T>(claim: Claim<T>): void {
    claim.stopwatch?.spend('queue');
    const idle = claim.isReplay ? undefined : this.options.takeIdle();
    if (idle === undefined) this.connect(claim);
    else claim.project(idle, claim.context).subscribe(claim.subscriber);
  }

  private connect<T>({ subscriber, project, context, stopwatch }: Claim<T>): void {
    const connecting = this.orphans.pop() ?? new Connecting();
    this.count(1);
    this.options.makeRoom();
    subscriber.add(() => {
      if (!connecting.isPending) return;
      this.count(-1);
      connecting.leave();
      if (this.permits.pending > 0) this.orphans.push(connecting);
      else connecting.stop();
    });
    if (subscriber.closed) return;
    // Torn down before the permit is given back, which has been added to the subscriber by the time there is a connection:
    // who gets the permit next must not find this connection still open.
    const carried = new Subscription();
    subscriber.add(carried);
    const begin = (established: EstablishedConnection): void => {
      this.count(-1);
      const connection = this.options.adopt(established);
      // Who is told of it may have unsubscribed the exchange.
      if (carried.closed) {
        connection.close();
        return;
      }
      carried.add(
        project(connection, context).subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    };
    const fail = (error: unknown): void => {
      this.count(-1);
      subscriber.error(error);
    };
    // What was begun for another goes on where that was subscribed to.
    connecting.startFor(
      {
        next: (established) => context.runInAsyncScope(begin, undefined, established),
        error: (error) => context.runInAsyncScope(fail, undefined, error),
        reached: (phase) => stopwatch?.spend(TIMED[phase]),
      },
      this.options.connect,
    );
  }

  private count(change: number): void {
    this.connecting += change;
    this.options.onChange();
  }
}
