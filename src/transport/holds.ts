import { Subject, Subscription, type Observable, type Unsubscribable } from 'rxjs';

/** What can be held. One that waits to be asked anyway needs no pause. */
interface Pausable {
  pause?(): unknown;
  resume(): unknown;
}

/** Counts who holds a source: it pauses with the first hold and flows again after the last release. */
export class Holds {
  private changes: Subject<boolean> | undefined;
  private count = 0;
  private readonly source: Pausable;

  constructor(source: Pausable) {
    this.source = source;
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
      this.source.pause?.();
      this.changes?.next(true);
    }
    return new Subscription(() => {
      if (--this.count > 0) return;
      this.changes?.next(false);
      this.source.resume();
    });
  }
}
