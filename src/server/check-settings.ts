import {
  checkSettings,
  count,
  func,
  having,
  ms,
  msOrNever,
  object,
  within,
  type Check,
} from '../message/settings.ts';
import { REQUEST_LIMITS, withLimits } from '../wire/limits.ts';
import type { HttpServerSettings } from './server-settings.ts';

const CHECKS: Record<keyof HttpServerSettings, Check> = {
  host: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a name or an address'),
  port: within(0, 65_535),
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
