import {
  boolean,
  checkSettings,
  count,
  func,
  having,
  ms,
  msOrNever,
  object,
  type Check,
} from '../message/settings.ts';
import { RESPONSE_LIMITS, withLimits } from '../wire/limits.ts';
import type { HttpClientSettings } from './client-settings.ts';

const statuses: Check = (value) =>
  Array.isArray(value) && value.every((status) => Number.isInteger(status) && status >= 200 && status <= 599)
    ? undefined
    : 'a list of final statuses';

/** That of a value which may be something else as well. */
const orElse =
  (isElse: (value: unknown) => boolean, other: string, check: Check): Check =>
  (value) => {
    const wanted = isElse(value) ? undefined : check(value);
    return wanted && `${wanted}, or ${other}`;
  };

const CHECKS: Record<keyof HttpClientSettings, Check> = {
  transport: having('connect'),
  connectTimeout: msOrNever,
  connectBackoff: orElse((value) => value === null, 'null', func),
  readTimeout: msOrNever,
  idleTimeout: msOrNever,
  retryLimit: count(0),
  retryDelay: orElse((value) => typeof value === 'function', 'a function', ms),
  retryStatuses: statuses,
  maxRetryAfter: ms,
  maxConnectionsPerOrigin: count(1),
  maxConnections: count(1),
  maxPending: count(0),
  acquireTimeout: msOrNever,
  headersTimeout: msOrNever,
  deadline: msOrNever,
  continueTimeout: msOrNever,
  maxConnectionAge: msOrNever,
  keepAliveMargin: ms,
  maxBufferedBytes: count(0),
  careful: boolean,
  limits: object,
  scheduler: having('now', 'schedule'),
};

/** @throws RangeError for a number out of its range, TypeError for anything else; both name the option */
export function checkClientSettings(settings: HttpClientSettings): void {
  checkSettings(settings, CHECKS, 'HttpClient');
  withLimits(RESPONSE_LIMITS, settings.limits);
}
