import { distinctUntilChanged, filter, map, Observable, ReplaySubject, take } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { HeaderList } from '../message/headers.ts';
import type { HttpVersion } from '../message/notifications.ts';
import type { Connection } from '../transport/transport.ts';
import { RequestReader } from '../wire/request-reader.ts';
import { compare } from './compare.ts';
import type { LinkEnd } from './link.ts';
import { unnoticed } from './call-site.ts';
import { LeakError } from './test-errors.ts';
import type { Cause, Living, TestRun } from './test-run.ts';

/** What happened to a connection of a network. */
export interface ConnectionEvent {
  /**
   * `opening` when it is asked for, `connected` when its client has it, `reused` when it carries another request than its
   * first, `closed` when its client has let go of it, connected or not.
   */
  readonly type: 'opening' | 'connected' | 'reused' | 'closed';
  /** As the scripts name it, such as `http://origin:8080`. */
  readonly origin: string;
  /** Of the connections to this origin, from 1. */
  readonly connection: number;
}

/** A request that has arrived whole. */
export interface ReceivedRequest {
  readonly method: string;
  /** The request-target as it was sent, such as `/path?query`. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  readonly trailers: HeaderList;
  /** The content as latin1, without its framing. */
  readonly content: string;
  /** All octets of it as latin1, as they were sent. */
  readonly octets: string;
  readonly origin: string;
  /** Of the connections to this origin, from 1. */
  readonly connection: number;
  /** Of the requests on this connection, from 1. */
  readonly position: number;
}

/** What comes of an expectation. */
export interface Expected {
  toBe(marbles: string, values?: Readonly<Record<string, unknown>>): void;
}

/** How many connections and exchanges a client has with an origin. */
export interface PoolStats {
  readonly active: number;
  readonly connecting: number;
  readonly idle: number;
  readonly pending: number;
}

/** Who tells how many there are, by authority. */
export interface Pooled {
  readonly stats: Observable<ReadonlyMap<string, PoolStats>>;
}

/** What a diagram shows of something that happened; what it makes `undefined` of is left out. */
export type Projection<T> = (value: T) => unknown;

/** What can be expected of a network; each expectation is compared at the end of the run. */
export interface NetworkExpectations {
  /**
   * The requests as they arrive whole: by default as `GET /path`.
   *
   * @param origin - only those to it; left out, all
   */
  readonly expectRequests: (
    origin?: string | Projection<ReceivedRequest>,
    project?: Projection<ReceivedRequest>,
  ) => Expected;
  /**
   * What happens to the connections: by default `o` opening, `c` connected, `r` reused, `x` closed.
   *
   * @param origin - only those to it; left out, all
   */
  readonly expectConnections: (
    origin?: string | Projection<ConnectionEvent>,
    project?: Projection<ConnectionEvent>,
  ) => Expected;
  /**
   * The state of a client's pool at the end of each frame that has changed it, by default as `a1 c0 i0 p2` (active, connecting, idle, pending), with the authority
   * before it where there are several; empty when there is none.
   */
  readonly expectPool: (client: Pooled, project?: Projection<ReadonlyMap<string, PoolStats>>) => Expected;
  /**
   * Runs to the end and fails if anything is left behind. An HttpTestScheduler does so by itself, and looks for timers too.
   *
   * @throws LeakError
   */
  readonly expectNoLeaks: () => void;
}

const LETTERS: Readonly<Record<ConnectionEvent['type'], string>> = {
  opening: 'o',
  connected: 'c',
  reused: 'r',
  closed: 'x',
};

/** What happens in a network, in order. */
export class NetworkLog implements NetworkExpectations {
  readonly run: TestRun;

  private readonly helpers: RunHelpers;
  private readonly events = new ReplaySubject<ConnectionEvent>(Infinity);
  private readonly requests = new ReplaySubject<ReceivedRequest>(Infinity);
  private readonly opened = new Map<string, LoggedConnection[]>();

  constructor(run: TestRun, helpers: RunHelpers) {
    this.run = run;
    this.helpers = helpers;
  }

  /** Enters a connection that is asked for. */
  open(origin: string): LoggedConnection {
    const opened = this.opened.get(origin) ?? [];
    this.opened.set(origin, opened);
    const number = opened.length + 1;
    const logged = new LoggedConnection(
      this.run,
      origin,
      number,
      (type) => this.events.next({ type, origin, connection: number }),
      (request) => this.requests.next(request),
    );
    opened.push(logged);
    return logged;
  }

  /** What became of a connection. */
  story(origin: string, number: number): string {
    return this.opened.get(origin)?.[number - 1]?.describe() ?? '';
  }

  readonly expectRequests: NetworkExpectations['expectRequests'] = (...args) =>
    this.expect(this.requests, args, ({ method, target }) => `${method} ${target}`);

  readonly expectConnections: NetworkExpectations['expectConnections'] = (...args) =>
    this.expect(this.events, args, ({ type }) => LETTERS[type]);

  readonly expectPool = (
    client: Pooled,
    project: Projection<ReadonlyMap<string, PoolStats>> = shownPool,
  ): Expected => {
    this.run.inspections.push(() => waitersOf(client));
    return unnoticed(() => this.helpers.expectObservable(settled(this.run, client.stats.pipe(map(project)))));
  };

  readonly expectNoLeaks = (): void => {
    this.helpers.flush();
    const leaks = this.run.leaks();
    if (leaks.length > 0) throw new LeakError(leaks);
  };

