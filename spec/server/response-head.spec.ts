import { describe, expect, test } from '@jest/globals';
import { HandlerError, responseNonfinal, responseStart, UnwritableError } from 'rxchange';
import {
  keepAliveFields,
  nonfinalHead,
  responseHead,
  switchHead,
  type AnsweredRequest,
} from '../../src/server/response-head.ts';

const GET: AnsweredRequest = { method: 'GET', version: '1.1', isPersistent: true, expectsContinue: false };
const KEPT = 'Connection: keep-alive\r\nKeep-Alive: timeout=59\r\n';
/** Of RFC 9110 §5.6.7. */
const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);
const DATE = 'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n';

const lines = (text: string): string[] => text.split('\r\n').slice(0, -2);

describe('the head of a response', () => {
  const headOf = (response = responseStart(200), request = GET, now = NOW, keepAlive = '') =>
    responseHead(response, request, now, keepAlive);

  test('has the Date of the second in which it is made', () => {
    for (const [now, second] of [
      [NOW, 37],
      [NOW + 999, 37],
      [NOW + 1_000, 38],
      [NOW, 37],
    ] as const) {
      expect(headOf(undefined, undefined, now).head).toContain(`08:49:${String(second)} GMT\r\n`);
    }
  });

  test('has none besides one that the handler gives, in any case', () => {
    for (const name of ['Date', 'DATE']) {
      expect(headOf(responseStart(204, [[name, 'a while ago']])).head).toBe(
        `HTTP/1.1 204 No Content\r\n${name}: a while ago\r\n\r\n`,
      );
    }
    expect(headOf(responseStart(200, [['Dato', 'x']])).head).toContain(DATE);
  });

  test('says how long the connection is kept, or that it is not', () => {
    expect(lines(headOf(undefined, GET, NOW, KEPT).head).slice(-2)).toEqual(lines(`${KEPT}\r\n`));
    const last = headOf(undefined, { ...GET, isPersistent: false }, NOW, KEPT);
    expect(last.isPersistent).toBe(false);
    expect(lines(last.head).slice(-1)).toEqual(['Connection: close']);
  });

  test('to an HTTP/1.0 client without a length ends with its connection; with one it is kept, and says so', () => {
    const old: AnsweredRequest = { ...GET, version: '1.0' };
    expect(headOf(undefined, old, NOW, KEPT)).toMatchObject({
      content: { type: 'close' },
      isPersistent: false,
    });
    const kept = headOf(responseStart(200, [['Content-Length', '0']]), old);
    expect(kept.isPersistent).toBe(true);
    expect(lines(kept.head).slice(-1)).toEqual(['Connection: keep-alive']);
  });

  test('says nothing of a connection that is kept in HTTP/1.1 for who knows how long', () => {
    expect(headOf(responseStart(204)).head).toBe(`HTTP/1.1 204 No Content\r\n${DATE}\r\n`);
  });
});

test('the head of an interim response has what it is given, and no Date', () => {
  expect(nonfinalHead(responseNonfinal(103, [['Link', '</a>']]))).toBe(
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  );
  expect(nonfinalHead(responseNonfinal(199, [], 'Odd'))).toBe('HTTP/1.1 199 Odd\r\n\r\n');
});

describe('the head of a switch', () => {
  test('to a protocol is 101', () => {
    expect(switchHead([['X', 'y']], GET, ['a/1', 'b'], NOW)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nX: y\r\nConnection: upgrade\r\nUpgrade: a/1\r\n\r\n',
    );
    expect(switchHead([['upgrade', 'B, A/1']], GET, ['a/1', 'b'], NOW)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: B, A/1\r\n\r\n',
    );
  });

  test('is refused to what was not offered, all of it, or to nothing', () => {
    for (const chosen of ['c', 'b, c', 'b/1', '', ' , ']) {
      expect(() => switchHead([['Upgrade', chosen]], GET, ['a/1', 'b'], NOW)).toThrow(HandlerError);
    }
    expect(() => switchHead([['X', 'a\r\nb']], GET, ['b'], NOW)).toThrow(UnwritableError);
  });

  test('to a tunnel is 200, with a Date and without a length', () => {
    const request: AnsweredRequest = { ...GET, method: 'CONNECT', isPersistent: false };
    const head = switchHead(
      [
        ['Content-Length', '3'],
        ['X', 'y'],
      ],
      request,
      [],
      NOW,
    );
    expect(head).toBe(`HTTP/1.1 200 OK\r\nX: y\r\n${DATE}\r\n`);
  });
});

test('a time is said in whole seconds, one less, and not when it is too short for that', () => {
  const said = (ms: number | null): string | undefined => /timeout=(\d+)/.exec(keepAliveFields(ms))?.[1];
  expect([60_000, 60_999, 2_000, 1_999, 0, null].map(said)).toEqual([
    '59',
    '59',
    '1',
    undefined,
    undefined,
    undefined,
  ]);
  expect(keepAliveFields(60_000)).toBe(KEPT);
  expect(keepAliveFields(null)).toBe('');
});
