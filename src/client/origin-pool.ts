import { Observable, type Subscriber } from 'rxjs';
import type { Permits } from '../operators/with-permit.ts';
import { captureContext } from '../transport/context.ts';
import type { Connection, ConnectNotification } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';
import { Connecting } from './connecting.ts';

/** Where an origin pool gets connections from. */
export interface OriginPoolOptions {
  /** For how many connections may be made or carry an exchange at once. */
  readonly permits: Permits;
  /** The same for all origins of the client, if that is limited. */
  readonly allPermits: Permits | undefined;
  /** An idle connection, if there is one. */
  readonly takeIdle: () => ClientConnection | undefined;
  /** Makes a connection. */
  readonly connect: () => Observable<ConnectNotification>;
  /** Makes a client connection of an open one. */
  readonly adopt: (connection: Connection) => ClientConnection;
  /** Closes idle connections to other origins, if there would be too many with one more. */
  readonly makeRoom: () => void;
  /** Is told when a connection begins or ceases to be made. */
  readonly onChange: () => void;
}

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
   * @param isNew - whether only a new connection will do
   */
  run<T>(project: (connection: ClientConnection) => Observable<T>, isNew: boolean): Observable<T> {
    return new Observable((subscriber) => {
      // One that waits is let go on by the exchange that ends, and must not run in its context.
      const context = captureContext();
      const lease = (): void => context.runInAsyncScope(() => this.lease(subscriber, project, isNew));
      this.permits.take(subscriber, () => {
        if (this.options.allPermits === undefined) lease();
        else this.queue(subscriber, this.options.allPermits, lease);
      });
    });
  }

  /** Gives up the attempts that none of those who waited has taken over. */
  dropOrphans(): void {
    const { orphans } = this;
    if (orphans.length === 0) return;
    this.orphans = [];
    for (const orphan of orphans) orphan.stop();
  }

  private queue(subscriber: Subscriber<unknown>, allPermits: Permits, lease: () => void): void {
    let isQueued = true;
    const leave = (): void => {
      if (isQueued) this.queued--;
      isQueued = false;
    };
    this.queued++;
    subscriber.add(leave);
    allPermits.take(subscriber, () => {
      leave();
      lease();
    });
  }

  private lease<T>(
    subscriber: Subscriber<T>,
    project: (connection: ClientConnection) => Observable<T>,
    isNew: boolean,
  ): void {
    const idle = isNew ? undefined : this.options.takeIdle();
    if (idle === undefined) this.connect(subscriber, project);
    else project(idle).subscribe(subscriber);
  }

  private connect<T>(
    subscriber: Subscriber<T>,
    project: (connection: ClientConnection) => Observable<T>,
  ): void {
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
    connecting.startFor(
      {
        next: (connection) => {
          this.count(-1);
          project(this.options.adopt(connection)).subscribe(subscriber);
        },
        error: (error) => {
          this.count(-1);
          subscriber.error(error);
        },
      },
      this.options.connect,
    );
  }

  private count(change: number): void {
    this.connecting += change;
    this.options.onChange();
  }
}
