import { describe, expect, test } from '@jest/globals';
import { UnwritableError } from '../../src/message/errors.ts';
import { formatRequestLine, formatStatusLine } from '../../src/wire/start-line.ts';
import { forEveryCut, requests, responses } from './support/every-cut.ts';

const HOST = 'Host: a\r\n\r\n';

describe('a request line', () => {
  test.each([
    ['GET / HTTP/1.1', { request: 'GET', uri: '/', version: '1.1' }],
    ['GET / HTTP/1.0', { request: 'GET', uri: '/', version: '1.0' }],
    ['GET / HTTP/1.2', { version: '1.1' }],
    ['GET / HTTP/1.9', { version: '1.1' }],
    ['get / HTTP/1.1', { request: 'get' }],
    ["!#$%&'*+-.^_`|~09AZaz / HTTP/1.1", { request: "!#$%&'*+-.^_`|~09AZaz" }],
    ['PRI / HTTP/1.1', { request: 'PRI' }],
  ])('%j is read', (line, start) => {
    expect(forEveryCut(requests(), `${line}\r\n${HOST}`)).toMatchObject([start, { done: [] }]);
  });

  test.each([
    ['', 'START_LINE', 2],
    ['GET', 'START_LINE', 0],
    ['GET /', 'START_LINE', 5],
    ['GET / ', 'START_LINE', 6],
    ['GET  / HTTP/1.1', 'START_LINE', 5],
    ['GET /  HTTP/1.1', 'START_LINE', 6],
    ['GET / HTTP/1.1 ', 'START_LINE', 6],
    ['GET / HTTP/1.1\t', 'START_LINE', 6],
    ['GET / a HTTP/1.1', 'START_LINE', 6],
    [' GET / HTTP/1.1', 'START_LINE', 0],
    ['\tGET / HTTP/1.1', 'START_LINE', 0],
    ['GET\t/ HTTP/1.1', 'START_LINE', 0],
    ['GET\t/\tHTTP/1.1', 'START_LINE', 0],
    ['GET /\tHTTP/1.1', 'START_LINE', 14],
    ['G@T / HTTP/1.1', 'START_LINE', 0],
    ['GET: / HTTP/1.1', 'START_LINE', 0],
    ['GÉT / HTTP/1.1', 'START_LINE', 0],
    ['GET\x00 / HTTP/1.1', 'START_LINE', 3],
    ['GET /\x00 HTTP/1.1', 'START_LINE', 5],
    ['GET /\x7f HTTP/1.1', 'START_LINE', 5],
    ['GET /\x0b HTTP/1.1', 'START_LINE', 5],
    ['GET / HTTP/1.1\x0c', 'START_LINE', 14],
    ['GET /\rHost: b HTTP/1.1', 'LINE_END', 5],
    ['GET / HTTP/1.1\r', 'LINE_END', 14],
    ['GET / http/1.1', 'START_LINE', 6],
    ['GET / Http/1.1', 'START_LINE', 6],
    ['GET / HTTP/1.10', 'START_LINE', 6],
    ['GET / HTTP/01.1', 'START_LINE', 6],
    ['GET / HTTP/1', 'START_LINE', 6],
    ['GET / HTTP/1.', 'START_LINE', 6],
    ['GET / HTTP/.1', 'START_LINE', 6],
    ['GET / HTTP/1,1', 'START_LINE', 6],
    ['GET / HTTP/1.x', 'START_LINE', 6],
    ['GET / HTTP/+1.1', 'START_LINE', 6],
    ['GET / HTTP 1.1', 'START_LINE', 6],
    ['GET / HTTPS/1.1', 'START_LINE', 6],
    ['GET / xHTTP/1.2', 'START_LINE', 6],
    ['GET / HTTP/1.20', 'START_LINE', 6],
    ['GET / RTSP/1.0', 'START_LINE', 6],
    ['GET / HTTP/0.9', 'HTTP_VERSION', 6],
    ['GET / HTTP/2.0', 'HTTP_VERSION', 6],
    ['GET / HTTP/3.1', 'HTTP_VERSION', 6],
    ['GET / HTTP/9.9', 'HTTP_VERSION', 6],
  ])('%j is refused: %s at %i', (line, code, offset) => {
    // The empty line is not skipped as the first: there is one already.
    const before = line === '' ? '\r\n' : '';
    expect(forEveryCut(requests(), `${before}${line}\r\n${HOST}`)).toMatchObject([
      { error: { code, offset } },
    ]);
  });

  test.each([
    ['a TLS ClientHello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'START_LINE', 0],
    ['an SSL 2 hello', '\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10', 'START_LINE', 2],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'HTTP_VERSION', 6],
    ['a bare LF', 'GET / HTTP/1.1\nHost: a\n\n', 'LINE_END', 14],
    ['HTTP/0.9', 'GET /\r\n', 'START_LINE', 5],
  ])('%s is none', (_, bytes, code, offset) => {
    expect(forEveryCut(requests(), bytes)).toMatchObject([{ error: { code, offset } }]);
  });

  test('may be as long as its limit and no longer, whether or not its end is here', () => {
    const limits = { startLine: 20 };
    const fits = 'GET /56789 HTTP/1.1\r\n';
    expect(fits).toHaveLength(19 + 2);
    expect(forEveryCut(requests({ limits }), `${fits}${HOST}`)).toMatchObject([
      { uri: '/56789' },
      { done: [] },
    ]);
    const just = 'GET /567890 HTTP/1.1\r\n';
    expect(forEveryCut(requests({ limits }), `${just}${HOST}`)).toMatchObject([
      { uri: '/567890' },
      { done: [] },
    ]);
    const error = { code: 'START_LINE_TOO_LARGE', offset: 20 };
    expect(forEveryCut(requests({ limits }), `GET /5678901 HTTP/1.1\r\n${HOST}`)).toMatchObject([{ error }]);
    expect(forEveryCut(requests({ limits }), 'GET /5678901234567890')).toMatchObject([{ error }]);
    expect(forEveryCut(requests({ limits }), 'GET /567890123456789')).toEqual([]);
    expect(forEveryCut(requests({ limits }), `GET /\x00${'a'.repeat(30)}`)).toMatchObject([
      { error: { code: 'START_LINE', offset: 5 } },
    ]);
  });

  test('of 8,000 octets fits by default (RFC 9112 §3), one above 8,192 does not', () => {
    const line = (length: number): string => `GET /${'a'.repeat(length - 14)} HTTP/1.1\r\n${HOST}`;
    const read = (bytes: string) => forEveryCutAround(bytes, 8192);
    expect(read(line(8192))).toMatchObject([{ request: 'GET' }, { done: [] }]);
    expect(read(line(8193))).toMatchObject([{ error: { code: 'START_LINE_TOO_LARGE', offset: 8192 } }]);
  });
});

