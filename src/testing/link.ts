import { asyncScheduler, Subject, Subscription, type Observable, type Unsubscribable } from 'rxjs';
import { ConnectionResetError } from '../message/errors.ts';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { Holds } from '../transport/holds.ts';
import type { ListenAddress } from '../transport/transport.ts';
import { unnoticed } from './call-site.ts';

/** Octets that wait to leave at which a writer is asked to wait; Node's sockets have the same bound. */
const HIGH_WATER_MARK = 16_384;
/** Octets under way at which no more leave: the receive window of a peer that does not scale it. */
const WINDOW = 65_536;

/** What the wire between two ends is like, the same in both directions. */
export interface LinkOptions {
  /**
   * ms from one end to the other. A connection takes twice as long to be made.
   *
   * @defaultValue 0
   */
  readonly latency?: number | undefined;
  /**
   * Octets that leave in a second.
   *
   * @defaultValue Infinity
   */
  readonly bandwidth?: number | undefined;
  /**
   * Octets that arrive in one piece, at most: 1 shows what is cut between CR and LF.
   *
   * @defaultValue Infinity: as they were written
   */
  readonly segment?: number | undefined;
}

/** The options, each of them given. */
export interface Wire {
  readonly latency: number;
  readonly bandwidth: number;
  readonly segment: number;
  /** Throws when the wire is used after its time. */
  readonly guard?: () => void;
}

/**
 * @throws RangeError for an option that no wire has
 */
export function wireOf({ latency = 0, bandwidth = Infinity, segment = Infinity }: LinkOptions): Wire {
  if (!(latency >= 0 && latency < Infinity)) throw new RangeError(`a latency of ${String(latency)} ms`);
  if (!(bandwidth > 0)) throw new RangeError(`a bandwidth of ${String(bandwidth)} octets a second`);
  if (!(segment >= 1)) throw new RangeError(`segments of ${String(segment)} octets`);
  return { latency, bandwidth, segment };
}

/** The two ends of a connection in memory. */
export function linkedEnds(
  client: ListenAddress,
  server: ListenAddress,
  wire: Wire,
): [client: LinkEnd, server: LinkEnd] {
  const here = new LinkEnd(infoOf(client, server), wire);
  const there = new LinkEnd(infoOf(server, client), wire);
  here.peer = there;
  there.peer = here;
  return [here, there];
}

function infoOf(local: ListenAddress, remote: ListenAddress): ConnectionInfo {
  return {
    localAddress: local.host,
    localPort: local.port,
    remoteAddress: remote.host,
    remotePort: remote.port,
  };
}

/** What goes over the wire besides octets: that there will be no more of them. */
interface Ending {
  readonly error?: unknown;
}

type Parcel = Uint8Array | Ending;

/** A parcel under way, and when it arrives. */
interface Arrival {
  readonly parcel: Parcel;
  readonly at: number;
}

/**
 * One end of a link. What it sends waits until the wire is free and its peer does not hold it, is under way for the
 * latency, and is delivered by one loop, {@link LinkEnd.carry}, which a scheduled action runs and nobody else: however
 * many octets and answers there are, none is delivered from inside a call.
 */
export class LinkEnd implements Connection {
  readonly info: ConnectionInfo;
  readonly read: Observable<Uint8Array>;
  readonly drained: Observable<void>;
  readonly closed: Observable<void>;
  buffered = 0;
  peer!: LinkEnd;
  isDestroyed = false;

  private readonly wire: Wire;
  private readonly incoming = new Subject<Uint8Array>();
  private readonly room = new Subject<void>();
  private readonly closing = new Subject<void>();
  private readonly holds = new Holds({ resume: () => this.peer.wake(asyncScheduler.now()) });
  private holding = 0;
  private queue: Parcel[] = [];
  /** Octets of the first parcel of the queue that have left. */
  private departed = 0;
  private underWay: Arrival[] = [];
  private underWayOctets = 0;
  /** When the wire has carried what has left so far; not a whole number where there is a bandwidth. */
  private wireFree = 0;
  private timer = Subscription.EMPTY;
  private due = Infinity;
  private hasEnded = false;
  private hasHeardEnd = false;
  private isClosed = false;

  constructor(info: ConnectionInfo, wire: Wire) {
    this.info = info;
    this.wire = wire;
    this.read = this.incoming;
    this.drained = this.room;
    this.closed = this.closing;
  }

  /** How many hold what arrives here; none can once the end is destroyed. */
  get heldBy(): number {
    return this.isDestroyed ? 0 : this.holding;
  }

  write(octets: Uint8Array | string): boolean {
    this.wire.guard?.();
    if (this.hasEnded) return true;
    const bytes = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    if (bytes.length > 0) {
      this.buffered += bytes.length;
      this.send(bytes);
    }
    return this.buffered < HIGH_WATER_MARK;
  }

