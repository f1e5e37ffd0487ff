import type { Observable, Unsubscribable } from 'rxjs';

/** The two ends of a connection, as far as its transport knows them. */
export interface ConnectionInfo {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * A duplex stream of octets, already open.
 *
 * What it reads is delivered synchronously, from the system's callback to the observer, and never from inside a call of
 * `write`, `hold` or `connect`. It belongs to whoever received it, who ends or destroys it.
 */
export interface Connection {
  readonly info: ConnectionInfo;
  /**
   * What arrives, for one observer, who subscribes as soon as the connection is emitted. An emitted array is lent: it may
   * be used for the next read as soon as `next` returns. Completes when the peer ends its side (FIN), errors with a
   * ConnectionResetError when the connection breaks.
   */
  readonly read: Observable<Uint8Array>;
  /** Emits when `write` has answered false and what was written has left, and behind `end` when all has. */
  readonly drained: Observable<void>;
  /** Emits once and completes when both directions are closed and nothing more will happen. */
  readonly closed: Observable<void>;
  /** Octets written that have not left yet. */
  readonly buffered: number;
  /**
   * Sends octets, or a string of latin1; all that is written in one turn leaves together. A written array must not be
   * changed until it has left.
   *
   * @returns false when the writer should wait for `drained`; what was written is sent all the same
   */
  write(octets: Uint8Array | string): boolean;
  /** Stops reading until every hold is released; the peer is held back in turn by its own full buffers. */
  hold(): Unsubscribable;
  /** Ends our side when all that was written has left (FIN). */
  end(): void;
  /**
   * Closes both directions at once and drops what has not left. `read` says nothing more.
   *
   * @param isCut - whether the peer must not take it for an end: its `read` errors then (RST), where the transport can say so
   */
  destroy(isCut?: boolean): void;
  /** Whether the connection, for itself, keeps the process alive: an idle one does not. */
  setIdle(isIdle: boolean): void;
}
