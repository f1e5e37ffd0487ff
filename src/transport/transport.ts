import type { Observable, Unsubscribable } from 'rxjs';
import type { ConnectionInfo } from '../message/exchange.ts';

/**
 * The seam between HTTP and sockets: whoever can connect and listen can carry exchanges. TCP is one transport, a link in
 * memory is another; TLS and tunnels wrap one.
 */
export interface Transport {
  /**
   * Connects when subscribed. Emits each phase as it is reached, then the connection, and completes; unsubscribing before
   * that gives the attempt up.
   *
   * ```
   * --r---c(k|)        resolved, connected, connection
   * --#                DnsError
   * --r-----#          ConnectError
   * ```
   */
  connect(target: ConnectTarget): Observable<ConnectNotification>;

  /**
   * Listens while subscribed. Emits the address, then each connection that is accepted. Unsubscribing stops accepting and
   * leaves the accepted connections to their owner.
   *
   * ```
   * -l---k-k----k---   listening, connection …
   * #                  ListenError
   * ```
   */
  listen(address: ListenAddress): Observable<ListenNotification>;
}

/** Where to connect to. */
export interface ConnectTarget {
  /** A name or an IP address; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where to listen. */
export interface ListenAddress {
  /** A name or an IP address of this machine. */
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
}

export type ConnectNotification =
  | { readonly type: 'resolved'; readonly address: string }
  | { readonly type: 'connected' }
  | { readonly type: 'secured'; readonly protocol: string | undefined }
  | { readonly type: 'connection'; readonly connection: Connection };

export type ListenNotification =
  | { readonly type: 'listening'; readonly address: ListenAddress }
  | { readonly type: 'connection'; readonly connection: Connection };

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