  private expect<T extends { readonly origin: string }>(
    source: Observable<T>,
    args: readonly (string | Projection<T> | undefined)[],
    usual: Projection<T>,
  ): Expected {
    const origin = args.find((arg) => typeof arg === 'string');
    const project = args.find((arg) => typeof arg === 'function') ?? usual;
    const shown = source.pipe(
      filter((value) => origin === undefined || value.origin === origin),
      map((value) => project(value)),
      filter((value) => value !== undefined),
    );
    return unnoticed(() => this.helpers.expectObservable(shown));
  }
}

function shownPool(stats: ReadonlyMap<string, PoolStats>): string {
  const shown = Array.from(stats, ([authority, { active, connecting, idle, pending }]) => {
    const counts = `a${String(active)} c${String(connecting)} i${String(idle)} p${String(pending)}`;
    return stats.size === 1 ? counts : `${authority} ${counts}`;
  });
  return shown.join(', ');
}

/** What a source says last in each frame, if that is another than before. */
function settled<T>(run: TestRun, source: Observable<T>): Observable<T> {
  const last = new Observable<T>((subscriber) => {
    let latest: T;
    const emit = (): void => subscriber.next(latest);
    return source.subscribe((value) => {
      latest = value;
      run.settle(emit);
    });
  });
  return last.pipe(distinctUntilChanged((before, after) => compare(after, before) === undefined));
}

/** Who waits at the end of a run waits for ever. */
function waitersOf(client: Pooled): string[] {
  const waiters: string[] = [];
  client.stats.pipe(take(1)).subscribe((stats) => {
    for (const [authority, { pending }] of stats) {
      if (pending > 0) waiters.push(`${String(pending)} waiting for a connection to ${authority}`);
    }
  });
  return waiters;
}

/** Is told of the parts of requests as they arrive. */
interface RequestListener {
  onStart?(method: string, target: string): void;
  onDone?(request: ReceivedRequest): void;
  /** What arrived is no request. */
  onFault?(error: unknown): void;
}

/** Far more than a test sends; the code under test has limits of its own. */
const LIMITS = { startLine: 1_048_576, fieldSection: 16_777_216, fields: 100_000 };

/** One connection of a network, from when it is asked for to when its client has let go of it. */
export class LoggedConnection implements Living {
  readonly origin: string;
  readonly number: number;

  private readonly run: TestRun;
  private readonly cause: Cause;
  private readonly emit: (type: ConnectionEvent['type']) => void;
  private readonly receive: (request: ReceivedRequest) => void;
  private client: LinkEnd | undefined;
  private first: string | undefined;
  private last: string | undefined;
  private requests = 0;

  constructor(
    run: TestRun,
    origin: string,
    number: number,
    emit: (type: ConnectionEvent['type']) => void,
    receive: (request: ReceivedRequest) => void,
  ) {
    this.run = run;
    this.cause = run.cause;
    this.origin = origin;
    this.number = number;
    this.emit = emit;
    this.receive = receive;
    run.begin(this);
    emit('opening');
  }

  /** The client is about to have it. */
  connect(client: LinkEnd): void {
    this.client = client;
    this.emit('connected');
    client.closed.subscribe(() => this.close());
  }

  /** The attempt failed or was given up, or the client has let go of the connection. */
  close(): void {
    if (!this.run.living.has(this)) return;
    this.emit('closed');
    this.run.end(this);
  }

  /** Follows the requests that arrive at the server's end. */
  follow(server: Connection, listener: RequestListener = {}): void {
    const reader = new RequestReader({ limits: LIMITS });
    let octets = '';
    let line: { method: string; target: string; version: HttpVersion; headers: HeaderList } | undefined;
    let content = '';
    reader.next();
    const step = (): boolean => {
      const notification = reader.read();
      switch (notification?.type) {
        case undefined:
          return false;
        case 'request_start': {
          const { method, uri: target, version, headers } = notification;
          line = { method, target, version, headers };
          this.begin(method, target);
          listener.onStart?.(method, target);
          return true;
        }
        case 'request_body':
          content += textOf(notification.chunk);
          return true;
        case 'request_done': {
          const length = octets.length - reader.buffered;
          const { origin, number: connection, requests: position } = this;
          const request: ReceivedRequest = {
            ...line!,
            trailers: notification.trailers,
            content,
            octets: octets.slice(0, length),
            origin,
            connection,
            position,
          };
          octets = octets.slice(length);
          content = '';
          reader.next();
          this.receive(request);
          listener.onDone?.(request);
          return true;
        }
      }
    };
    const reading = server.read.subscribe({
      next: (lent) => {
        this.run.onSignOfLife();
        octets += textOf(lent);
        try {
          reader.push(lent);
          while (step());
          reader.keep();
        } catch (error) {
          reading.unsubscribe();
          listener.onFault?.(error);
        }
      },
      // What a broken connection means is for its owner to say.
      error: () => {},
    });
  }

  describe(): string {
    const { origin, number, first, last, client } = this;
    const opener = this.cause.label ?? first;
    const parts = [`connection ${String(number)} to ${origin}, ${this.state}`];
    if (opener !== undefined) parts.push(`opened by ${opener}`);
    if (last !== undefined && last !== opener) parts.push(`last used by ${last}`);
    const holds = client?.heldBy ?? 0;
    if (holds > 0)
      parts.push(`reading stopped by ${String(holds)} hold${holds === 1 ? '' : 's'} not released`);
    return parts.join(', ');
  }

  get isConnected(): boolean {
    return this.client !== undefined;
  }

  private get state(): string {
    if (!this.run.living.has(this)) return 'closed';
    return this.isConnected ? 'still open' : 'not yet connected';
  }

  private begin(method: string, target: string): void {
    const label = `${method} ${this.origin}${target}`;
    this.first ??= label;
    this.last = label;
    if (this.run.cause !== this.run.root) this.run.cause.label ??= label;
    if (++this.requests > 1) this.emit('reused');
  }
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
