import { Subscription, type Unsubscribable } from 'rxjs';

/** Counts who holds a source: it stops with the first hold and flows again after the last release. */
export class Holds {
  private count = 0;
  private readonly stop: () => void;
  private readonly flow: () => void;

  constructor(stop: () => void, flow: () => void) {
    this.stop = stop;
    this.flow = flow;
  }

  get isHeld(): boolean {
    return this.count > 0;
  }

  /** A release is idempotent, as Subscriptions are. */
  hold(): Unsubscribable {
    if (this.count++ === 0) this.stop();
    return new Subscription(() => {
      if (--this.count === 0) this.flow();
    });
  }
}
