import { Subject, Subscription, type Observable, type Unsubscribable } from 'rxjs';

/** Counts who holds a source: it stops with the first hold and flows again after the last release. */
export class Holds {
  private changes: Subject<boolean> | undefined;
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

  /** Emits true with the first hold and false with the last release. */
  get held(): Observable<boolean> {
    return (this.changes ??= new Subject());
  }

  /** A release is idempotent, as Subscriptions are. */
  hold(): Unsubscribable {
    if (this.count++ === 0) {
      this.stop();
      this.changes?.next(true);
    }
    return new Subscription(() => {
      if (--this.count > 0) return;
      this.changes?.next(false);
      this.flow();
    });
  }
}
