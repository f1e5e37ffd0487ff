import { Subscription, type Observable } from 'rxjs';
import type { Connection } from '../message/connection.ts';
import { Place } from '../transport/queue.ts';
import type { Open } from './open.ts';

/** Whom an arrival tells. */
export interface ArrivalOptions {
  /** What has come of it. */
  readonly onConnection: (arrival: Arrival, connection: Connection) => void;
  /** Is told, once, that it is over, whatever came of it. */
  readonly onGone: (arrival: Arrival) => void;
}

/** A connection in its handshake: nothing is under way on it yet that could be lost. */
export class Arrival implements Open {
  readonly isIdle = true;
  readonly place: Place<Open>;

  private readonly handshake: Observable<Connection>;
  private readonly options: ArrivalOptions;
  private readonly handshaking = new Subscription();

  constructor(handshake: Observable<Connection>, options: ArrivalOptions) {
    this.handshake = handshake;
    this.options = options;
    this.place = new Place<Open>(this);
  }

  start(): void {
    const end = (): void => this.close();
    const next = (connection: Connection): void => this.options.onConnection(this, connection);
    this.handshaking.add(this.handshake.subscribe({ next, error: end, complete: end }));
    this.handshaking.add(() => this.options.onGone(this));
  }

  close(): void {
    this.handshaking.unsubscribe();
  }

  finish(): void {
    this.close();
  }
}
