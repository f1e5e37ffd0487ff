import { defer, merge, Observable, Subject, tap, throwError, type SchedulerLike } from 'rxjs';
import type { ConnectionInfo } from '../message/connection.ts';
import { ClientClosedError } from '../message/errors.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { connectTimeout } from '../operators/connect-timeout.ts';
import { Permits, type PermitsOptions } from '../operators/with-permit.ts';
import { Queue } from '../transport/queue.ts';
import type { ConnectNotification, Transport } from '../transport/transport.ts';
import { Readers } from '../wire/readers.ts';
import { ResponseReader, type ResponseReaderOptions } from '../wire/response-reader.ts';
import { ClientConnection, type ConnectionOwner } from './client-connection.ts';
import { ConnectBackoff, type ConnectDelay } from './connect-backoff.ts';
import { IdleConnections } from './idle-connections.ts';
import { parseKeepAlive } from './keep-alive.ts';
import {
  connectionClose,
  connectionError,
  connectionOpen,
  poolChange,
  type ConnectionErrorMessage,
  type ConnectionMessage,
  type PoolMessage,
} from './diagnostics.ts';
import type { Origin } from './origin.ts';
import { OriginPool, type Project } from './origin-pool.ts';
import type { PoolStats } from './pool-stats.ts';
import type { Stopwatch } from './timings.ts';

/** The limits of a pool, and what its connections are made of. Times are ms. */
export interface ClientPoolOptions
  extends
    ResponseReaderOptions,
    Omit<ConnectionOwner, 'readers' | 'origin' | 'onIdle' | 'onTaken' | 'onGone'> {
  readonly transport: Transport;
  readonly scheduler: SchedulerLike;
  readonly maxConnectionsPerOrigin: number;
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly acquireTimeout: number | null;
  readonly connectTimeout: number | null;
  readonly connectBackoff: ConnectDelay | null;
  readonly idleTimeout: number | null;
  readonly keepAliveMargin: number;
  readonly maxConnectionAge: number | null;
}

const publish = (channel: typeof connectionOpen, origin: string, connection: ConnectionInfo): void =>
  channel.publish({ origin, connection } satisfies ConnectionMessage);

const tellError =
  ({ serialized: origin }: Origin) =>
  (error: unknown): void =>
    connectionError.publish({ origin, error } satisfies ConnectionErrorMessage);

/** All connections that a client has or wants, by origin; an origin with neither has no entry. */
export class ClientPool {
  private readonly options: ClientPoolOptions;
  private readonly kept: IdleConnections;
  private readonly origins = new Map<string, OriginPool>();
  private readonly readers: Readers<ResponseReader>;
  private readonly waiting: PermitsOptions;
  private readonly allPermits: Permits | undefined;
  /** Idle connections of this client, the one that has been so for longest first. */
  private readonly idle = new Queue<ClientConnection>();
  private readonly changes = new Subject<void>();
  private readonly backoff: ConnectBackoff | undefined;
  private isClosed = false;

  constructor(options: ClientPoolOptions) {
    this.options = options;
    this.readers = new Readers(() => new ResponseReader(options));
    this.kept = IdleConnections.of(options.transport, options.scheduler);
    const { maxConnections, acquireTimeout, scheduler, connectBackoff } = options;
    this.backoff = connectBackoff === null ? undefined : new ConnectBackoff(connectBackoff, scheduler);
    this.waiting = { acquireTimeout, scheduler };
    this.allPermits = maxConnections === Infinity ? undefined : new Permits(maxConnections, this.waiting);
  }

  /** Emits at once, and again whenever something has changed. */
  readonly stats = new Observable<ReadonlyMap<string, PoolStats>>((subscriber) => {
    const tell = (): void => subscriber.next(this.snapshot());
    tell();
    return this.changes.subscribe(tell);
  });

  /** Closes what is idle, refuses what is new, and completes when all that was begun has ended. */
  readonly close: Observable<never> = defer(() => {
    this.isClosed = true;
    while (this.idle.first !== undefined) this.idle.first.item.close();
    return new Observable<never>((subscriber) => {
      const check = (): void => {
        if (this.origins.size === 0) subscriber.complete();
      };
      subscriber.add(this.changes.subscribe(check));
      check();
    });
  });

  /**
   * Runs `project` on a connection to the origin, when the limits allow one.
   *
   * @param isReplay - whether it was run already on a connection that proved dead: only a new one will do, and at once
   */
  run(
    origin: Origin,
    project: Project<ResponseNotification>,
    isReplay: boolean,
    stopwatch?: Stopwatch,
  ): Observable<ResponseNotification> {
    if (this.isClosed) return throwError(() => new ClientClosedError());
    return this.poolOf(origin).run(project, isReplay, stopwatch);
  }

