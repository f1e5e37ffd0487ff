import { describe, expect, test } from '@jest/globals';
import { HttpServer, type HttpServerOptions, type HttpServerSettings } from 'rxchange';

const NO_MS = [NaN, -1, Infinity, 2 ** 31, '5', {}];

/** What each option does not take: one line an option. */
const WRONG: Record<keyof HttpServerSettings, unknown[]> = {
  host: ['', 5, null],
  port: [NaN, -1, 0.5, 65_536, '8080', null],
  transport: [null, {}, 'tcp'],
  idleTimeout: NO_MS,
  headTimeout: NO_MS,
  requestTimeout: NO_MS,
  readTimeout: NO_MS,
  writeTimeout: NO_MS,
  handlerTimeout: NO_MS,
  maxBufferedBytes: [NaN, -1, 0.5, '5', null],
  maxConnections: [NaN, 0, -1, 0.5, '5', null],
  maxRequestsPerConnection: [NaN, 0, -1, 0.5, '5', null],
  stopGrace: [...NO_MS, null],
  stopTimeout: NO_MS,
  limits: [null, 5, { fields: -1 }, { none: 1 }],
  onError: [null, {}, 'console'],
  scheduler: [null, {}, { now: () => 0 }],
};

describe('an option of HttpServer', () => {
  test('has a line here', () => {
    expect(Object.keys(WRONG).sort()).toEqual(Object.keys(HttpServer.defaults).sort());
  });

  test.each(Object.entries(WRONG))(
    '%s throws for what it does not take, and says its name',
    (name, values) => {
      for (const value of values) {
        expect(() => new HttpServer({ [name]: value })).toThrow(name);
      }
    },
  );

  test('takes the first and the last that are right', () => {
    for (const port of [0, 65_535]) expect(() => new HttpServer({ port })).not.toThrow();
  });

  test.each<[string, HttpServerOptions]>([
    ['port must be a whole number from 0 to 65535, not 65536', { port: 65_536 }],
    ['host must be a name or an address, not ', { host: '' }],
  ])('says what it takes: %s', (message, options) => {
    expect(() => new HttpServer(options)).toThrow(message);
  });

  test('that there is not is an error', () => {
    expect(() => new HttpServer({ prot: 80 } as never)).toThrow('prot is not an option of HttpServer');
  });
});
