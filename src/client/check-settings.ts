import { RESPONSE_LIMITS, withLimits } from '../wire/limits.ts';
import type { HttpClientSettings } from './client-settings.ts';

type Check = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** More ms than a timer takes: Node would fire at once. */
const LONGEST = 2_147_483_647;

const ms: Check = (value) =>
  isNumber(value) && value >= 0 && value <= LONGEST
    ? undefined
    : `a number of ms from 0 to ${String(LONGEST)}`;

const msOrNever: Check = (value) =>
  value === null || ms(value) === undefined ? undefined : `${ms(NaN) ?? ''}, or null`;

const count =
  (least: number): Check =>
  (value) =>
    value === Infinity || (Number.isSafeInteger(value) && (value as number) >= least)
      ? undefined
      : `a whole number from ${String(least)} up, or Infinity`;

const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

const having =
  (...methods: string[]): Check =>
  (value) =>
    methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function')
      ? undefined
      : `an object with ${methods.join(' and ')}`;

const statuses: Check = (value) =>
  Array.isArray(value) && value.every((status) => Number.isInteger(status) && status >= 200 && status <= 599)
    ? undefined
    : 'a list of final statuses';

const CHECKS: Record<keyof HttpClientSettings, Check> = {
  transport: having('connect'),
  connectTimeout: msOrNever,
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
  // Looked at by the reader, whose they are.
  limits: (value) => (typeof value === 'object' && value !== null ? undefined : 'an object'),
  scheduler: having('now', 'schedule'),
};

/** An object may be anything: a circular one, or one that throws when it is looked at. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'this list';
  return typeof value === 'object' && value !== null ? 'this object' : String(value);
}

/**
 * Checks all settings, so that what is wrong with one is said where it is given and not when it is first needed.
 *
 * @throws RangeError for a number out of its range, TypeError for anything else; both name the option
 */
export function checkSettings(settings: HttpClientSettings): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(CHECKS, name)) throw new TypeError(`${name} is not an option of HttpClient`);
    const wanted = CHECKS[name as keyof HttpClientSettings](value);
    if (wanted === undefined) continue;
    const text = `${name} must be ${wanted}, not ${shown(value)}`;
    throw isNumber(value) ? new RangeError(text) : new TypeError(text);
  }
  withLimits(RESPONSE_LIMITS, settings.limits);
}
