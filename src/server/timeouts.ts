import type { SchedulerLike } from 'rxjs';
import {
  HandlerTimeoutError,
  RequestTimeoutError,
  WriteTimeoutError,
  type PhaseTimeoutError,
} from '../message/errors.ts';
import { LazyTimer } from '../operators/lazy-timer.ts';

/** How long a server waits for what. Times are ms; `null` means for ever. */
export interface TimeoutSettings {
  /**
   * For a head, from its first octet on; then 408.
   *
   * @defaultValue 30000; node:http gives 60 s, nginx too
   */
  readonly headTimeout: number | null;
  /**
   * For a whole request, from its first octet on; then 408.
   *
   * @defaultValue 300000, as node:http has it
   */
  readonly requestTimeout: number | null;
  /**
   * For the next octet of content that the handler wants; then 408. Also for the handler to take more of it, when so much
   * waits that reading has stopped; then it is unsubscribed, and 503 is answered: that its client has left could not be seen.
   *
   * @defaultValue 60000, as nginx has it
   */
  readonly readTimeout: number | null;
  /**
   * For a handler to begin its response; then it is unsubscribed, and 503 is answered.
   *
   * @defaultValue null
   */
  readonly handlerTimeout: number | null;
  /**
   * For the client to take more of a response that waits for it; then the connection is closed.
   *
   * @defaultValue 60000, as nginx has it
   */
  readonly writeTimeout: number | null;
}

/** What a connection may be waiting for. */
export type Wait = 'head' | 'request' | 'content' | 'taking' | 'handler' | 'write';

/**
 * The waits of one connection. Most exchanges are over within the turn in which they begin and never wait: a timer is made
 * when there is something to wait for, and kept for the next time.
 */
export class Timeouts {
  private readonly settings: TimeoutSettings;
  private readonly scheduler: SchedulerLike;
  private readonly expire: (error: PhaseTimeoutError) => void;
  private timers: Map<Wait, LazyTimer> | undefined;

  constructor(
    settings: TimeoutSettings,
    scheduler: SchedulerLike,
    expire: (error: PhaseTimeoutError) => void,
  ) {
    this.settings = settings;
    this.scheduler = scheduler;
    this.expire = expire;
  }

  /** Says whether the connection waits for this; a wait that goes on is not begun anew. */
  set(wait: Wait, isWaiting: boolean): void {
    const timer = this.timers?.get(wait);
    if (isWaiting === (timer?.isWaiting === true)) return;
    if (isWaiting) this.begin(wait);
    else timer?.pause();
  }

  /** Something has come of a wait, if it goes on. */
  restart(wait: Wait): void {
    if (this.timers?.get(wait)?.isWaiting === true) this.begin(wait);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const timer of this.timers?.values() ?? []) timer.stop();
    this.timers = undefined;
  }

  private begin(wait: Wait): void {
    const timeout = this.timeoutOf(wait);
    if (timeout === null) return;
    this.timers ??= new Map();
    let timer = this.timers.get(wait);
    if (timer === undefined) {
      timer = new LazyTimer(timeout, this.scheduler, () => this.expire(errorOf(wait, timeout)));
      this.timers.set(wait, timer);
    }
    timer.start();
  }

  private timeoutOf(wait: Wait): number | null {
    switch (wait) {
      case 'head':
        return this.settings.headTimeout;
      case 'request':
        return this.settings.requestTimeout;
      case 'content':
      case 'taking':
        return this.settings.readTimeout;
      case 'handler':
        return this.settings.handlerTimeout;
      case 'write':
        return this.settings.writeTimeout;
    }
  }
}

function errorOf(wait: Wait, timeout: number): PhaseTimeoutError {
  switch (wait) {
    case 'write':
      return new WriteTimeoutError(timeout);
    case 'handler':
      return new HandlerTimeoutError(timeout);
    case 'taking':
      return new HandlerTimeoutError(timeout, 'to take more of the content');
    case 'head':
      return new RequestTimeoutError(timeout, 'for its head');
    case 'request':
      return new RequestTimeoutError(timeout, 'for all of it');
    case 'content':
      return new RequestTimeoutError(timeout, 'for more of its content');
  }
}
