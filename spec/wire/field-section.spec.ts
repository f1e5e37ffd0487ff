import { describe, expect, test } from '@jest/globals';
import { UnwritableError } from '../../src/message/errors.ts';
import type { HeaderList } from '../../src/message/headers.ts';
import { formatField } from '../../src/wire/field-section.ts';
import { RequestReader } from '../../src/wire/request-reader.ts';
import { forEveryCut, octets, readPieces, readWhole, requests, responses } from './support/every-cut.ts';

const REQUEST = 'GET / HTTP/1.0\r\n';
const RESPONSE = 'HTTP/1.1 204 \r\n';

/** A section as a server reads it, and as a client does. Offsets count from the section. */
function asRequest(section: string, unfold = false) {
  return forEveryCut(requests({ unfold }), REQUEST + section);
}
function asResponse(section: string) {
  return forEveryCut(responses(), RESPONSE + section);
}

function failure(code: string, offset: number, line: string) {
  return [{ error: { code, offset: line.length + offset } }];
}

describe('a field section', () => {
  const read: [section: string, headers: HeaderList][] = [
    ['\r\n', []],
    ['a: b\r\n\r\n', [['a', ' b']]],
    ['a:b\r\n\r\n', [['a', 'b']]],
    ['a:\r\n\r\n', [['a', '']]],
    ['a: \r\n\r\n', [['a', ' ']]],
    ['a: \t b \t\r\n\r\n', [['a', ' \t b \t']]],
    ['A: 1\r\na: 2\r\nA: 1\r\n\r\n', [['A', ' 1'], ['a', ' 2'], ['A', ' 1']]], // prettier-ignore
    ["!#$%&'*+-.^_`|~09AZaz: b\r\n\r\n", [["!#$%&'*+-.^_`|~09AZaz", ' b']]],
    ['a::b\r\n\r\n', [['a', ':b']]],
    ['a: b: c\r\n\r\n', [['a', ' b: c']]],
    ['a: b\tc\r\n\r\n', [['a', ' b\tc']]],
    ['a: \x80\x85\xa0\xff\r\n\r\n', [['a', ' \x80\x85\xa0\xff']]],
    ['a: "\\"(,/:;<=>?@[]{}\r\n\r\n', [['a', ' "\\"(,/:;<=>?@[]{}']]],
    ['__proto__: b\r\n\r\n', [['__proto__', ' b']]],
  ];
  test.each(read)('%j is read as it stands', (section, headers) => {
    expect(asRequest(section)).toMatchObject([{ headers }, { done: [] }]);
    expect(asResponse(section)).toMatchObject([{ headers }, { done: [] }]);
  });

  test.each([
    ['a b: c\r\n\r\n', 'FIELD_NAME', 1],
    [': c\r\n\r\n', 'FIELD_NAME', 0],
    ['a: b\r\n: c\r\n\r\n', 'FIELD_NAME', 6],
    ['(a): c\r\n\r\n', 'FIELD_NAME', 0],
    ['a\x00: c\r\n\r\n', 'FIELD_NAME', 1],
    ['a\x0b: c\r\n\r\n', 'FIELD_NAME', 1],
    ['a\xa0: c\r\n\r\n', 'FIELD_NAME', 1],
    ['\xe9: c\r\n\r\n', 'FIELD_NAME', 0],
    ['a\x7f: c\r\n\r\n', 'FIELD_NAME', 1],
    ['a{}: c\r\n\r\n', 'FIELD_NAME', 1],
    ['a : c\r\n\r\n', 'HEADER_SPACE', 1],
    ['a\t: c\r\n\r\n', 'HEADER_SPACE', 1],
    ['a \t : c\r\n\r\n', 'HEADER_SPACE', 1],
    ['Content-Length : 1\r\n\r\n', 'HEADER_SPACE', 14],
    ['Transfer-Encoding\t: chunked\r\n\r\n', 'HEADER_SPACE', 17],
    ['a\r\n\r\n', 'FIELD_LINE', 1],
    ['a: b\r\nc\r\n\r\n', 'FIELD_LINE', 7],
    ['a b\r\n\r\n', 'FIELD_LINE', 3],
    ['GET / HTTP/1.1\r\n\r\n', 'FIELD_LINE', 14],
    [' a: b\r\n\r\n', 'TOP_LINE_SPACE', 0],
    ['\ta: b\r\n\r\n', 'TOP_LINE_SPACE', 0],
    [' \r\n\r\n', 'TOP_LINE_SPACE', 0],
    [' Host: a\r\nHost: b\r\n\r\n', 'TOP_LINE_SPACE', 0],
    ['a: \x00\r\n\r\n', 'FIELD_VALUE', 3],
    ['a: b\x00c\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x01\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x08\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x0b\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x0c\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x1f\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\x7f\r\n\r\n', 'FIELD_VALUE', 4],
    ['a: b\rc: d\r\n\r\n', 'LINE_END', 4],
    ['a: b\r\r\n\r\n', 'LINE_END', 4],
    ['a\r: b\r\n\r\n', 'LINE_END', 1],
    ['a: b\r\n\rc: d\r\n\r\n', 'LINE_END', 6],
    ['\r\r\n', 'LINE_END', 0],
    ['\n', 'LINE_END', 0],
    ['a: b\n\r\n', 'LINE_END', 4],
    ['a: b\nc: d\r\n\r\n', 'LINE_END', 4],
    ['a: b\r\n\n', 'LINE_END', 6],
    ['a\n', 'LINE_END', 1],
    ['a \n', 'LINE_END', 2],
  ])('%j is refused: %s at %i', (section, code, offset) => {
    expect(asRequest(section)).toMatchObject(failure(code, offset, REQUEST));
    expect(asRequest(section, true)).toMatchObject(failure(code, offset, REQUEST));
    expect(asResponse(section)).toMatchObject(failure(code, offset, RESPONSE));
  });

  test('is read with every octet of obs-text in it', () => {
    const obsText = Array.from({ length: 128 }, (_, at) => String.fromCharCode(at + 128)).join('');
    expect(asResponse(`a: ${obsText}\r\n\r\n`)).toMatchObject([
      { headers: [['a', ` ${obsText}`]] },
      { done: [] },
    ]);
  });

  test('is read whole, however many lines it has', () => {
    const headers: HeaderList = Array.from({ length: 100 }, (_, at) => [`a${at}`, ` b${at}`]);
    const section = `${headers.map(([name, value]) => `${name}:${value}\r\n`).join('')}\r\n`;
    expect(readWhole(requests(), REQUEST + section).parts).toMatchObject([{ headers }, { done: [] }]);
  });

  test('is told wrong by an excerpt of 64 octets at most', () => {
    const parts = asRequest(`a: b\x00${'c'.repeat(100)}\r\n\r\n`);
    expect(parts).toMatchObject([{ error: { excerpt: `\x00${'c'.repeat(63)}` } }]);
  });

  test('of which a line says what cannot be is told by 64 octets from there', () => {
    const parts = asRequest(`a: b\r\nExpect: ${'c'.repeat(100)}\r\n\r\n`);
    expect(parts).toMatchObject([{ error: { offset: 22, excerpt: `Expect: ${'c'.repeat(56)}` } }]);
  });

  test('that lacks a field is told by where it starts, whatever stood in the section before', () => {
    const before = 'GET / HTTP/1.1\r\nA: b\r\nHost: a\r\n\r\n';
    const error = { code: 'HOST_REQUIRED', offset: 16, excerpt: undefined };
    expect(forEveryCut(requests(), `${before}GET / HTTP/1.1\r\nA: abcHost\r\n\r\n`)).toMatchObject([
      {},
      {},
      { error },
    ]);
  });

  test.each([
    [': b\r\n', /it is empty/],
    ['a b: c\r\n', /it is not a token/],
    ['(: c\r\n', /it is not a token/],
  ])('says what is wrong with the name in %j', (line, detail) => {
    const reader = new RequestReader();
    reader.next();
    reader.push(octets(REQUEST + line));
    expect(() => reader.read()).toThrow(detail);
  });
});

