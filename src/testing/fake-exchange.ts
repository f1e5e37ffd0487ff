import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { Exchange, HttpRequest } from '../message/exchange.ts';
import type { HeaderList } from '../message/headers.ts';
import {
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type ResponseNotification,
} from '../message/notifications.ts';
import { nearestOf } from './nearest.ts';
import { play } from './play.ts';
import { readMarbles, requireValues, type Mark } from './read-marbles.ts';
import { TwoCopiesError, UnscriptedError, UnusedScriptError } from './test-errors.ts';
import { isForeign, TestRun, type Living } from './test-run.ts';

/** What a letter of an answer stands for: a notification; a status, for `s` and `i`; content, as latin1 or octets. */
export type AnswerValue = ResponseNotification | number | string | Uint8Array;

/** An answer with what its letters stand for; `s` is a 200, `i` a 100 and `d` the end unless given. */
export interface AnswerScript {
  /** From when the request's body is done, or there is none. */
  readonly marbles: string;
  readonly values?: Readonly<Record<string, AnswerValue>> | undefined;
  /** What `#` stands for. */
  readonly error?: unknown;
}

/** What an exchange answers: marbles, or a function of the request that says so or answers itself. */
export type Answer =
  | string
  | AnswerScript
  | ((request: FakeRequest) => string | AnswerScript | Observable<ResponseNotification>);

/** A request that an exchange was asked, its body read. */
export interface FakeRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderList;
  /** As latin1. */
  readonly content: string;
  readonly trailers: HeaderList;
}

/** An answer for the requests that it is meant for. */
export interface MatchedAnswer {
  readonly method?: string | undefined;
  /** The whole URI, what it matches, or what is true of it. */
  readonly uri?: string | RegExp | ((uri: string) => boolean) | undefined;
  readonly answer: Answer;
  /**
   * How often it is to be given, exactly.
   *
   * @defaultValue 1
   */
  readonly times?: number | undefined;
}

/** An exchange that follows a script. */
export interface FakeExchange {
  /** As it is to be handed on. */
  (request: HttpRequest): Observable<ResponseNotification>;
  /** What it was asked so far. */
  readonly requests: readonly FakeRequest[];
  /**
   * Sees to it that every answer was asked for. An HttpTestScheduler does so by itself at the end of a run.
   *
   * @throws UnusedScriptError
   */
  expectUsed(): void;
}

/**
 * An exchange without a wire under it, for what stands above exchanges: it gives the answers of a script in order, each
 * to one subscription, or those that match. It is strict: what is not answered by the script fails the test, and so does
 * an answer that nobody asked for.
 *
 * ```
 * answer:  --s-b-(d|)
 * ```
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run((helpers) => {
 *   const exchange = fakeExchange(helpers, ['--#', { marbles: '--s-b-(d|)', values: { b: 'abc' } }]);
 *   const patient = defer(() => exchange({ method: 'GET', uri: 'http://origin/', headers: [] })).pipe(retry(1));
 *   helpers.expectExchange(patient).toBe('----s-b-(d|)');
 * });
 * ```
 *
 * @throws MarbleError, MissingValueError, TwoCopiesError, OutsideRunError
 */
export function fakeExchange(
  helpers: RunHelpers,
  answers: readonly (Answer | MatchedAnswer)[],
): FakeExchange {
  const run = TestRun.of(helpers);
  const script = answers.map(readAnswer);
  const requests: FakeRequest[] = [];

  const exchange: Exchange = (request) =>
    new Observable((subscriber) => {
      run.guard(`The fake exchange that was asked ${nameOf(request)}`);
      const living: Living = { describe: () => `exchange ${nameOf(request)}, not over` };
      run.begin(living);
      subscriber.add(() => run.end(living));
      if (run.cause !== run.root) run.cause.label ??= nameOf(request);
      const given = script.find((answer) => answer.left > 0 && answer.refuse(request) === undefined);
      if (given === undefined) {
        run.fail(new UnscriptedError(unscripted(run, request, script)));
        return;
      }
      given.left--;
      given.takenBy = nameOf(request);
      return reading(
        request,
        (read) => {
          requests.push(read);
          answer(run, subscriber, given, read);
        },
        subscriber,
      );
    });

  const expectUsed = (): void => {
    const left = script.filter((answer) => answer.left > 0);
    if (left.length === 0) return;
    const list = left.map(
      ({ name, left: times }) => `  - ${name}${times === 1 ? '' : `, ${String(times)} times`}`,
    );
    throw new UnusedScriptError(`answers that nobody asked for:\n${list.join('\n')}`);
  };
  run.endings.push(expectUsed);
  return Object.assign(exchange, { requests, expectUsed });
}

/** An answer of the script. */
interface ReadAnswer {
  readonly name: string;
  /** The method and URI that it is for, as far as they are said. */
  readonly meant: string;
  readonly answer: Answer;
  /** Why the answer is not for a request. */
  readonly refuse: (request: HttpRequest) => string | undefined;
  left: number;
  takenBy: string | undefined;
}

