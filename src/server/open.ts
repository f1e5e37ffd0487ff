import type { Place } from '../transport/queue.ts';

/** What a server has open: a connection, or one in its handshake. */
export interface Open {
  /** Whether nothing is under way on it. */
  readonly isIdle: boolean;
  /** Among those that are idle. */
  readonly place: Place<Open>;
  /** Closes it; what is under way is given up. */
  close(): void;
  /** Ends it, as it has been idle for too long. */
  finish(): void;
}
