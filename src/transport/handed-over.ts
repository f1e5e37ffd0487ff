import { Observable, type Unsubscribable } from 'rxjs';
import type { Connection, ConnectionInfo } from '../message/connection.ts';
import { captureContext, toldIn } from './context.ts';

/**
 * A connection on which one protocol is over and another goes on (RFC 9110 §7.8, §9.3.6; the PROXY protocol): what was read
 * behind the end of the first belongs to the second and comes first.
 *
 * Nothing is read before somebody subscribes to `read`, which may be later than the connection is emitted: who gets it by
 * way of a promise loses nothing.
 */
export class HandedOver implements Connection {
  readonly read: Observable<Uint8Array>;
  readonly drained: Observable<void>;
  readonly closed: Observable<void>;
  /** For whoever can take the place of both; it is held. */
  readonly beneath: Connection;
  /** What comes before all that is read beneath. */
  readonly early: Uint8Array;

  readonly info: ConnectionInfo;

  /**
   * What it tells from now on is told in the context of this call: the connection may have been opened by another.
   *
   * @param early - octets that were read already and are nobody else's
   * @param info - what has become known of its ends
   */
  constructor(connection: Connection, early: Uint8Array, info = connection.info) {
    const context = captureContext();
    this.beneath = connection;
    this.info = info;
    this.early = early;
    this.drained = connection.drained.pipe(toldIn(context));
    this.closed = connection.closed.pipe(toldIn(context));
    const hold = connection.hold();
    let unread: Uint8Array | undefined = early;
    this.read = new Observable((subscriber) => {
      const first = unread;
      unread = undefined;
      if (first !== undefined && first.length > 0) subscriber.next(first);
      subscriber.add(connection.read.pipe(toldIn(context)).subscribe(subscriber));
      hold.unsubscribe();
    });
  }

  get buffered(): number {
    return this.beneath.buffered;
  }

  write(octets: Uint8Array | string): boolean {
    return this.beneath.write(octets);
  }

  hold(): Unsubscribable {
    return this.beneath.hold();
  }

  end(): void {
    this.beneath.end();
  }

  destroy(isCut?: boolean): void {
    this.beneath.destroy(isCut);
  }

  setIdle(isIdle: boolean): void {
    this.beneath.setIdle(isIdle);
  }
}
