import type { Observable, Unsubscribable } from 'rxjs';

/** The two ends of a connection, as far as its transport knows them. */
export interface ConnectionInfo {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** What TLS has agreed on, where the connection is secured by it. */
  readonly tls?: TlsInfo | undefined;
}

/** What the two ends of a TLS connection know of each other. */
export interface TlsInfo {
  /** `TLSv1.3` … */
  readonly version: string;
  /** The cipher suite, by its IANA name. */
  readonly cipher: string;
  /** What ALPN has chosen (RFC 7301); a peer may do without. */
  readonly alpn: string | undefined;
  /** The host that the client has named (RFC 6066 §3). An IP address is never named. */
  readonly servername: string | undefined;
  /** Whether an earlier session was resumed, so that no certificate was shown this time. */
  readonly isResumed: boolean;
  /** Whether the peer's certificate was verified. A server's peer has one only if it was asked for it. */
  readonly isAuthorized: boolean;
  /** The peer's certificate as DER, read when it is asked for: `new X509Certificate(…)` of `node:crypto` takes it apart. */
  readonly peerCertificate: Uint8Array | undefined;
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
   * What arrives, for one observer, who subscribes as soon as the connection is emitted. An emitted array is the observer's,
   * to keep. Completes when the peer ends its side (FIN), while ours stays open until
   * `end`; errors with a ConnectionResetError when the connection breaks.
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
   * changed until it has left. Behind `end` nothing is sent.
   *
   * @throws TypeError for what is neither
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

/** Where a message is written to: a connection, or what stands before one. */
export type Output = Pick<Connection, 'write' | 'buffered'>;
