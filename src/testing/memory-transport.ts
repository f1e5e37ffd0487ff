import { asyncScheduler, Observable, Subject, type Unsubscribable } from 'rxjs';
import { ConnectError, ListenError } from '../message/errors.ts';
import type { ConnectionInfo } from '../message/exchange.ts';
import { Holds } from '../transport/holds.ts';
import type {
  Connection,
  ConnectNotification,
  ListenAddress,
  ListenNotification,
  Transport,
} from '../transport/transport.ts';

/** Octets on their way at which a writer is asked to wait; Node's sockets have the same bound. */
const HIGH_WATER_MARK = 16_384;
const FIRST_PORT = 49_152;

/**
 * A network in memory: what listens on it can be connected to, with no socket and no latency.
 *
 * Octets arrive in the same millisecond and never within the call that sends them, as on a real network: through 0 ms
 * schedules, which are virtual inside `TestScheduler.run`. Each call makes a network of its own.
 *
 * @example
 * ```ts
 * const transport = memoryTransport();
 * const server = new HttpServer({ transport, host: 'origin', port: 80 });
 * const client = new HttpClient({ transport });
 * ```
 */
export function memoryTransport(): Transport {
  const listeners = new Map<string, (connection: Connection) => void>();
  let lastPort = FIRST_PORT;

  return {
    connect: ({ host, port }) =>
      new Observable<ConnectNotification>((subscriber) => {
        const remote: ListenAddress = { host, port };
        return asyncScheduler.schedule(() => {
          const accept = listeners.get(keyOf(remote));
          if (accept === undefined) {
            subscriber.error(new ConnectError(`nobody listens on ${keyOf(remote)}`));
            return;
          }
          const [here, there] = link({ host: 'client', port: ++lastPort }, remote);
          subscriber.next({ type: 'resolved', address: host });
          subscriber.next({ type: 'connected' });
          accept(there);
          subscriber.next({ type: 'connection', connection: here });
          subscriber.complete();
        });
      }),

    listen: ({ host, port }) =>
      new Observable<ListenNotification>((subscriber) => {
        const address = { host, port: port === 0 ? ++lastPort : port };
        const key = keyOf(address);
        if (listeners.has(key)) {
          subscriber.error(new ListenError(`${key} is in use`));
          return;
        }
        listeners.set(key, (connection) => subscriber.next({ type: 'connection', connection }));
        subscriber.add(() => listeners.delete(key));
        subscriber.add(asyncScheduler.schedule(() => subscriber.next({ type: 'listening', address })));
      }),
  };
}

function keyOf({ host, port }: ListenAddress): string {
  return `${host}:${String(port)}`;
}

function link(client: ListenAddress, server: ListenAddress): [client: Connection, server: Connection] {
  const here = new LinkEnd(infoOf(client, server));
  const there = new LinkEnd(infoOf(server, client));
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

const END = Symbol('end');

/** One end of a link. What it sends waits in a queue until its peer is not held. */
class LinkEnd implements Connection {
  readonly info: ConnectionInfo;
  readonly read: Observable<Uint8Array>;
  readonly drained: Observable<void>;
  readonly closed: Observable<void>;
  buffered = 0;
  peer!: LinkEnd;

  private readonly incoming = new Subject<Uint8Array>();
  private readonly room = new Subject<void>();
  private readonly closing = new Subject<void>();
  private readonly holds = new Holds(
    () => undefined,
    () => this.peer.schedule(),
  );
  private queue: (Uint8Array | typeof END)[] = [];
  private isScheduled = false;
  private hasEnded = false;
  private hasHeardEnd = false;
  private isDestroyed = false;

  constructor(info: ConnectionInfo) {
    this.info = info;
    this.read = this.incoming;
    this.drained = this.room;
    this.closed = this.closing;
  }

  write(octets: Uint8Array | string): boolean {
    if (this.hasEnded || this.isDestroyed) return true;
    const bytes = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    this.buffered += bytes.length;
    this.queue.push(bytes);
    this.schedule();
    return this.buffered < HIGH_WATER_MARK;
  }

  hold(): Unsubscribable {
    return this.holds.hold();
  }

  end(): void {
    if (this.hasEnded || this.isDestroyed) return;
    this.hasEnded = true;
    this.queue.push(END);
    this.schedule();
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.end();
    this.isDestroyed = true;
    this.queue = [END];
    this.hasHeardEnd = true;
    this.schedule();
  }

  setIdle(): void {
    // Nothing in memory keeps a process alive.
  }

  private schedule(): void {
    if (this.isScheduled || this.queue.length === 0) return;
    this.isScheduled = true;
    asyncScheduler.schedule(() => {
      this.isScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const { peer } = this;
    const wasFull = this.buffered >= HIGH_WATER_MARK;
    while (this.queue.length > 0 && !peer.holds.isHeld) {
      const octets = this.queue.shift()!;
      if (octets === END) {
        peer.hearEnd();
        this.settle();
      } else {
        this.buffered -= octets.length;
        if (!peer.isDestroyed) peer.incoming.next(octets);
      }
    }
    if (wasFull && this.buffered < HIGH_WATER_MARK && !this.isDestroyed) this.room.next();
  }

  private hearEnd(): void {
    this.hasHeardEnd = true;
    if (!this.isDestroyed) this.incoming.complete();
    this.settle();
  }

  private settle(): void {
    if (!this.hasEnded || !this.hasHeardEnd || this.queue.length > 0) return;
    this.room.complete();
    this.closing.next();
    this.closing.complete();
  }
}
