import type { SchedulerLike } from 'rxjs';
import { IdleExpiry } from '../transport/idle-expiry.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';

/**
 * The idle connections of a transport, by origin. Clients with the same transport share them: what makes two connections
 * alike is where they lead and how, not who opened them.
 */
export class Pool {
  private static readonly pools = new WeakMap<Transport, Map<SchedulerLike, Pool>>();

  /** The pool of a transport: it lives as long, so that virtual connections and times never meet real ones. */
  static of(transport: Transport, scheduler: SchedulerLike): Pool {
    let pools = Pool.pools.get(transport);
    if (pools === undefined) Pool.pools.set(transport, (pools = new Map<SchedulerLike, Pool>()));
    let pool = pools.get(scheduler);
    if (pool === undefined) pools.set(scheduler, (pool = new Pool(scheduler)));
    return pool;
  }

  /** By authority; an origin without idle connections has no entry. */
  private readonly idle = new Map<string, Idle[]>();
  private readonly expiry: IdleExpiry<Idle>;

  private constructor(scheduler: SchedulerLike) {
    this.expiry = new IdleExpiry(scheduler, (entry) => {
      this.remove(entry);
      entry.connection.close();
    });
  }

  /** The connection that became idle last, as the one least likely to have been closed meanwhile. */
  take(authority: string): ClientConnection | undefined {
    const entry = this.idle.get(authority)?.at(-1);
    if (entry === undefined) return undefined;
    this.remove(entry);
    return entry.connection;
  }

  /** @param timeout - ms after which the connection is closed if nobody has taken it; null leaves it to the server */
  put(authority: string, connection: ClientConnection, timeout: number | null): void {
    const entry = { authority, connection, timeout };
    const entries = this.idle.get(authority);
    if (entries === undefined) this.idle.set(authority, [entry]);
    else entries.push(entry);
    this.expiry.add(entry, timeout);
  }

  /** Forgets a connection, if it is idle here. */
  delete(authority: string, connection: ClientConnection): void {
    const entry = this.idle.get(authority)?.find((idle) => idle.connection === connection);
    if (entry !== undefined) this.remove(entry);
  }

  private remove(entry: Idle): void {
    const entries = this.idle.get(entry.authority);
    if (entries === undefined) return;
    // Taken from the end as a rule, where splice moves nothing.
    entries.splice(entries.lastIndexOf(entry), 1);
    if (entries.length === 0) this.idle.delete(entry.authority);
    this.expiry.delete(entry, entry.timeout);
  }
}

interface Idle {
  readonly authority: string;
  readonly connection: ClientConnection;
  readonly timeout: number | null;
}
