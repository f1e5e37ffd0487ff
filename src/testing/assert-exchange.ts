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

/**
 * A matcher for `expect.extend(exchangeMatchers)`, in Jest and in Vitest: `expect(notifications).toEqualExchange(…)`. It
 * sees classes and codes of errors, and octets as text, and leaves `flow` aside.
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
