import { checkSettings, func, given, ms, type Check } from '../message/settings.ts';

/** How far apart attempts are put. Times are ms. */
export interface BackoffOptions {
  /** The most that is waited before the first retry. @defaultValue 500 */
  readonly base?: number;
  /** How much more before each further one. @defaultValue 2 */
  readonly factor?: number;
  /** The most that is ever waited. @defaultValue 30000 */
  readonly cap?: number;
  /** From 0 up to 1. @defaultValue Math.random */
  readonly random?: () => number;
}

const CHECKS: Record<keyof BackoffOptions, Check> = {
  base: ms,
  factor: (value) =>
    typeof value === 'number' && value > 0 && value < Infinity ? undefined : 'a number above 0',
  cap: ms,
  random: func,
};

/**
 * A delay that grows with each attempt and is drawn anew from 0 up to that bound ("full jitter"): clients that failed
 * together do not come back together.
 *
 * @throws TypeError or RangeError that names an option with a wrong value
 *
 * @example
 * ```ts
 * const client = new HttpClient({ retryLimit: 5, retryDelay: backoff({ base: 200, cap: 10_000 }) });
 * ```
 */
export function backoff(options: BackoffOptions = {}): (cause: unknown, attempt: number) => number {
  const told = given(options, 'backoff');
  checkSettings(told, CHECKS, 'backoff');
  const { base = 500, factor = 2, cap = 30_000, random = Math.random } = told;
  return (_, attempt) => random() * Math.min(cap, base * factor ** (attempt - 1));
}
