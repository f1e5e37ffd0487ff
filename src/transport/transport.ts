import type { Observable } from 'rxjs';
import type { Connection } from '../message/connection.ts';

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
   * --r---c-t--s(k|)   through a proxy's tunnel, secured by TLS
   * --r---r--(ck|)     the first of several addresses has not answered in time
   * --#                DnsError
   * --r-----#          ConnectError
   * ```
   */
  connect(target: ConnectTarget): Observable<ConnectNotification>;

  /**
   * Listens while subscribed. Emits the address, then each connection that is accepted. Unsubscribing stops accepting and
   * leaves what was accepted to its owner.
   *
   * ```
   * -l---k-k----k---   listening, connection …
   * -l---a-a----a---   listening, accepted …
   * #                  ListenError
   * ```
   */
  listen(address: ListenAddress): Observable<ListenNotification>;
}

/** Where to connect to. */
export interface ConnectTarget {
  /**
   * What is to be spoken on the connection. Without one it is octets of any kind: what another transport makes its own
   * connection of, by TLS or in a tunnel.
   */
  readonly scheme?: 'http' | 'https' | undefined;
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
  /** The path of the Unix domain socket that is listened on, where it is one: host and port are then what was asked for. */
  readonly path?: string | undefined;
}

export type ConnectNotification =
  | { readonly type: 'resolved'; readonly address: string }
  | { readonly type: 'connected' }
  | { readonly type: 'tunnelled' }
  | {
      readonly type: 'secured';
      /** What ALPN has chosen; undefined when the peer does without. */
      readonly protocol: string | undefined;
      /** Whether an earlier session went on, which saves a round trip or the certificates. */
      readonly isResumed: boolean;
    }
  | EstablishedConnection;

/** The connection, and how it is to be written on. */
export interface EstablishedConnection {
  readonly type: 'connection';
  readonly connection: Connection;
  /**
   * Given where a forward proxy reads the requests, which therefore go in absolute-form (RFC 9112 §3.2.2): the field lines
   * that are for the proxy, each with its line end.
   */
  readonly forProxy?: string | undefined;
}

export type ListenNotification =
  | { readonly type: 'listening'; readonly address: ListenAddress }
  | { readonly type: 'connection'; readonly connection: Connection }
  | AcceptedConnection;

/** What becomes a connection by a handshake, of TLS or the PROXY protocol. It is its receiver's, who may refuse it. */
export interface AcceptedConnection {
  readonly type: 'accepted';
  /** To be destroyed where there is no room for it, and else left to the handshake. */
  readonly beneath: Connection;
  /**
   * Makes the handshake when subscribed to, once. Emits the connection that comes of it, and completes; without one where it
   * fails. Unsubscribing before that closes what is beneath.
   *
   * ```
   * --(k|)
   * --|
   * ```
   */
  readonly handshake: Observable<Connection>;
}
