import {
  checkSettings,
  count,
  func,
  having,
  ms,
  msOrNever,
  object,
  type Check,
} from '../message/settings.ts';
import { REQUEST_LIMITS, withLimits } from '../wire/limits.ts';
import type { HttpServerSettings } from './server-settings.ts';

const port: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535
    ? undefined
    : 'a whole number from 0 to 65535';

const CHECKS: Record<keyof HttpServerSettings, Check> = {
  host: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a name or an address'),
  port,
  transport: having('listen'),
  idleTimeout: msOrNever,
  headTimeout: msOrNever,
  requestTimeout: msOrNever,
  readTimeout: msOrNever,
  writeTimeout: msOrNever,
  handlerTimeout: msOrNever,
  maxBufferedBytes: count(0),
  maxConnections: count(1),
  maxRequestsPerConnection: count(1),
  stopGrace: ms,
  stopTimeout: msOrNever,
  limits: object,
  onError: func,
  scheduler: having('now', 'schedule'),
};

/** @throws RangeError for a number out of its range, TypeError for anything else; both name the option */
export function checkServerSettings(settings: HttpServerSettings): void {
  checkSettings(settings, CHECKS, 'HttpServer');
  withLimits(REQUEST_LIMITS, settings.limits);
}
