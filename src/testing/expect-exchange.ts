import { Observable } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { ResponseNotification } from '../message/notifications.ts';
import { CallSite, unnoticed } from './call-site.ts';
import {
  ALPHABET,
  expectedError,
  expectedValues,
  type ExpectedError,
  type ExpectedNotification,
} from './expected-values.ts';
import { readMarbles, requireValues } from './read-marbles.ts';
import { requireOurs, TestRun, type Cause, type Living } from './test-run.ts';

/** What comes of expecting an exchange. */
export interface ExpectedExchange {
  /**
   * @param values - what the letters stand for; one of the alphabet that has no value stands for any of its kind
   * @param error - what `#` stands for: any error unless given
   */
  toBe(marbles: string, values?: Readonly<Record<string, ExpectedNotification>>, error?: ExpectedError): void;
}

/**
 * Expects of an exchange what comes when, in the one alphabet: `i` nonfinal, `s` start, `b` body, `d` done, `a` anomaly.
 * An exchange that is not over at the end of the run is left behind, and fails an HttpTestScheduler's.
 *
 * @example
 * ```ts
 * new TestScheduler(assertExchange).run((helpers) => {
 *   const exchange = fakeExchange(helpers, ['--s-(d|)']);
 *   const response = exchange({ method: 'GET', uri: 'http://origin/', headers: [] });
 *   expectExchange(helpers, response).toBe('--s-(d|)', { s: 200 });
 * });
 * ```
 *
 * @param subscription - when it is subscribed to and unsubscribed, as in `'^--!'`
 * @throws MarbleError, MissingValueError, TwoCopiesError, OutsideRunError
 */
export function expectExchange(
  helpers: RunHelpers,
  exchange: Observable<ResponseNotification>,
  subscription?: string,
): ExpectedExchange {
  const run = TestRun.of(helpers);
  const site = new CallSite();
  requireOurs(exchange);
  const followed = new Observable<ResponseNotification>((subscriber) => {
    const cause: Cause = {};
    let hasSpoken = false;
    const living: Living = {
      describe: () =>
        `exchange ${cause.label ?? '(nothing sent)'}, not over, expected at ${site.shown(2)}${hasSpoken || cause.label !== undefined ? '' : SILENT}`,
    };
    const before = run.cause;
    run.cause = cause;
    run.begin(living);
    subscriber.add(() => run.end(living));
    try {
      subscriber.add(
        exchange.subscribe({
          next: (notification) => {
            hasSpoken = true;
            subscriber.next(notification);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    } finally {
      run.cause = before;
    }
  });
  const expectation = unnoticed(() => helpers.expectObservable(followed, subscription));
  return {
    toBe: (marbles, values = {}, error) => {
      requireValues(marbles, readMarbles(marbles), [...ALPHABET, ...Object.keys(values)]);
      expectation.toBe(marbles, expectedValues(values), expectedError(error));
    },
  };
}

const SILENT =
  ': it has sent nothing and said nothing. It waits for a connection, or for something that comes after the run: what ' +
  'stands behind a promise, an `await`, a microtask or a timer of Node does';
