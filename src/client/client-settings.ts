import type { SchedulerLike } from 'rxjs';
import type { RetryDelay } from '../operators/retry-exchange.ts';
import type { ConnectDelay } from './connect-backoff.ts';
import type { Transport } from '../transport/transport.ts';
import type { GivenLimits } from '../wire/limits.ts';

/** The settings of a client. Times are ms; `null` means never. */
export interface HttpClientSettings {
  /**
   * What connects.
   *
   * @defaultValue TCP, secured by TLS for `https`, one for the whole process: clients with the same transport share idle
   * connections
   */
  readonly transport: Transport;
  /**
   * ms for a connection to be made, name resolution and TLS included; then a ConnectTimeoutError.
   *
   * @defaultValue null, as in Thor
   */
  readonly connectTimeout: number | null;
  /**
   * ms of silence on a connection that carries an exchange; then a ReadTimeoutError. While the response is held it does not
   * count.
   *
   * @defaultValue null, as in Thor
   */
  readonly readTimeout: number | null;
  /**
   * ms between attempts to connect to an origin while they fail, such as `backoff()`; exchanges wait so long.
   *
   * @defaultValue null, which is at once: no peer on Node waits
   */
  readonly connectBackoff: ConnectDelay | null;
  /**
   * ms that an idle connection is kept open.
   *
   * @defaultValue 60000, as in Thor
   */
  readonly idleTimeout: number | null;
  /**
   * How many additional times to try an exchange that fails in a way that another attempt may not.
   *
   * @defaultValue 2, as in Thor
   */
  readonly retryLimit: number;
  /**
   * ms between attempts, or what says how long: see {@link RetryDelay}.
   *
   * @defaultValue 500, as in Thor
   */
  readonly retryDelay: RetryDelay;
  /**
   * Statuses that count as failures, for idempotent methods; usual are 408, 429, 500, 502, 503 and 504.
   *
   * @defaultValue none
   */
  readonly retryStatuses: readonly number[];
  /**
   * ms: a server that asks by Retry-After to wait for longer is not asked again.
   *
   * @defaultValue 30000, as undici has it
   */
  readonly maxRetryAfter: number;
  /**
   * How many connections there may be to one origin, those being made included.
   *
   * @defaultValue 6, as in browsers and Thor
   */
  readonly maxConnectionsPerOrigin: number;
  /**
   * How many connections there may be to all origins together; idle ones make room.
   *
   * @defaultValue Infinity: no peer has a limit
   */
  readonly maxConnections: number;
  /**
   * How many exchanges may wait for a connection to one origin; one more ends with a PoolFullError.
   *
   * @defaultValue Infinity: no peer on Node has a limit
   */
  readonly maxPending: number;
  /**
   * ms that an exchange may wait until the limits allow it a connection; then an AcquireTimeoutError.
   *
   * @defaultValue null
   */
  readonly acquireTimeout: number | null;
  /**
   * ms from the last octet of the request to the final head; then a HeadersTimeoutError.
   *
   * @defaultValue null
   */
  readonly headersTimeout: number | null;
  /**
   * ms for the exchange with all its attempts; then a DeadlineError.
   *
   * @defaultValue null
   */
  readonly deadline: number | null;
  /**
   * ms that a body sent with `Expect: 100-continue` waits for the server's leave before it goes without (RFC 9110 §10.1.1).
   *
   * @defaultValue 1000, as curl and Go's usual client have it
   */
  readonly continueTimeout: number | null;
  /**
   * ms of age from which a connection carries no further exchange.
   *
   * @defaultValue null
   */
  readonly maxConnectionAge: number | null;
  /**
   * ms by which a connection is given up before the server will, going by its Keep-Alive field; half of the time at most.
   *
   * @defaultValue 1000
   */
  readonly keepAliveMargin: number;
  /**
   * Octets of a request body that are kept while the connection is slower than a source that does not honour `flow`;
   * when more come, the exchange ends with a BufferFullError.
   *
   * @defaultValue 16777216
   */
  readonly maxBufferedBytes: number;
  /**
   * `false` survives what bends the syntax of a response head without concerning its framing, and tells of it in a
   * `response_anomaly`.
   *
   * @defaultValue true
   */
  readonly careful: boolean;
  /** Bounds on what is read of a response head; those not given have their defaults. */
  readonly limits: GivenLimits;
  /**
   * Where time comes from.
   *
   * @defaultValue asyncScheduler, which is virtual inside `TestScheduler.run`
   */
  readonly scheduler: SchedulerLike;
}

/** What may be set otherwise than by default. */
export type HttpClientOptions = {
  readonly [Name in keyof HttpClientSettings]?: HttpClientSettings[Name] | undefined;
};
