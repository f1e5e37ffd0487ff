import { mismatch } from './mismatch.ts';
import { MismatchError } from './test-errors.ts';

/**
 * The one assert for exchanges: what a `new TestScheduler(assertExchange)` needs to see of them what matters. Outside of
 * one, it compares any two values so.
 *
 * @throws MismatchError with both as diagrams
 */
export function assertExchange(actual: unknown, expected: unknown): void {
  const found = mismatch(actual, expected);
  if (found !== undefined) throw new MismatchError(found);
}

/** What `exchangeMatchers` give to an `expect`; `R` is what its own matchers return. */
export interface ExchangeMatchers<R = unknown> {
  /**
   * Compares as `assertExchange` does: sees classes and codes of errors, and octets as text, and leaves `flow` aside.
   *
   * @example
   * ```ts
   * expect([responseStart(200), responseBody(Buffer.from('abc'))]).toEqualExchange([
   *   { type: 'response_start', status: 200, headers: [] },
   *   { type: 'response_body', chunk: 'abc' },
   * ]);
   * ```
   */
  toEqualExchange(expected: unknown): R;
}

/**
 * For an `expect.extend(exchangeMatchers)`. Jest's and Vitest's are given it, and its type, by the import of
 * `rxchange/jest` or `rxchange/vitest`.
 */
export const exchangeMatchers = {
  toEqualExchange(received: unknown, expected: unknown): { pass: boolean; message: () => string } {
    const found = mismatch(received, expected);
    return {
      pass: found === undefined,
      message: () => found ?? 'expected the two to differ in what matters of an exchange',
    };
  },
};
