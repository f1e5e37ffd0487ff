import { Observable, type Unsubscribable } from 'rxjs';
import type { Connection, ConnectionInfo } from '../message/connection.ts';

/**
 * A connection on which HTTP is over and another protocol goes on (RFC 9110 §7.8, §9.3.6): what was read behind the head
 * belongs to that protocol and comes first.
 *
 * Nothing is read before somebody subscribes to `read`, which may be later than the connection is emitted: who gets it by
 * way of a promise loses nothing.
 */
export class HandedOver implements Connection {
  readonly read: Observable<Uint8Array>;
  private readonly connection: Connection;

  /** @param early - octets that were read already and are nobody else's */
  constructor(connection: Connection, early: Uint8Array) {
    this.connection = connection;
    const hold = connection.hold();
    let unread: Uint8Array | undefined = early;
    this.read = new Observable((subscriber) => {
      const first = unread;
      unread = undefined;
      if (first !== undefined && first.length > 0) subscriber.next(first);
      subscriber.add(connection.read.subscribe(subscriber));
      hold.unsubscribe();
    });
  }

  get info(): ConnectionInfo {
    return this.connection.info;
  }

  get drained(): Observable<void> {
    return this.connection.drained;
  }

  get closed(): Observable<void> {
    return this.connection.closed;
  }

  get buffered(): number {
    return this.connection.buffered;
  }

  write(octets: Uint8Array | string): boolean {
    return this.connection.write(octets);
  }

  hold(): Unsubscribable {
    return this.connection.hold();
  }

  end(): void {
    this.connection.end();
  }

  destroy(isCut?: boolean): void {
    this.connection.destroy(isCut);
  }

  setIdle(isIdle: boolean): void {
    this.connection.setIdle(isIdle);
  }
}
