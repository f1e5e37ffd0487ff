/** Connections of a client to one origin, by what they are doing; and exchanges that wait for one. */
export interface PoolStats {
  /** Connections that carry an exchange. */
  readonly active: number;
  /** Connections that are being made. */
  readonly connecting: number;
  /** Connections that are kept for the next exchange. */
  readonly idle: number;
  /** Exchanges that wait until the limits allow them a connection. */
  readonly pending: number;
}
