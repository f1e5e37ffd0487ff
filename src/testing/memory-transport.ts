import { asyncScheduler, Observable } from 'rxjs';
import { ConnectError, ListenError } from '../message/errors.ts';
import type { Connection } from '../message/connection.ts';
import type {
  ConnectNotification,
  ListenAddress,
  ListenNotification,
  Transport,
} from '../transport/transport.ts';
import { linkedEnds, wireOf, type LinkEnd, type LinkOptions } from './link.ts';
import { unnoticed } from './call-site.ts';

const FIRST_PORT = 49_152;

/** Is told of the connections of a network in memory. */
export interface MemoryWatch {
  /** One is asked for; called again with its ends, the client's first, when it is made. */
  open(remote: ListenAddress): { connect(client: LinkEnd, server: LinkEnd): void; abandon(): void };
  /** Throws when the network is used after its time. */
  guard(): void;
}

/**
 * A network in memory: what listens on it can be connected to, with no socket, and no latency unless one is given.
 *
 * Octets arrive in the same millisecond or later, and never within the call that sends them, as on a real network: through
 * scheduled actions, which are virtual inside `TestScheduler.run`. Each call makes a network of its own.
 *
 * @example
 * ```ts
 * const transport = memoryTransport({ latency: 30 });
 * const server = new HttpServer({ transport, host: 'origin', port: 80 });
 * const client = new HttpClient({ transport });
 * ```
 *
 * @throws RangeError for an option that no wire has
 */
export function memoryTransport(options: LinkOptions = {}): Transport {
  return watchedTransport(options);
}

/** A network in memory, and somebody who is told of it. */
export function watchedTransport(options: LinkOptions, watch?: MemoryWatch): Transport {
  const wire = { ...wireOf(options), ...(watch === undefined ? {} : { guard: () => watch.guard() }) };
  const listeners = new Map<string, (connection: Connection) => void>();
  let lastPort = FIRST_PORT;
  const after = (ms: number, work: () => void) => unnoticed(() => asyncScheduler.schedule(work, ms));

  return {
    connect: ({ host, port }) =>
      new Observable<ConnectNotification>((subscriber) => {
        watch?.guard();
        const remote: ListenAddress = { host, port };
        const watched = watch?.open(remote);
        let established = false;
        subscriber.add(() => {
          if (!established) watched?.abandon();
        });
        const establish = (): void => {
          const accept = listeners.get(keyOf(remote));
          if (accept === undefined) {
            subscriber.error(new ConnectError(`nobody listens on ${keyOf(remote)}`));
            return;
          }
          subscriber.next({ type: 'resolved', address: host });
          subscriber.next({ type: 'connected' });
          if (subscriber.closed) return;
          established = true;
          const [here, there] = linkedEnds({ host: 'client', port: ++lastPort }, remote, wire);
          watched?.connect(here, there);
          accept(there);
          subscriber.next({ type: 'connection', connection: here });
          subscriber.complete();
        };
        return after(2 * wire.latency, establish);
      }),

    listen: ({ host, port }) =>
      new Observable<ListenNotification>((subscriber) => {
        watch?.guard();
        const address = { host, port: port === 0 ? ++lastPort : port };
        const key = keyOf(address);
        if (listeners.has(key)) {
          subscriber.error(new ListenError(`${key} is in use`));
          return;
        }
        listeners.set(key, (connection) => subscriber.next({ type: 'connection', connection }));
        subscriber.add(() => listeners.delete(key));
        subscriber.add(after(0, () => subscriber.next({ type: 'listening', address })));
      }),
  };
}

function keyOf({ host, port }: ListenAddress): string {
  return `${host}:${String(port)}`;
}
