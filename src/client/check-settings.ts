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

const CHECKS: Record<keyof HttpClientSettings, Check> = {
  transport: having('connect'),
  connectTimeout: msOrNever,
  connectBackoff: (value) => (value === null ? undefined : func(value) && `${func(value) ?? ''}, or null`),
  readTimeout: msOrNever,
  idleTimeout: msOrNever,
  retryLimit: count(0),
  retryDelay: (value) =>
    typeof value === 'function' ? undefined : ms(value) && `${ms(value) ?? ''}, or a function`,
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
