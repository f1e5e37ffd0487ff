import { distinctUntilChanged, filter, map, Observable, ReplaySubject, take } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { compare } from './compare.ts';
import { LoggedConnection, type ConnectionEvent, type ReceivedRequest } from './logged-connection.ts';
import { unnoticed } from './call-site.ts';
import { LeakError } from './test-errors.ts';
import type { TestRun } from './test-run.ts';

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

/** Who tells how many there are, by origin. */
export interface Pooled {
  readonly stats: Observable<ReadonlyMap<string, PoolStats>>;
}

/** What a diagram shows of something that happened; what it makes `undefined` of is left out. */
export type Projection<T> = (value: T) => unknown;

/** What the events of a connection are shown as, by their type; those without are left out. */
export type EventLetters = Readonly<Partial<Record<ConnectionEvent['type'], string>>>;

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
   * What happens to the connections: by default `o` opening, `c` connected, `r` reused, `x` closed; only some of it with
   * `{ closed: 'x' }`.
   *
   * @param origin - only those to it; left out, all
   */
  readonly expectConnections: (
    origin?: string | Projection<ConnectionEvent> | EventLetters,
    project?: Projection<ConnectionEvent> | EventLetters,
  ) => Expected;
  /**
   * The state of a client's pool at the end of each frame that has changed it, by default as `a1 c0 i0 p2` (active, connecting, idle, pending), with the origin
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

const LETTERS: EventLetters = {
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
    this.expect(
      this.events,
      args.map((arg) => (typeof arg === 'object' ? lettered(arg) : arg)),
      lettered(LETTERS),
    );

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

function lettered(letters: EventLetters): Projection<ConnectionEvent> {
  return ({ type }) => letters[type];
}

function shownPool(stats: ReadonlyMap<string, PoolStats>): string {
  const shown = Array.from(stats, ([origin, { active, connecting, idle, pending }]) => {
    const counts = `a${String(active)} c${String(connecting)} i${String(idle)} p${String(pending)}`;
    return stats.size === 1 ? counts : `${origin} ${counts}`;
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
    for (const [origin, { pending }] of stats) {
      if (pending > 0) waiters.push(`${String(pending)} waiting for a connection to ${origin}`);
    }
  });
  return waiters;
}