  hold(): Unsubscribable {
    this.holding++;
    const hold = this.holds.hold();
    return new Subscription(() => {
      this.holding--;
      hold.unsubscribe();
    });
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.send({});
  }

  destroy(): void {
    if (this.isDestroyed) return;
    const isEndOnItsWay = this.hasEnded && this.queue.length === 0;
    this.isDestroyed = true;
    this.hasEnded = true;
    this.hasHeardEnd = true;
    this.departed = 0;
    this.buffered = 0;
    this.queue = isEndOnItsWay ? [] : [{}];
    const now = asyncScheduler.now();
    this.wake(now);
    // What is under way to here is delivered to nobody: the peer need not wait for a hold that is gone.
    this.peer.wake(now);
  }

  /** Breaks the connection behind what was written (RST): the peer's `read` errors. */
  reset(error: unknown = new ConnectionResetError('reset by the peer')): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.hasHeardEnd = true;
    this.isDestroyed = true;
    this.send({ error });
  }

  setIdle(): void {
    // Nothing in memory keeps a process alive.
  }

  private send(parcel: Parcel): void {
    this.queue.push(parcel);
    this.wake(asyncScheduler.now());
  }

  /** Carries at this time, if not earlier. */
  private wake(at: number): void {
    if (at >= this.due) return;
    this.timer.unsubscribe();
    this.due = at;
    this.timer = unnoticed(() =>
      asyncScheduler.schedule(
        () => {
          this.due = Infinity;
          this.carry();
        },
        Math.max(0, at - asyncScheduler.now()),
      ),
    );
  }

  private carry(): void {
    const now = asyncScheduler.now();
    const before = this.buffered;
    for (;;) {
      if (this.nextArrival <= now) this.arrive();
      else if (this.mayDepart && this.wireFree <= now) this.depart(now);
      else break;
    }
    const little = this.hasEnded ? 0 : HIGH_WATER_MARK - 1;
    if (before > little && this.buffered <= little && !this.isDestroyed) this.room.next();
    this.settle();
    this.setAlarm(now);
  }

  private get isHeldBack(): boolean {
    return this.peer.holds.isHeld && !this.peer.isDestroyed;
  }

  private get nextArrival(): number {
    return this.underWay.length > 0 && !this.isHeldBack ? this.underWay[0].at : Infinity;
  }

  /** Who has been destroyed has no octets left, and its end waits for nobody who reads. */
  private get mayDepart(): boolean {
    return this.queue.length > 0 && (this.isDestroyed || (this.underWayOctets < WINDOW && !this.isHeldBack));
  }

  private setAlarm(now: number): void {
    const departure = this.mayDepart ? Math.max(now, this.wireFree) : Infinity;
    const next = Math.min(departure, this.nextArrival);
    if (next < Infinity) this.wake(Math.ceil(next));
  }

  private depart(now: number): void {
    const { wire } = this;
    const [parcel] = this.queue;
    let leaving: Parcel = parcel;
    // What waited for the wire leaves when it is free, and not at the whole millisecond behind that.
    const start = this.wireFree > now - 1 ? this.wireFree : now;
    this.wireFree = Math.max(start, 0);
    if (parcel instanceof Uint8Array) {
      leaving = parcel.subarray(this.departed, this.departed + wire.segment);
      this.departed += leaving.length;
      this.wireFree += (leaving.length * 1000) / wire.bandwidth;
      this.buffered -= leaving.length;
      this.underWayOctets += leaving.length;
    }
    if (!(parcel instanceof Uint8Array) || this.departed === parcel.length) {
      this.queue.shift();
      this.departed = 0;
    }
    this.underWay.push({ parcel: leaving, at: Math.ceil(this.wireFree + wire.latency) });
  }

  private arrive(): void {
    const { peer } = this;
    const { parcel } = this.underWay.shift()!;
    if (parcel instanceof Uint8Array) {
      this.underWayOctets -= parcel.length;
      peer.hear(parcel);
    } else {
      peer.hearEnd(parcel);
    }
  }

  private hear(octets: Uint8Array): void {
    if (this.isDestroyed) return;
    // A copy, as the writer may use its array again.
    this.incoming.next(new Uint8Array(octets));
  }

  private hearEnd(ending: Ending): void {
    const wasDestroyed = this.isDestroyed;
    this.hasHeardEnd = true;
    if ('error' in ending) {
      this.isDestroyed = true;
      this.hasEnded = true;
      this.queue = [];
      this.buffered = 0;
      if (!wasDestroyed) this.incoming.error(ending.error);
    } else if (!wasDestroyed) {
      this.incoming.complete();
    }
    this.settle();
  }

  private settle(): void {
    if (this.isClosed || !this.hasEnded || !this.hasHeardEnd || this.queue.length > 0) return;
    this.isClosed = true;
    this.room.complete();
    this.closing.next();
    this.closing.complete();
  }
}