function readAnswer(given: Answer | MatchedAnswer, index: number): ReadAnswer {
  const isMatched = typeof given === 'object' && 'answer' in given;
  const answer = isMatched ? given.answer : given;
  const { method, uri, times = 1 } = isMatched ? given : ({} as Partial<MatchedAnswer>);
  if (typeof answer !== 'function') readMarbleAnswer(answer);
  const parts = [
    method,
    uri === undefined ? undefined : typeof uri === 'function' ? 'a URI by function' : String(uri),
  ];
  const meant = parts.filter((part) => part !== undefined).join(' ');
  return {
    name: `answer ${String(index + 1)}${meant === '' ? '' : ` for ${meant}`}`,
    meant,
    answer,
    refuse: (request) => {
      if (method !== undefined && method !== request.method) return `it is for the method ${method}`;
      return uri === undefined || matches(uri, request.uri) ? undefined : `it is for another URI`;
    },
    left: times,
    takenBy: undefined,
  };
}

function matches(uri: NonNullable<MatchedAnswer['uri']>, actual: string): boolean {
  if (typeof uri === 'string') return uri === actual;
  return typeof uri === 'function' ? uri(actual) : uri.test(actual);
}

interface MarbleAnswer {
  readonly marks: readonly Mark[];
  readonly values: Readonly<Record<string, ResponseNotification>>;
  readonly error: unknown;
}

const USUAL: Readonly<Record<string, ResponseNotification>> = {
  i: responseNonfinal(100),
  s: responseStart(200),
  d: responseDone(),
};

function readMarbleAnswer(answer: string | AnswerScript): MarbleAnswer {
  const {
    marbles,
    values = {},
    error,
  }: AnswerScript = typeof answer === 'string' ? { marbles: answer } : answer;
  const marks = readMarbles(marbles);
  const all = { ...USUAL };
  for (const [letter, value] of Object.entries(values)) all[letter] = notificationOf(value);
  requireValues(marbles, marks, Object.keys(all));
  return { marks, values: all, error: error ?? new Error('the fake exchange failed') };
}

function notificationOf(value: AnswerValue): ResponseNotification {
  if (typeof value === 'number') return value < 200 ? responseNonfinal(value) : responseStart(value);
  if (typeof value === 'string') return responseBody(Buffer.from(value, 'latin1'));
  return value instanceof Uint8Array ? responseBody(value) : value;
}

function answer(
  run: TestRun,
  subscriber: Subscriber<ResponseNotification>,
  { answer: given }: ReadAnswer,
  request: FakeRequest,
): void {
  const said = typeof given === 'function' ? given(request) : given;
  if (isForeign(said)) {
    run.fail(new TwoCopiesError('The answer of a fake exchange'));
    return;
  }
  if (said instanceof Observable) {
    subscriber.add(said.subscribe(subscriber));
    return;
  }
  const { marks, values, error } = readMarbleAnswer(said);
  const playing = play(run, marks, ({ char }) => {
    if (char === '|') subscriber.complete();
    else if (char === '#') subscriber.error(error);
    else subscriber.next(values[char]);
  });
  subscriber.add(playing);
}

/** Reads the body of a request, as whoever sends it would. */
function reading(
  request: HttpRequest,
  onRead: (request: FakeRequest) => void,
  subscriber: Subscriber<ResponseNotification>,
): Subscription | undefined {
  const { method, uri, headers, body } = request;
  if (body === undefined) {
    onRead({ method, uri, headers, content: '', trailers: [] });
    return undefined;
  }
  let content = '';
  return body.subscribe({
    next: (notification) => {
      if (notification.type === 'request_body') content += Buffer.from(notification.chunk).toString('latin1');
      else onRead({ method, uri, headers, content, trailers: notification.trailers });
    },
    error: (error: unknown) => subscriber.error(error),
  });
}

function nameOf({ method, uri }: HttpRequest): string {
  return `${method} ${uri}`;
}

function unscripted(run: TestRun, request: HttpRequest, script: readonly ReadAnswer[]): string {
  const asked = `${nameOf(request)} in frame ${String(run.now)} has no answer`;
  const misses = script.map(({ name, meant, refuse, takenBy }) => {
    const reason = refuse(request);
    return {
      name,
      meant,
      reason: reason ?? `it is taken by ${takenBy ?? 'nobody'}`,
      isRefused: reason !== undefined,
    };
  });
  const likely = nearestOf(
    nameOf(request),
    script.map(({ meant }) => meant),
  );
  const nearest =
    misses.findLast(({ isRefused }) => !isRefused) ?? misses.find(({ meant }) => meant === likely);
  return nearest === undefined
    ? `${asked}: the script is empty`
    : `${asked}. Nearest is ${nearest.name}, but ${nearest.reason}`;
}
