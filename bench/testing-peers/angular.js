import '@angular/compiler';
import { withClock } from './clock.js';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { HttpClient, HttpEventType, provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import {
  catchError,
  concatMap,
  from,
  map,
  mergeMap,
  of,
  retry,
  switchMap,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import { inPart, no, yes } from './verdict.js';

export const name = 'Angular HttpTestingController';
export const packages = ['@angular/common'];

// There is no browser: TestBed wants a document, and HttpClient does nothing with it.
globalThis.document = { querySelectorAll: () => [], head: { querySelectorAll: () => [] } };
TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());

/** Runs with a client and its controller, as a test of Angular does. */
const testing = (work) =>
  withClock(async (clock) => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    const controller = TestBed.inject(HttpTestingController);
    try {
      await work({ http: TestBed.inject(HttpClient), controller, clock });
      controller.verify();
    } finally {
      TestBed.resetTestingModule();
    }
  });

/** What an observable has said, each with its time. */
function record(source) {
  const told = [];
  source.subscribe({
    next: (value) => told.push([Date.now(), value]),
    error: (error) => told.push([Date.now(), error.name]),
  });
  return told;
}

const OSLO = 'http://weather/cities/Oslo';
const temperature = (http) => http.get(OSLO).pipe(map(({ celsius }) => celsius));
const failure = () => new Event('error');

export const scenarios = {
  1: yes(() =>
    testing(async ({ http, controller }) => {
      const told = record(temperature(http));
      controller.expectOne(OSLO).flush({ celsius: 21.5 });
      deepStrictEqual(told, [[0, 21.5]]);
    }),
  ),

  2: yes(() =>
    testing(async ({ http, controller, clock }) => {
      const download = http
        .get('http://files/large', { responseType: 'text', observe: 'events', reportProgress: true })
        .pipe(
          timeout({ each: 30_000 }),
          mergeMap(({ type, loaded }) => (type === HttpEventType.DownloadProgress ? [loaded] : [])),
          catchError(() => of('stalled')),
        );
      const told = record(download);
      const request = controller.expectOne('http://files/large');
      request.event({ type: HttpEventType.DownloadProgress, loaded: 6, total: 9 });
      await clock.tickAsync(30_000);
      deepStrictEqual(told, [
        [0, 6],
        [30_000, 'stalled'],
      ]);
      strictEqual(request.cancelled, true);
    }),
  ),

  3: inPart('a connect is not seen from a browser: what is late is the answer', () =>
    testing(async ({ http, controller, clock }) => {
      const told = record(
        http.head('http://service/').pipe(
          timeout(250),
          retry({ count: 1, delay: 100 }),
          map(() => 'up'),
        ),
      );
      strictEqual(controller.match('http://service/').length, 1);
      await clock.tickAsync(370);
      controller.expectOne('http://service/').flush(null);
      deepStrictEqual(told, [[370, 'up']]);
    }),
  ),

  4: yes(() =>
    testing(async ({ http, controller, clock }) => {
      const told = record(
        http.put('http://notes/today', 'buy milk').pipe(
          retry({ count: 2, delay: 500 }),
          map(() => 'saved'),
        ),
      );
      controller.expectOne('http://notes/today').error(failure());
      await clock.tickAsync(500);
      const again = controller.expectOne('http://notes/today');
      strictEqual(again.request.body, 'buy milk');
      again.flush(null);
      deepStrictEqual(told, [[500, 'saved']]);
    }),
  ),

  5: no('connections are the browser’s'),

  6: yes(() =>
    testing(async ({ http, controller, clock }) => {
      const retryAfter = (error) => {
        const date = error.headers.get('Retry-After');
        return error.status === 503 && date !== null ? timer(new Date(date)) : throwError(() => error);
      };
      const told = record(temperature(http).pipe(retry({ count: 2, delay: retryAfter })));
      const busy = {
        status: 503,
        statusText: 'busy',
        headers: { 'Retry-After': 'Thu, 01 Jan 1970 00:00:03 GMT' },
      };
      controller.expectOne(OSLO).flush(null, busy);
      await clock.tickAsync(3_000);
      controller.expectOne(OSLO).flush({ celsius: 4 });
      deepStrictEqual(told, [[3_000, 4]]);
    }),
  ),

  7: yes(() =>
    testing(async ({ http, controller, clock }) => {
      const attempts = temperature(http).pipe(retry({ count: 2, delay: 500 }));
      const told = record(attempts.pipe(timeout({ first: 2_000, with: () => of('as it was') })));
      for (let attempt = 0; attempt < 2; attempt++) {
        await clock.tickAsync(300);
        controller.expectOne(OSLO).error(failure());
        await clock.tickAsync(500);
      }
      const third = controller.expectOne(OSLO);
      await clock.tickAsync(400);
      deepStrictEqual(told, [[2_000, 'as it was']]);
      strictEqual(third.cancelled, true);
    }),
  ),

  8: inPart('of the phases there are two, the wait for the answer and the content; no socket is freed', () =>
    testing(async ({ http, controller, clock }) => {
      const terms = from(['m', 'ma']).pipe(concatMap((term) => timer(10).pipe(map(() => term))));
      record(
        terms.pipe(
          switchMap((term) =>
            http.get('http://search/', { params: { q: term }, observe: 'events', reportProgress: true }),
          ),
        ),
      );
      await clock.tickAsync(10);
      const first = controller.expectOne('http://search/?q=m');
      first.event({ type: HttpEventType.DownloadProgress, loaded: 4, total: 9 });
      await clock.tickAsync(10);
      strictEqual(first.cancelled, true);
      controller.expectOne('http://search/?q=ma').flush('marbles');
    }),
  ),

  9: no('connections are the browser’s, and so is their limit: all five are asked at once', () =>
    testing(async ({ http, controller }) => {
      const names = ['/a', '/b', '/c', '/d', '/e'];
      record(
        from(names).pipe(mergeMap((path) => http.get(`http://gallery${path}`, { responseType: 'text' }))),
      );
      const asked = controller.match(() => true);
      deepStrictEqual(
        asked.map(({ request }) => request.url),
        ['http://gallery/a', 'http://gallery/b'],
      );
    }),
  ),

  10: no('it has no servers, and no wire with a latency'),
};
