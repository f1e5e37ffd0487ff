import type { Observable, Subscription } from 'rxjs';
import type { ConnectNotification, EstablishedConnection } from '../transport/transport.ts';

/** Who waits for a connection that is being made. */
export interface ConnectObserver {
  next(established: EstablishedConnection): void;
  error(error: unknown): void;
  /** A phase of its making is over. */
  reached(phase: Exclude<ConnectNotification['type'], 'connection'>): void;
}

/**
 * A connection that is being made for one exchange, and may end up with another: when the first is unsubscribed while
 * others wait, the work is not thrown away.
 */
export class Connecting {
  private observer: ConnectObserver | undefined;
  private subscription: Subscription | undefined;
  private isDone = false;

  /** Whether it may still become a connection. */
  get isPending(): boolean {
    return !this.isDone;
  }

  /** From now on the attempt is this observer's; it begins with the first. */
  startFor(observer: ConnectObserver, phases: () => Observable<ConnectNotification>): void {
    this.observer = observer;
    this.subscription ??= phases().subscribe({
      next: (phase) => {
        if (phase.type !== 'connection') {
          this.observer?.reached(phase.type);
          return;
        }
        this.isDone = true;
        if (this.observer === undefined) phase.connection.destroy();
        else this.observer.next(phase);
      },
      error: (error: unknown) => {
        this.isDone = true;
        this.observer?.error(error);
      },
    });
  }

  /** It is nobody's for now. */
  leave(): void {
    this.observer = undefined;
  }

  stop(): void {
    this.isDone = true;
    this.subscription?.unsubscribe();
  }
}