describe('a status line', () => {
  test.each([
    ['HTTP/1.1 200 OK', { response: 200, phrase: 'OK', version: '1.1' }],
    ['HTTP/1.0 200 OK', { response: 200, phrase: 'OK', version: '1.0' }],
    ['HTTP/1.3 200 OK', { response: 200, phrase: 'OK', version: '1.1' }],
    ['HTTP/1.1 200 ', { response: 200, phrase: '' }],
    ['HTTP/1.1 200', { response: 200, phrase: '' }],
    ['HTTP/1.1 200  two  spaces ', { phrase: ' two  spaces ' }],
    ['HTTP/1.1 200 a\tb', { phrase: 'a\tb' }],
    ['HTTP/1.1 200 \x80\xe9\xff', { phrase: '\x80\xe9\xff' }],
    ['HTTP/1.1 299 x', { response: 299 }],
    ['HTTP/1.1 599 x', { response: 599 }],
    ['HTTP/1.1 600 x', { response: 600 }],
    ['HTTP/1.1 999 x', { response: 999 }],
  ])('%j is read', (line, start) => {
    expect(forEveryCut(responses(), `${line}\r\n\r\n`, true)).toMatchObject([start, { done: [] }]);
  });

  test.each([
    ['', 'START_LINE', 0],
    ['HTTP/1.1', 'START_LINE', 8],
    ['HTTP/1.1 ', 'START_LINE', 8],
    ['HTTP/1.1 20', 'START_LINE', 8],
    ['HTTP/1.1 2', 'START_LINE', 8],
    ['HTTP/1.1 20 OK', 'START_LINE', 8],
    ['HTTP/1.1 2000 OK', 'START_LINE', 8],
    ['HTTP/1.1 0200 OK', 'START_LINE', 8],
    ['HTTP/1.1 099 OK', 'START_LINE', 8],
    ['HTTP/1.1 000 OK', 'START_LINE', 8],
    ['HTTP/1.1 +20 OK', 'START_LINE', 8],
    ['HTTP/1.1 -20 OK', 'START_LINE', 8],
    ['HTTP/1.1 2e2 OK', 'START_LINE', 8],
    ['HTTP/1.1 0x2 OK', 'START_LINE', 8],
    ['HTTP/1.1 abc OK', 'START_LINE', 8],
    ['HTTP/1.1 20\xb2 OK', 'START_LINE', 8],
    ['HTTP/1.1 200OK', 'START_LINE', 8],
    ['HTTP/1.1 200\tOK', 'START_LINE', 8],
    ['HTTP/1.1  200 OK', 'START_LINE', 8],
    ['HTTP/1.1\t200 OK', 'START_LINE', 8],
    ['HTTP/1.10 200 OK', 'START_LINE', 8],
    ['HTTP/1.1200 OK', 'START_LINE', 8],
    ['HTTP/11 200 OK', 'START_LINE', 0],
    [' HTTP/1.1 200 OK', 'START_LINE', 0],
    ['http/1.1 200 OK', 'START_LINE', 0],
    ['ICY 200 OK', 'START_LINE', 0],
    ['RTSP/1.0 200 OK', 'START_LINE', 0],
    ['SSH-2.0-OpenSSH_9.2', 'START_LINE', 0],
    ['HTTP/2.0 200 OK', 'HTTP_VERSION', 0],
    ['HTTP/0.9 200 OK', 'HTTP_VERSION', 0],
    ['HTTP/1.1 200 O\x00K', 'START_LINE', 14],
    ['HTTP/1.1 200 O\x1bK', 'START_LINE', 14],
    ['HTTP/1.1 200 O\x7fK', 'START_LINE', 14],
    ['HTTP/1.1 200 O\rK', 'LINE_END', 14],
    ['HTTP/1.1 200 OK\r', 'LINE_END', 15],
    ['HTTP/1.1 200 OK\nX: y', 'LINE_END', 15],
  ])('%j is refused: %s at %i', (line, code, offset) => {
    expect(forEveryCut(responses(), `${line}\r\n\r\n`, true)).toMatchObject([{ error: { code, offset } }]);
  });

  test('may be as long as its limit and no longer', () => {
    const limits = { startLine: 15 };
    const read = (bytes: string) => forEveryCut(responses(['HEAD'], { limits }), bytes);
    expect(read('HTTP/1.1 200 OK\r\n\r\n')).toMatchObject([{ phrase: 'OK' }, { done: [] }]);
    const error = { code: 'START_LINE_TOO_LARGE', offset: 15 };
    expect(read('HTTP/1.1 200 OKK\r\n\r\n')).toMatchObject([{ error }]);
    expect(read('HTTP/1.1 200 OKK')).toMatchObject([{ error }]);
    expect(read('HTTP/1.1 200 OK\n\r\n')).toMatchObject([{ error: { code: 'LINE_END', offset: 15 } }]);
    expect(read('HTTP/1.1 200 OK')).toEqual([]);
  });
});

