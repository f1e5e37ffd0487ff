import { describe, expect, test } from '@jest/globals';
import { UnwritableError } from '../../src/message/errors.ts';
import type { HeaderList } from '../../src/message/headers.ts';
import { controlFields } from '../../src/wire/control-fields.ts';
import { CHUNKED, CLOSE, NO_CONTENT, TUNNEL, type Framing } from '../../src/wire/framing.ts';
import { formatHead, formatTrailers, type Head } from '../../src/wire/message-writer.ts';

function head(headers: HeaderList, declared?: Framing, rest: Partial<Head> = {}): string {
  return formatHead({ startLine: 'X\r\n', headers, fields: controlFields(headers), declared, ...rest });
}

describe('formatHead', () => {
  test('writes the fields in order, names and values as they are, and the empty line', () => {
    expect(head([])).toBe('X\r\n\r\n');
    expect(head([['B', '1'], ['a', '\t2 '], ['B', ''], ['c', '\xff']])).toBe('X\r\nB: 1\r\na:\t2 \r\nB:\r\nc: \xff\r\n\r\n'); // prettier-ignore
  });

  test("puts the library's fields where they belong", () => {
    const rest = { before: 'Host: h\r\n', behind: 'Connection: close\r\n' };
    expect(head([['a', 'b']], CHUNKED, rest)).toBe(
      'X\r\nHost: h\r\na: b\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    );
  });

  test.each([
    'Connection',
    'connection',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'te',
    'Transfer-Encoding',
    'TRANSFER-ENCODING',
    'Upgrade',
  ])('leaves out %s, which is for one hop only', (name) => {
    expect(head([['a', 'b'], [name, 'c'], ['d', 'e']])).toBe('X\r\na: b\r\nd: e\r\n\r\n'); // prettier-ignore
  });

  test.each([
    'Te2',
    'Connections',
    'Keep_Alive',
    'Trailer',
    'Upgrade-Insecure-Requests',
    'Proxy-Authorization',
    'Expect',
  ])('keeps %s', (name) => {
    expect(head([[name, 'c']])).toBe(`X\r\n${name}: c\r\n\r\n`);
  });

  test('leaves out what Connection names, in any case and any of its lines', () => {
    const headers: HeaderList = [
      ['X-A', '1'],
      ['Connection', 'x-a ,\tEXPECT'],
      ['x-b', '2'],
      ['X-C', '3'],
      ['connection', 'close, X-B'],
      ['Expect', '4'],
      ['x-a', '5'],
      ['close', '6'],
    ];
    expect(head(headers)).toBe('X\r\nX-C: 3\r\n\r\n');
  });

  test('but never Content-Length and Host: the message would be another', () => {
    const headers: HeaderList = [
      ['Host', 'h'],
      ['Connection', 'content-length, host'],
      ['Content-Length', '5'],
    ];
    expect(head(headers, { type: 'length', length: 5 })).toBe('X\r\nHost: h\r\nContent-Length: 5\r\n\r\n');
  });

  test("leaves out the caller's Host where the library writes it", () => {
    const headers: HeaderList = [['HOST', 'b'], ['a', 'b'], ['host', 'c']]; // prettier-ignore
    expect(head(headers, undefined, { ownsHost: true, before: 'Host: h\r\n' })).toBe(
      'X\r\nHost: h\r\na: b\r\n\r\n',
    );
    expect(head(headers)).toBe('X\r\nHOST: b\r\na: b\r\nhost: c\r\n\r\n');
  });

  const given: HeaderList = [
    ['a', '1'],
    ['Content-Length', '5'],
    ['b', '2'],
    ['Transfer-Encoding', 'gzip, chunked'],
    ['content-length', '5'],
  ];
  const framings: [declared: Framing | undefined, line: string][] = [
    [undefined, ''],
    [CLOSE, ''],
    [TUNNEL, ''],
    [NO_CONTENT, 'Content-Length: 0\r\n'],
    [{ type: 'length', length: 7 }, 'Content-Length: 7\r\n'],
    [CHUNKED, 'Transfer-Encoding: chunked\r\n'],
  ];
  test.each(framings)('says of the end of the message what %j is, and once', (declared, line) => {
    expect(head(given, declared)).toBe(`X\r\na: 1\r\n${line}b: 2\r\n\r\n`);
    expect(head([['a', '1']], declared)).toBe(`X\r\na: 1\r\n${line}\r\n`);
  });

  test('writes a large length in digits', () => {
    expect(head([], { type: 'length', length: Number.MAX_SAFE_INTEGER })).toBe('X\r\nContent-Length: 9007199254740991\r\n\r\n'); // prettier-ignore
  });

  test.each([
    ['a\r\nb', 'c'],
    ['a', 'b\r\nc: d'],
    ['a', 'b\n'],
    ['a', '\x00'],
    ['a', '\u010a'],
    ['', 'b'],
    ['a:', 'b'],
    ['a ', 'b'],
  ])('refuses %j: %j', (name, value) => {
    expect(() => head([[name, value]])).toThrow(UnwritableError);
    expect(() => head([['x', 'y'], [name, value]], CHUNKED)).toThrow(UnwritableError); // prettier-ignore
  });
});

describe('formatTrailers', () => {
  test('writes a section', () => {
    expect(formatTrailers([])).toBe('\r\n');
    expect(formatTrailers([['a', 'b'], ['C', ' d']])).toBe('a: b\r\nC: d\r\n\r\n'); // prettier-ignore
  });

  test.each([
    // How the message is framed and routed.
    ...[
      'Content-Length',
      'transfer-encoding',
      'HOST',
      'Connection',
      'Keep-Alive',
      'Proxy-Connection',
      'TE',
      'Trailer',
      'Upgrade',
    ],
    // What changes a request, and who asks.
    ...['Cache-Control', 'Expect', 'Max-Forwards', 'Pragma', 'Range'],
    ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since', 'If-Range'],
    ...[
      'Authorization',
      'Proxy-Authorization',
      'WWW-Authenticate',
      'Proxy-Authenticate',
      'Cookie',
      'Set-Cookie',
    ],
    // What controls a response.
    ...['Age', 'Date', 'Expires', 'Location', 'Retry-After', 'Vary', 'Warning'],
    // How the content is to be read.
    ...['Content-Encoding', 'Content-Type', 'Content-Range'],
  ])('refuses %s, which is acted on before it could come', (name) => {
    expect(() => formatTrailers([[name, 'b']])).toThrow(UnwritableError);
    expect(() => formatTrailers([['a', 'b'], [name.toLowerCase(), 'b']])).toThrow(UnwritableError); // prettier-ignore
  });

  test.each([
    ['a b', 'c'],
    ['', 'c'],
    ['a', 'b\r\n\r\nGET / HTTP/1.1'],
    ['a', '\u010a'],
    ['a', '\x00'],
  ])('refuses %j: %j', (name, value) => {
    expect(() => formatTrailers([[name, value]])).toThrow(UnwritableError);
  });
});