  /** Opens connections until there are so many, or as many as the limits allow, and keeps them. */
  warm(origin: Origin, count: number): Observable<never> {
    return new Observable((subscriber) => {
      if (this.isClosed) {
        subscriber.error(new ClientClosedError());
        return;
      }
      const pool = this.poolOf(origin);
      const { maxConnectionsPerOrigin, maxConnections } = this.options;
      const missing = Math.min(count, maxConnectionsPerOrigin) - pool.connections;
      const room = maxConnections - (this.allPermits?.active ?? 0) - this.idle.size;
      const opened = Array.from({ length: Math.max(0, Math.min(missing, room)) }, () =>
        pool.run((connection) => connection.keep(), true),
      );
      subscriber.add(merge(...opened).subscribe(subscriber));
      if (pool.isEmpty) this.origins.delete(origin.serialized);
    });
  }

  private poolOf(origin: Origin): OriginPool {
    const { serialized } = origin;
    const known = this.origins.get(serialized);
    if (known !== undefined) return known;

    const onChange = (): void => {
      this.change(serialized, pool);
    };
    const owner: ConnectionOwner = {
      ...this.options,
      readers: this.readers,
      origin: serialized,
      onIdle: (connection) => this.keep(connection, pool),
      onTaken: (connection) => {
        pool.idle--;
        this.idle.delete(connection.turn);
        onChange();
      },
      onGone: (connection) => {
        // The timer that was set when it was idle last is not wanted any more, even if it has been in use since.
        this.kept.delete(connection);
        if (connectionClose.hasSubscribers) publish(connectionClose, serialized, connection.info);
      },
    };
    const pool = new OriginPool({
      permits: new Permits(this.options.maxConnectionsPerOrigin, {
        ...this.waiting,
        onChange,
        onRelease: () => pool.dropOrphans(),
      }),
      allPermits: this.allPermits,
      maxPending: this.options.maxPending,
      scheduler: this.options.scheduler,
      takeIdle: () => this.kept.take(serialized)?.ownedBy(owner),
      connect: () => this.connect(origin),
      adopt: ({ connection, forProxy }) => {
        if (connectionOpen.hasSubscribers) publish(connectionOpen, serialized, connection.info);
        return new ClientConnection(connection, owner, forProxy);
      },
      makeRoom: () => this.makeRoom(),
      onChange,
    });
    this.origins.set(serialized, pool);
    return pool;
  }

  private connect(origin: Origin): Observable<ConnectNotification> {
    const { transport, connectTimeout: timeout, scheduler } = this.options;
    const phases = transport.connect(origin);
    const timely = timeout === null ? phases : phases.pipe(connectTimeout(timeout, scheduler));
    const told = connectionError.hasSubscribers ? timely.pipe(tap({ error: tellError(origin) })) : timely;
    return this.backoff === undefined ? told : this.backoff.apply(origin.serialized, told);
  }

  /** Keeps a connection whose exchange is over, or closes it if it would not be used again. */
  private keep(connection: ClientConnection, pool: OriginPool): void {
    const timeout = this.isClosed ? 0 : this.keepFor(connection);
    if (timeout <= 0) {
      connection.close();
      return;
    }
    pool.idle++;
    this.idle.push(connection.turn);
    this.kept.put(connection, timeout === Infinity ? null : timeout);
  }

  /** For how many ms: not longer than the server says that it will, less a margin for what is on its way then. */
  private keepFor(connection: ClientConnection): number {
    const { idleTimeout, maxConnectionAge, keepAliveMargin, scheduler } = this.options;
    let bound = idleTimeout ?? Infinity;
    if (maxConnectionAge !== null) {
      bound = Math.min(bound, connection.openedAt + maxConnectionAge - scheduler.now());
    }
    if (connection.keepAlive !== undefined) {
      const { timeout, max } = parseKeepAlive(connection.keepAlive);
      if (max === 0) return 0;
      // Half of a hint that is shorter than the margin is still worth keeping.
      if (timeout !== undefined) bound = Math.min(bound, Math.max(timeout - keepAliveMargin, timeout / 2));
    }
    return bound;
  }

  /** Four times an exchange something changes, and seldom is there anybody to hear of it. */
  private change(origin: string, pool: OriginPool): void {
    if (pool.isEmpty) this.origins.delete(origin);
    if (this.changes.observed) this.changes.next();
    if (!poolChange.hasSubscribers) return;
    const { active, connecting, idle, pending } = pool;
    poolChange.publish({ origin, active, connecting, idle, pending } satisfies PoolMessage);
  }

  private makeRoom(): void {
    if (this.allPermits === undefined) return;
    for (let place = this.idle.first; place !== undefined; place = this.idle.first) {
      if (this.allPermits.active + this.idle.size <= this.options.maxConnections) return;
      place.item.close();
    }
  }

  private snapshot(): ReadonlyMap<string, PoolStats> {
    const stats = new Map<string, PoolStats>();
    for (const [serialized, { active, connecting, idle, pending }] of this.origins) {
      stats.set(serialized, { active, connecting, idle, pending });
    }
    return stats;
  }
}