describe('formatRequestLine', () => {
  test.each([
    ['GET', '/', 'GET / HTTP/1.1\r\n'],
    ['M-SEARCH', '*', undefined],
    ['OPTIONS', '*', 'OPTIONS * HTTP/1.1\r\n'],
    ['CONNECT', 'a:1', 'CONNECT a:1 HTTP/1.1\r\n'],
    ['GET', 'http://a/b?c', 'GET http://a/b?c HTTP/1.1\r\n'],
  ])('%s %s', (method, target, line) => {
    if (line === undefined) expect(() => formatRequestLine(method, target)).toThrow(UnwritableError);
    else expect(formatRequestLine(method, target)).toBe(line);
  });

  test.each(['', 'G T', 'GET\r\n', 'GET\t', 'GÉT', 'GET:', 'G\u010aT', 'G\x00T'])(
    'refuses the method %j',
    (method) => {
      expect(() => formatRequestLine(method, '/')).toThrow(UnwritableError);
    },
  );

  test.each([
    '',
    ' ',
    '/ ',
    '/\r\nHost: b',
    '/\n',
    '/\x00',
    '/\u010a',
    '/é',
    '/#a',
    '/\\',
    '/\x7f',
    'a',
    '*',
  ])('refuses the target %j', (target) => {
    expect(() => formatRequestLine('GET', target)).toThrow(UnwritableError);
  });

  test('refuses what is no string', () => {
    expect(() => formatRequestLine(undefined as unknown as string, '/')).toThrow(UnwritableError);
    expect(() => formatRequestLine('GET', 1 as unknown as string)).toThrow(UnwritableError);
  });
});

describe('formatStatusLine', () => {
  test.each([
    [200, 'OK', 'HTTP/1.1 200 OK\r\n'],
    [100, '', 'HTTP/1.1 100 \r\n'],
    [999, 'a\tb\xff', 'HTTP/1.1 999 a\tb\xff\r\n'],
  ])('%i %j', (status, phrase, line) => {
    expect(formatStatusLine(status, phrase)).toBe(line);
  });

  test.each([0, 99, 1000, -200, 200.5, Number.NaN, Number.POSITIVE_INFINITY, '200' as unknown as number])(
    'refuses the status %p',
    (status) => {
      expect(() => formatStatusLine(status, 'OK')).toThrow(UnwritableError);
    },
  );

  test.each(['O\rK', 'O\nK', 'O\x00K', 'O\x7fK', 'O\u010aK'])('refuses the phrase %j', (phrase) => {
    expect(() => formatStatusLine(200, phrase)).toThrow(UnwritableError);
  });
});

/** For long inputs: as {@link forEveryCut} of the octets around one place, the many before it in one piece. */
function forEveryCutAround(bytes: string, at: number) {
  return forEveryCut(
    () => {
      const session = requests()();
      session.reader.push(Buffer.from(bytes.slice(0, at - 20), 'latin1'));
      expect(session.reader.read()).toBeUndefined();
      return session;
    },
    bytes.slice(at - 20),
  );
}