describe('a value that goes on in the next line', () => {
  test.each(['a: b\r\n c\r\n\r\n', 'a: b\r\n\tc\r\n\r\n', 'a:\r\n c\r\n\r\n', 'a: b\r\n \r\n\r\n'])(
    'is refused in a request: %j',
    (section) => {
      const offset = section.indexOf('\r\n') + 2;
      expect(asRequest(section)).toMatchObject(failure('OBSOLETE_FOLD', offset, REQUEST));
    },
  );

  const unfolded: [section: string, value: string][] = [
    ['a: b\r\n c\r\n\r\n', ' b c'],
    ['a: b\r\n\tc\r\n\r\n', ' b c'],
    ['a: b \t\r\n \t c\r\n\r\n', ' b c'],
    ['a: b\r\n c\r\n d\r\n\r\n', ' b c d'],
    ['a:\r\n c\r\n\r\n', ' c'],
    ['a: b\r\n : c\r\n\r\n', ' b : c'],
    ['a: b\r\n Host: c\r\n\r\n', ' b Host: c'],
    ['a: b\r\n \r\n c\r\n\r\n', ' b c'],
  ];
  test.each(unfolded)('is read with one space where the fold was: %j', (section, value) => {
    const parts = [{ headers: [['a', value]] }, { done: [] }];
    expect(asResponse(section)).toMatchObject(parts);
    expect(asRequest(section, true)).toMatchObject(parts);
  });

  test('is no empty line, even when nothing stands in it', () => {
    expect(asResponse('a: b\r\n \r\nc: d\r\n\r\n')).toMatchObject([{ headers: [['a', ' b '], ['c', ' d']] }, {}]); // prettier-ignore
  });

  test('is checked like any value', () => {
    expect(asResponse('a: b\r\n c\x01\r\n\r\n')).toMatchObject(failure('FIELD_VALUE', 8, RESPONSE));
    expect(asResponse('a: b\r\n c\rd\r\n\r\n')).toMatchObject(failure('LINE_END', 8, RESPONSE));
    expect(asResponse('a: b\r\n c\x00\r\n\r\n')).toMatchObject(failure('FIELD_VALUE', 8, RESPONSE));
  });

  test('is never read without its other lines as framing (RFC 9112 §5.2)', () => {
    const start = 'HTTP/1.1 200 \r\n';
    const read = (section: string) => forEveryCut(responses(), `${start}${section}\r\n`);
    expect(read('Content-Length: 1\r\n 2\r\n')).toMatchObject([{ error: { code: 'MALFORMED_CL' } }]);
    expect(read('Content-Length: 1\r\n , 2\r\n')).toMatchObject([{ error: { code: 'DUPLICATE_CL' } }]);
    expect(read('Transfer-Encoding: chunked\r\n , x\r\n')).toMatchObject([
      { error: { code: 'TRANSFER_ENCODING' } },
    ]);
    expect(read('Content-Length:\r\n 0\r\n')).toMatchObject([{}, { done: [] }]);
    const host = 'GET / HTTP/1.1\r\nHost: a\r\n ,b\r\n\r\n';
    expect(forEveryCut(requests({ unfold: true }), host)).toMatchObject([{ error: { code: 'HOST' } }]);
  });
});

