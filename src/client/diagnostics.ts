import { Observable, type SchedulerLike } from 'rxjs';
import type { ConnectionInfo } from '../message/connection.ts';
import type { ExchangeFacts } from '../message/exchange-facts.ts';
import type { HttpRequest } from '../message/exchange.ts';
import type { ResponseStart, UpgradeNotification } from '../message/notifications.ts';
import { channelOf } from '../transport/channels.ts';
import type { Attempt } from './attempt.ts';
import type { PoolStats } from './pool-stats.ts';
import { Stopwatch, type Timings } from './timings.ts';

/** Published on `rxchange:exchange:start` when an exchange is subscribed to. */
export interface ExchangeStartMessage {
  /** The same object in all messages of an exchange, and as it stands then. */
  readonly exchange: ExchangeFacts;
  readonly request: HttpRequest;
}

/** Published on `rxchange:exchange:head` when the final head has come, before it is delivered. */
export interface ExchangeHeadMessage extends ExchangeStartMessage {
  readonly response: Pick<ResponseStart, 'status' | 'phrase' | 'headers' | 'version'>;
}

/** Published on `rxchange:exchange:end` when an exchange is over, before its subscriber hears of it. */
export interface ExchangeEndMessage extends ExchangeStartMessage {
  readonly outcome: 'complete' | 'error' | 'unsubscribe';
  /** With what it errored. */
  readonly error: unknown;
  /** Of the last attempt. */
  readonly timings: Timings;
}

/** Published on `rxchange:connection:open`, when a connection is made, and `rxchange:connection:close`. */
export interface ConnectionMessage {
  /** As `http://host:port`. */
  readonly origin: string;
  readonly connection: ConnectionInfo;
}

/** Published on `rxchange:connection:error` when a connection cannot be made. */
export interface ConnectionErrorMessage {
  /** As `http://host:port`. */
  readonly origin: string;
  readonly error: unknown;
}

/** Published on `rxchange:pool:change` when there are more or fewer connections to an origin, or exchanges that wait for one. */
export interface PoolMessage extends PoolStats {
  /** As `http://host:port`. */
  readonly origin: string;
}

export const connectionOpen = channelOf('connection:open');
export const connectionClose = channelOf('connection:close');
export const connectionError = channelOf('connection:error');
export const poolChange = channelOf('pool:change');

const exchangeStart = channelOf('exchange:start');
const exchangeHead = channelOf('exchange:head');
const exchangeEnd = channelOf('exchange:end');

/** Whether anybody wants to hear of exchanges. */
export function isWatched(): boolean {
  return exchangeStart.hasSubscribers || exchangeHead.hasSubscribers || exchangeEnd.hasSubscribers;
}

/** The exchange, with what happens to it published. */
export function watched<T extends UpgradeNotification>(
  attempt: Attempt,
  exchange: Observable<T>,
  scheduler: SchedulerLike,
): Observable<T> {
  return new Observable((subscriber) => {
    const stopwatch = new Stopwatch(scheduler);
    attempt.stopwatch = stopwatch;
    const about: ExchangeStartMessage = { exchange: attempt, request: attempt.request };
    let isOver = false;
    const end = (outcome: ExchangeEndMessage['outcome'], error?: unknown): void => {
      if (isOver) return;
      isOver = true;
      stopwatch.spend('receive');
      const { timings } = stopwatch;
      exchangeEnd.publish({ ...about, outcome, error, timings } satisfies ExchangeEndMessage);
    };
    exchangeStart.publish(about);
    subscriber.add(() => end('unsubscribe'));
    if (subscriber.closed) return;
    return exchange.subscribe({
      next: (notification) => {
        if (notification.type === 'response_start' || notification.type === 'response_upgrade') {
          exchangeHead.publish({ ...about, response: notification } satisfies ExchangeHeadMessage);
        }
        subscriber.next(notification);
      },
      error: (error: unknown) => {
        end('error', error);
        subscriber.error(error);
      },
      complete: () => {
        end('complete');
        subscriber.complete();
      },
    });
  });
}
