import type { SchedulerLike } from 'rxjs';
import { IdleExpiry } from '../transport/idle-expiry.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';

/**
 * The idle connections of a transport, by origin. Clients with the same transport share them: what makes two connections
 * alike is where they lead and how, not who opened them.
 */
export class IdleConnections {
  private static readonly all = new WeakMap<Transport, Map<SchedulerLike, IdleConnections>>();

  /** Those of a transport: they live as long, so that virtual connections and times never meet real ones. */
  static of(transport: Transport, scheduler: SchedulerLike): IdleConnections {
    let byScheduler = IdleConnections.all.get(transport);
    if (byScheduler === undefined) {
      byScheduler = new Map<SchedulerLike, IdleConnections>();
      IdleConnections.all.set(transport, byScheduler);
    }
    let connections = byScheduler.get(scheduler);
    if (connections === undefined) byScheduler.set(scheduler, (connections = new IdleConnections(scheduler)));
    return connections;
  }

  /** By origin, the one that became idle last at the end; an origin without a connection has no entry. */
  private readonly stacks = new Map<string, ClientConnection[]>();
  private readonly expiry: IdleExpiry<ClientConnection>;

  private constructor(scheduler: SchedulerLike) {
    this.expiry = new IdleExpiry(scheduler, (connection) => connection.close());
  }

  /** The connection that became idle last, as the one least likely to have been closed by the server meanwhile. */
  take(origin: string): ClientConnection | undefined {
    const connection = this.stacks.get(origin)?.pop();
    if (connection !== undefined) this.release(connection);
    return connection;
  }

  /** Keeps a connection until it is taken, or closes it after `timeout` ms. Its owner is told when it is here no longer. */
  put(connection: ClientConnection, timeout: number | null): void {
    const { origin } = connection.owner;
    const stack = this.stacks.get(origin);
    if (stack === undefined) this.stacks.set(origin, [connection]);
    else stack.push(connection);
    this.expiry.add(connection.place, timeout);
  }

  /** Forgets a connection that is closed. */
  delete(connection: ClientConnection): void {
    const { origin } = connection.owner;
    const stack = this.stacks.get(origin);
    const at = stack?.lastIndexOf(connection) ?? -1;
    if (at >= 0) {
      stack?.splice(at, 1);
      this.release(connection);
    }
    if (stack?.length === 0) this.stacks.delete(origin);
    this.expiry.settle();
  }

  private release(connection: ClientConnection): void {
    this.expiry.delete(connection.place);
    connection.owner.onTaken(connection);
  }
}
