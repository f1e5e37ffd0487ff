import { describe, expect, test } from '@jest/globals';
import { HttpClient, type HttpClientOptions, type HttpClientSettings } from 'rxchange';

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const hostile = new Proxy({}, { get: () => undefined, ownKeys: () => [] });

const NO_NUMBER = ['5', null, true, {}, [], Symbol('s'), 5n, circular, () => 5];
const NO_MS = [NaN, -1, Infinity, -Infinity, 2 ** 31, '5', true, {}, [5], Symbol('s'), 5n];
const NO_COUNT = [NaN, -1, 0.5, -Infinity, 2 ** 53, ...NO_NUMBER];
const NO_OBJECT = [null, 5, NaN, 'tcp', true, {}, [], circular, hostile, Symbol('s')];

/** What each option does not take, and what is at the edge of what it does: one line an option. */
const VALUES: Record<keyof HttpClientSettings, { wrong: unknown[]; right: unknown[] }> = {
  transport: { wrong: [...NO_OBJECT, { listen: () => {} }], right: [{ connect: () => {} }] },
  connectTimeout: { wrong: NO_MS, right: [null, 0, 0.5, 2 ** 31 - 1] },
  connectBackoff: { wrong: [1, {}, 'x'], right: [null, () => 1] },
  readTimeout: { wrong: NO_MS, right: [null, 0, 2 ** 31 - 1] },
  idleTimeout: { wrong: NO_MS, right: [null, 0, 2 ** 31 - 1] },
  retryLimit: { wrong: NO_COUNT, right: [0, 1, Infinity] },
  retryDelay: { wrong: [null, ...NO_MS], right: [0, 2 ** 31 - 1, () => 5] },
  retryStatuses: {
    wrong: [null, 503, '503', {}, [NaN], ['503'], [199], [600], [503.5], [[503]], circular],
    right: [[], [200, 599]],
  },
  maxRetryAfter: { wrong: [null, ...NO_MS], right: [0, 2 ** 31 - 1] },
  maxConnectionsPerOrigin: { wrong: [0, ...NO_COUNT], right: [1, Infinity] },
  maxConnections: { wrong: [0, ...NO_COUNT], right: [1, Infinity] },
  maxPending: { wrong: NO_COUNT, right: [0, Infinity] },
  acquireTimeout: { wrong: NO_MS, right: [null, 0] },
  headersTimeout: { wrong: NO_MS, right: [null, 0] },
  deadline: { wrong: NO_MS, right: [null, 0] },
  continueTimeout: { wrong: NO_MS, right: [null, 0] },
  maxConnectionAge: { wrong: NO_MS, right: [null, 0] },
  keepAliveMargin: { wrong: [null, ...NO_MS], right: [0] },
  maxBufferedBytes: { wrong: NO_COUNT, right: [0, Infinity] },
  careful: { wrong: [null, 0, 1, 'true', NaN, {}], right: [true, false] },
  limits: { wrong: [null, 5, 'none', true, Symbol('s')], right: [{}, { fields: 5 }] },
  scheduler: {
    wrong: [...NO_OBJECT, { now: () => 0 }, { schedule: () => {} }],
    right: [{ now: () => 0, schedule: () => {} }],
  },
};

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);

const all = Object.entries(VALUES);
const wrong = all.flatMap(([name, { wrong: values }]) =>
  values.map((value) => [name, shown(value), value] as const),
);
const right = all.flatMap(([name, { right: values }]) =>
  values.map((value) => [name, shown(value), value] as const),
);

test('every option has its line, and no line is of another', () => {
  expect(Object.keys(VALUES).sort()).toEqual(Object.keys(HttpClient.defaults).sort());
});

describe('a client with a wrong option', () => {
  test.each(wrong)('%s: %s throws at once, and names it', (name, _, value) => {
    const error = thrownBy(() => new HttpClient({ [name]: value }));
    expect((error as Error).name).toBe(typeof value === 'number' ? 'RangeError' : 'TypeError');
    expect((error as Error).message).toMatch(new RegExp(`^${name} must be `));
  });

  test.each([
    ['connectBackoff', 5, 'connectBackoff must be a function, or null, not 5'],
    ['retryDelay', -1, 'retryDelay must be a number of ms from 0 to 2147483647, or a function, not -1'],
    ['retryStatuses', [99], 'retryStatuses must be a list of final statuses, not this list'],
    ['readTimout', 5, 'readTimout is not an option of HttpClient'],
  ])('%s: %j says what it takes', (name, value, text) => {
    expect(() => new HttpClient({ [name]: value })).toThrow(text);
  });

  test.each(right)('%s: %s is not one', (name, _, value) => {
    expect(new HttpClient({ [name]: value })).toBeInstanceOf(HttpClient);
  });

  test.each(Object.keys(VALUES))('%s: undefined has its default', (name) => {
    expect(new HttpClient({ [name]: undefined })).toBeInstanceOf(HttpClient);
  });

  test.each(['readTimout', 'timeout', 'toString', 'constructor', 'hasOwnProperty', '__proto__'])(
    'that nobody knows, %s, throws at once, and names it',
    (name) => {
      const options: HttpClientOptions = Object.fromEntries([[name, 5]]);
      const error = thrownBy(() => new HttpClient(options));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain(name);
    },
  );

  test.each([
    ['startLine', NaN],
    ['fields', -1],
    ['nonfinals', 1.5],
    ['chunkLine', Infinity],
    ['lines', 5],
  ])('limits.%s: %d throws at once, and names it', (name, value) => {
    const error = thrownBy(() => new HttpClient({ limits: { [name]: value } }));
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toContain(`limits.${name}`);
  });

  test('given as a default is named as well', () => {
    const { defaults } = HttpClient;
    try {
      HttpClient.defaults = { ...defaults, readTimeout: NaN };
      expect((thrownBy(() => new HttpClient()) as Error).message).toMatch(/^readTimeout must be /);
      expect(new HttpClient({ readTimeout: 5 })).toBeInstanceOf(HttpClient);
    } finally {
      HttpClient.defaults = defaults;
    }
  });
});
