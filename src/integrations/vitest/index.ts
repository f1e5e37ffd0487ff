/**
 * `import 'rxchange/vitest'`, in a test or in one of `setupFiles`: gives Vitest's `expect` the matcher
 * `toEqualExchange`, and TypeScript its type.
 *
 * @packageDocumentation
 */
import { expect } from 'vitest';
import { exchangeMatchers, type ExchangeMatchers } from '../../testing/assert-exchange.ts';

expect.extend(exchangeMatchers);

// The parameter has to be that of the interface that this becomes a part of, by name and default.
/* eslint-disable @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars, @typescript-eslint/no-explicit-any */
declare module 'vitest' {
  interface Matchers<T = any> extends ExchangeMatchers {}
  interface AsymmetricMatchersContaining extends ExchangeMatchers {}
}
