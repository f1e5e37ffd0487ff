import type { SchedulerLike } from 'rxjs';
import type { HttpServerRequest } from '../message/exchange.ts';
import type { Transport } from '../transport/transport.ts';
import type { GivenLimits } from '../wire/limits.ts';
import type { TimeoutSettings } from './timeouts.ts';

/** The settings of a server. Times are ms; `null` means never. */
export interface HttpServerSettings extends TimeoutSettings {
  /**
   * A name or an IP address of this machine.
   *
   * @defaultValue 'localhost'
   */
  readonly host: string;
  /**
   * 0 lets the system choose one, and the `start` notification tells which.
   *
   * @defaultValue 0
   */
  readonly port: number;
  /**
   * What listens.
   *
   * @defaultValue TCP
   */
  readonly transport: Transport;
  /**
   * ms that a connection on which no request is under way is left open. The client is told, in whole seconds and one less.
   *
   * @defaultValue 60000
   */
  readonly idleTimeout: number | null;
  /**
   * Octets of a response body that are kept while the connection is slower than a source that does not honour `flow`;
   * when more come, the exchange ends with a BufferFullError.
   *
   * @defaultValue 16777216
   */
  readonly maxBufferedBytes: number;
  /**
   * Connections that are open at once, those in their handshake included. For one more, the oldest on which nothing is under
   * way is closed; if there is none, it is refused.
   *
   * @defaultValue Infinity, as in node:http: what the process has file descriptors for
   */
  readonly maxConnections: number;
  /**
   * Requests that are answered on one connection; the last answer says so.
   *
   * @defaultValue Infinity, as in node:http; nginx has 1000
   */
  readonly maxRequestsPerConnection: number;
  /**
   * ms that a connection on which nothing is under way is left open when the server stops: for a request that is on its way.
   *
   * @defaultValue 1000
   */
  readonly stopGrace: number;
  /**
   * ms from when the server is told to stop until what is still under way is given up.
   *
   * @defaultValue 25000: Kubernetes kills a process 30 s after it was told
   */
  readonly stopTimeout: number | null;
  /** Bounds on what is read of a request head; those not given have their defaults. */
  readonly limits: GivenLimits;
  /**
   * Is told what a handler throws, errors with or answers against the rules; the client learns a status at most. Not told
   * when a handler passes on the error of its request's body: that is the client's.
   *
   * Where an answer is still possible, it is the `serverStatus` of the error, or 500; or else the status, from 400 to 599, of
   * what this returns: `responseStart(404)`.
   *
   * @defaultValue writes it to the console, unless it is the client's: 400 to 499, as for content that is no JSON
   */
  readonly onError: (error: unknown, request: HttpServerRequest) => unknown;
  /**
   * Where time comes from.
   *
   * @defaultValue asyncScheduler, which is virtual inside `TestScheduler.run`
   */
  readonly scheduler: SchedulerLike;
}

/** What may be set otherwise than by default. */
export type HttpServerOptions = {
  readonly [Name in keyof HttpServerSettings]?: HttpServerSettings[Name] | undefined;
};