describe('the limits of a field section', () => {
  test('it is refused where it no longer fits, its empty line counted', () => {
    const limits = { fieldSection: 12 };
    const read = (section: string) => forEveryCut(requests({ limits }), REQUEST + section);
    expect(read('a: 34567\r\n\r\n')).toMatchObject([{ headers: [['a', ' 34567']] }, {}]);
    expect(read('a: 34567\r\n\r\nGET')).toMatchObject([{ headers: [['a', ' 34567']] }, {}]);
    const code = 'FIELD_SECTION_TOO_LARGE';
    expect(read('a: 345678\r\n\r\n')).toMatchObject(failure(code, 11, REQUEST));
    expect(read('a: 3456789\r\n\r\n')).toMatchObject(failure(code, 12, REQUEST));
    expect(read('a: 3456789')).toEqual([]);
    expect(read('a: 34567890')).toEqual([]);
    expect(read('a: 345678901')).toMatchObject(failure(code, 12, REQUEST));
    expect(read('a: 345678\r\n\r')).toMatchObject(failure(code, 11, REQUEST));
  });

  test('an error within the limit is told before it', () => {
    const limits = { fieldSection: 12 };
    expect(forEveryCut(requests({ limits }), `${REQUEST}a: 345678\x00012345`)).toMatchObject(
      failure('FIELD_VALUE', 9, REQUEST),
    );
  });

  test('an error behind the limit is not', () => {
    const limits = { fieldSection: 12 };
    expect(forEveryCut(requests({ limits }), `${REQUEST}a: 345678901\x00`)).toMatchObject(
      failure('FIELD_SECTION_TOO_LARGE', 12, REQUEST),
    );
  });

  test('so many lines and no more', () => {
    const limits = { fields: 2 };
    const read = (section: string) => forEveryCut(requests({ limits }), REQUEST + section);
    expect(read('a: 1\r\nb: 2\r\n\r\n')).toMatchObject([{}, { done: [] }]);
    expect(read('a: 1\r\nb: 2\r\nc: 3\r\n\r\n')).toMatchObject(failure('TOO_MANY_FIELDS', 12, REQUEST));
    expect(read('a: 1\r\nb: 2\r\nc: 3\r\n')).toMatchObject(failure('TOO_MANY_FIELDS', 12, REQUEST));
    expect(read('a: 1\r\nb: 2\r\nc: 3')).toEqual([]);
  });

  test('a line that goes on counts as a line', () => {
    const open = responses(['GET'], { limits: { fields: 2 } });
    expect(forEveryCut(open, `${RESPONSE}a: 1\r\n 2\r\n\r\n`)).toMatchObject([{}, { done: [] }]);
    expect(forEveryCut(open, `${RESPONSE}a: 1\r\n 2\r\n 3\r\n\r\n`)).toMatchObject(
      failure('TOO_MANY_FIELDS', 10, RESPONSE),
    );
  });

  test('are of one section, not of all', () => {
    const limits = { fields: 1, fieldSection: 8 };
    const request = 'GET / HTTP/1.1\r\nHost:a\r\n\r\n';
    expect(forEveryCut(requests({ limits: { fields: 1 } }), request + request)).toMatchObject([
      {},
      {},
      {},
      {},
    ]);
    const response = 'HTTP/1.1 100 \r\na: b\r\n\r\nHTTP/1.1 204 \r\nc: d\r\n\r\n';
    expect(forEveryCut(responses(['GET'], { limits }), response)).toMatchObject([
      { nonfinal: 100, headers: [['a', ' b']] },
      { response: 204, headers: [['c', ' d']] },
      { done: [] },
    ]);
  });

  test('are 16,384 octets of a request, 65,536 of a response, and 100 lines by default', () => {
    const filler = (length: number): Uint8Array => octets(`a: ${'b'.repeat(length - 7)}\r\n\r\n`);
    const codes = (open: () => ReturnType<ReturnType<typeof requests>>, start: string, fields: Uint8Array) =>
      readPieces(open, [octets(start), fields]).parts.map((part) =>
        'error' in part ? part.error.code : 'ok',
      );
    expect(codes(requests(), REQUEST, filler(16_384))).toEqual(['ok', 'ok']);
    expect(codes(requests(), REQUEST, filler(16_385))).toEqual(['FIELD_SECTION_TOO_LARGE']);
    expect(codes(responses(), RESPONSE, filler(65_536))).toEqual(['ok', 'ok']);
    expect(codes(responses(), RESPONSE, filler(65_537))).toEqual(['FIELD_SECTION_TOO_LARGE']);
    const lines = (count: number): Uint8Array => octets(`${'a:b\r\n'.repeat(count)}\r\n`);
    for (const [open, start] of [
      [requests(), REQUEST],
      [responses(), RESPONSE],
    ] as const) {
      // prettier-ignore
      expect(codes(open, start, lines(100))).toEqual(['ok', 'ok']);
      expect(codes(open, start, lines(101))).toEqual(['TOO_MANY_FIELDS']);
    }
  });
});

