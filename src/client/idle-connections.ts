import type { SchedulerLike } from 'rxjs';
import { IdleExpiry } from '../transport/idle-expiry.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';

interface Idle {
  readonly origin: string;
  readonly connection: ClientConnection;
  readonly timeout: number | null;
  /** Tells the one who put it here that it is gone. */
  readonly onTaken: (connection: ClientConnection) => void;
}

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

  /** By origin, the one that became idle last at the end; an origin without any has no entry. */
  private readonly stacks = new Map<string, Idle[]>();
  private readonly expiry: IdleExpiry<Idle>;

  private constructor(scheduler: SchedulerLike) {
    this.expiry = new IdleExpiry(scheduler, (idle) => {
      this.remove(idle);
      idle.connection.close();
    });
  }

  /** The connection that became idle last, as the one least likely to have been closed by the server meanwhile. */
  take(origin: string): ClientConnection | undefined {
    const idle = this.stacks.get(origin)?.at(-1);
    if (idle === undefined) return undefined;
    this.remove(idle);
    return idle.connection;
  }

  /**
   * Keeps a connection until it is taken, or closes it after `timeout` ms.
   *
   * @param onTaken - is told when it is here no longer, whatever became of it
   */
  put(
    origin: string,
    connection: ClientConnection,
    timeout: number | null,
    onTaken: (connection: ClientConnection) => void,
  ): void {
    const idle = { origin, connection, timeout, onTaken };
    const stack = this.stacks.get(origin);
    if (stack === undefined) this.stacks.set(origin, [idle]);
    else stack.push(idle);
    this.expiry.add(idle, timeout);
  }

  /** Forgets a connection that is closed. */
  delete(origin: string, connection: ClientConnection): void {
    const idle = this.stacks.get(origin)?.find((each) => each.connection === connection);
    if (idle !== undefined) this.remove(idle);
    this.expiry.settle();
  }

  private remove(idle: Idle): void {
    const stack = this.stacks.get(idle.origin);
    if (stack === undefined) return;
    // Taken from the end as a rule, where splice moves nothing.
    stack.splice(stack.lastIndexOf(idle), 1);
    if (stack.length === 0) this.stacks.delete(idle.origin);
    this.expiry.delete(idle, idle.timeout);
    idle.onTaken(idle.connection);
  }
}
