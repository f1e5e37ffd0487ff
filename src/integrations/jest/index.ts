/**
 * `import 'rxchange/jest'`, in a test or in a file of `setupFilesAfterEnv`: gives Jest's `expect` the matcher
 * `toEqualExchange`, and TypeScript its type, whether `expect` is a global (`@types/jest`) or of `@jest/globals`.
 *
 * @packageDocumentation
 */
import { expect } from '@jest/globals';
import { exchangeMatchers, type ExchangeMatchers } from '../../testing/assert-exchange.ts';

expect.extend(exchangeMatchers);

// The parameters have to be those of the interfaces that these become a part of, by name and default.
/* eslint-disable @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars, @typescript-eslint/no-namespace */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends ExchangeMatchers<R> {}
  interface AsymmetricMatchers extends ExchangeMatchers {}
}
declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends ExchangeMatchers<R> {}
    interface Expect extends ExchangeMatchers {}
    interface InverseAsymmetricMatchers extends ExchangeMatchers {}
  }
}