describe('formatField', () => {
  test.each([
    ['a', 'b', 'a: b\r\n'],
    ['A-b', '', 'A-b:\r\n'],
    ['a', ' b', 'a: b\r\n'],
    ['a', '\tb ', 'a:\tb \r\n'],
    ['a', '  b', 'a:  b\r\n'],
    ['a', ' ', 'a: \r\n'],
    ['a', '\x80\xff', 'a: \x80\xff\r\n'],
  ])('%j %j', (name, value, line) => {
    expect(formatField(name, value)).toBe(line);
  });

  test.each(['', ' ', 'a ', ' a', 'a:', 'a b', 'a\r\nb', 'a\x00', 'é', 'a\u010a', 'a\u0161'])(
    'refuses the name %j',
    (name) => {
      expect(() => formatField(name, 'b')).toThrow(UnwritableError);
    },
  );

  test.each([
    '\r',
    '\n',
    'a\r\nb: c',
    '\x00',
    '\x01',
    '\x0b',
    '\x0c',
    '\x1f',
    '\x7f',
    '\u010a',
    '\u2028',
    '😀',
  ])('refuses the value %j', (value) => {
    expect(() => formatField('a', value)).toThrow(UnwritableError);
  });

  test('refuses what is no string', () => {
    expect(() => formatField('a', 1 as unknown as string)).toThrow(UnwritableError);
    expect(() => formatField('a', ['b'] as unknown as string)).toThrow(UnwritableError);
    expect(() => formatField(undefined as unknown as string, 'b')).toThrow(UnwritableError);
  });
});
