import { map, tap, type Observable, type Unsubscribable } from 'rxjs';
import type { Connection, Transport } from '../../src/index.ts';
import { wire } from '../peer/wire.ts';
import { until } from '../until.ts';

/** What has gone over a transport. */
export interface Watch {
  readonly transport: Transport;
  /** Connections made so far. */
  readonly made: number;
  /** Those still open. */
  readonly open: number;
  /** Octets read so far, of all connections. */
  readonly octets: number;
  /** Waits until the client has read so many octets of all its connections. */
  read(octets: number): Promise<void>;
  /** Waits until the client has no connection left. */
  deserted(): Promise<void>;
}

/** A transport of its own, so that no other client shares its idle connections, and counted. */
export function watchedTransport(): Watch {
  const inner = wire.transport();
  const seen: Seen = { made: 0, open: 0, octets: 0 };
  const transport: Transport = {
    listen: (address) => inner.listen(address),
    connect: (target) =>
      inner
        .connect(target)
        .pipe(
          map((phase) =>
            phase.type === 'connection'
              ? { type: 'connection', connection: new Watched(phase.connection, seen) }
              : phase,
          ),
        ),
  };
  return {
    transport,
    get made() {
      return seen.made;
    },
    get open() {
      return seen.open;
    },
    get octets() {
      return seen.octets;
    },
    read: (octets) => until(`${String(octets)} octets are read`, () => seen.octets >= octets),
    deserted: () => until('the client has no connection left', () => seen.open === 0),
  };
}

interface Seen {
  made: number;
  open: number;
  octets: number;
}

/** A connection that goes through here, and is counted. */
export class Watched implements Connection {
  readonly info: Connection['info'];
  readonly read: Observable<Uint8Array>;
  readonly drained: Observable<void>;
  readonly closed: Observable<void>;
  private readonly inner: Connection;

  constructor(inner: Connection, seen: Seen = { made: 0, open: 0, octets: 0 }) {
    this.inner = inner;
    this.info = inner.info;
    seen.made++;
    seen.open++;
    inner.closed.subscribe(() => seen.open--);
    this.read = inner.read.pipe(tap((octets) => (seen.octets += octets.length)));
    this.drained = inner.drained;
    this.closed = inner.closed;
  }

  get buffered(): number {
    return this.inner.buffered;
  }

  write(octets: Uint8Array | string): boolean {
    return this.inner.write(octets);
  }

  hold(): Unsubscribable {
    return this.inner.hold();
  }

  end(): void {
    this.inner.end();
  }

  destroy(isCut?: boolean): void {
    this.inner.destroy(isCut);
  }

  setIdle(isIdle: boolean): void {
    this.inner.setIdle(isIdle);
  }
}
