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

/**
 * A delay that grows with each attempt and is drawn anew from 0 up to that bound ("full jitter"): clients that failed
 * together do not come back together.
 *
 * @example
 * ```ts
 * const client = new HttpClient({ retryLimit: 5, retryDelay: backoff({ base: 200, cap: 10_000 }) });
 * ```
 */
export function backoff({
  base = 500,
  factor = 2,
  cap = 30_000,
  random = Math.random,
}: BackoffOptions = {}): (cause: unknown, attempt: number) => number {
  return (_, attempt) => random() * Math.min(cap, base * factor ** (attempt - 1));
}
