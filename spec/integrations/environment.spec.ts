import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EMPTY } from 'rxjs';
import type { ConnectTarget, Transport } from 'rxchange';
import { proxyFromEnvironment } from 'rxchange/environment';

const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

const before = new Map<string, string | undefined>();
beforeEach(() => {
  for (const name of NAMES) {
    before.set(name, process.env[name]);
    Reflect.deleteProperty(process.env, name);
  }
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

/** Whom a connection is made to that is asked for. */
function reached(target: ConnectTarget): ConnectTarget | undefined {
  let seen: ConnectTarget | undefined;
  const over: Transport = {
    connect: (to) => {
      seen = to;
      return EMPTY;
    },
    listen: () => EMPTY,
  };
  proxyFromEnvironment({ over }).connect(target).subscribe();
  return seen;
}

const HTTP: ConnectTarget = { scheme: 'http', host: 'a.example', port: 80 };
const HTTPS: ConnectTarget = { scheme: 'https', host: 'a.example', port: 8443 };

describe('a proxy of the environment', () => {
  test('is none where none is named', () => {
    expect(reached(HTTP)).toBe(HTTP);
    expect(reached(HTTPS)).toEqual({ host: 'a.example', port: 8443 });
  });

  test('is one for each scheme', () => {
    process.env['http_proxy'] = 'http://one:3128';
    process.env['HTTPS_PROXY'] = 'http://two:8080';
    expect(reached(HTTP)).toEqual({ host: 'one', port: 3128 });
    expect(reached(HTTPS)).toEqual({ host: 'two', port: 8080 });
  });

  test.each(['a.example', '.example', '*', 'b, a.example:8443'])(
    'is not for what NO_PROXY names: %s',
    (names) => {
      process.env['https_proxy'] = 'http://proxy';
      process.env['no_proxy'] = names;
      expect(reached(HTTPS)).toEqual({ host: 'a.example', port: 8443 });
    },
  );

  test('is looked up for each connection', () => {
    process.env['http_proxy'] = 'http://one';
    expect(reached(HTTP)).toMatchObject({ host: 'one' });
    process.env['http_proxy'] = 'http://other';
    expect(reached(HTTP)).toMatchObject({ host: 'other' });
  });
});
