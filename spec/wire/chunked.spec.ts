import { describe, expect, test } from '@jest/globals';
import type { GivenLimits } from '../../src/wire/limits.ts';
import { forEveryCut, octets, readPieces, readWhole, requests, responses } from './support/every-cut.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const RESPONSE = 'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n';

/** The parts behind the head; offsets count from its end. */
function read(body: string, limits: GivenLimits = {}) {
  const [, ...parts] = forEveryCut(requests({ limits }), HEAD + body);
  return parts;
}

function failure(code: string, offset: number) {
  return { error: { code, offset: HEAD.length + offset } };
}

describe('a chunked body', () => {
  test.each([
    ['0\r\n\r\n', ''],
    ['000\r\n\r\n', ''],
    ['3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['0003\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['1\r\na\r\n2\r\nbc\r\n00\r\n\r\n', 'abc'],
    ['a\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
    ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
    ['0a\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
    ['10\r\n0123456789abcdef\r\n0\r\n\r\n', '0123456789abcdef'],
    ['4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n'],
    ['5\r\n0\r\n\r\n\r\n0\r\n\r\n', '0\r\n\r\n'],
    ['2\r\n\x00\xff\r\n0\r\n\r\n', '\x00\xff'],
  ])('%j is read', (body, content) => {
    expect(read(body)).toEqual(content === '' ? [{ done: [] }] : [{ body: content }, { done: [] }]);
  });

  test('has no octet left over behind a chunk and its CRLF, though the next line is not here', () => {
    expect(readWhole(requests(), `${HEAD}3\r\nabc\r\n`)).toMatchObject({
      parts: [{}, { body: 'abc' }],
      buffered: 0,
    });
  });

  test.each([
    ['3;a', 'a token'],
    ['3;a=b', 'with a value'],
    ['3;a="b"', 'with a quoted value'],
    ['3;a="b\\"c;d"', 'with quotes in it'],
    ['3;a=""', 'that is empty'],
    ['3;a="\x80\xff\t"', 'with obs-text'],
    ['3;a;b=c;d="e"', 'three of them'],
    ['3 ; a = b \t;\tc', 'with bad whitespace'],
  ])('takes an extension: %j, %s', (line) => {
    expect(read(`${line}\r\nabc\r\n0;z\r\n\r\n`)).toEqual([{ body: 'abc' }, { done: [] }]);
  });

  test.each([
    ['\r\n', 'CHUNK', 0],
    ['g\r\n', 'CHUNK', 0],
    [' 3\r\nabc\r\n', 'CHUNK', 0],
    ['\t3\r\nabc\r\n', 'CHUNK', 0],
    ['+3\r\nabc\r\n', 'CHUNK', 0],
    ['-3\r\nabc\r\n', 'CHUNK', 0],
    ['-0\r\n\r\n', 'CHUNK', 0],
    ['0x3\r\nabc\r\n', 'CHUNK', 1],
    ['0X3\r\nabc\r\n', 'CHUNK', 1],
    ['3h\r\nabc\r\n', 'CHUNK', 1],
    ['3_0\r\nabc\r\n', 'CHUNK', 1],
    ['3.0\r\nabc\r\n', 'CHUNK', 1],
    ['3 \r\nabc\r\n', 'CHUNK', 1],
    ['3\t\r\nabc\r\n', 'CHUNK', 1],
    ['3 3\r\nabc\r\n', 'CHUNK', 1],
    ['3\xa0\r\nabc\r\n', 'CHUNK', 1],
    ['\xb3\r\nabc\r\n', 'CHUNK', 0],
    ['3,\r\nabc\r\n', 'CHUNK', 1],
    ['3:\r\nabc\r\n', 'CHUNK', 1],
    ['3\x00\r\nabc\r\n', 'CHUNK', 1],
    ['3\x0b\r\nabc\r\n', 'CHUNK', 1],
    ['\x0c3\r\nabc\r\n', 'CHUNK', 0],
    ['3;\r\nabc\r\n', 'CHUNK', 1],
    ['3;;a\r\nabc\r\n', 'CHUNK', 1],
    ['3;a;\r\nabc\r\n', 'CHUNK', 1],
    ['3;a=\r\nabc\r\n', 'CHUNK', 1],
    ['3;=b\r\nabc\r\n', 'CHUNK', 1],
    ['3;a b\r\nabc\r\n', 'CHUNK', 1],
    ['3;a \r\nabc\r\n', 'CHUNK', 1],
    ['3;a="b\r\nabc\r\n', 'CHUNK', 1],
    ['3;a="b"c\r\nabc\r\n', 'CHUNK', 1],
    ['3;a="b\\"\r\nabc\r\n', 'CHUNK', 1],
    ['3;a=b@\r\nabc\r\n', 'CHUNK', 1],
    ['3;a\x00\r\nabc\r\n', 'CHUNK', 3],
    ['3;a="\x01"\r\nabc\r\n', 'CHUNK', 5],
    ['20000000000000\r\n', 'CHUNK', 13],
    ['fffffffffffffffff\r\n', 'CHUNK', 13],
    ['10000000000000003\r\nabc\r\n', 'CHUNK', 14],
    ['3\nabc\r\n0\r\n\r\n', 'LINE_END', 1],
    ['3;a\nabc\r\n0\r\n\r\n', 'LINE_END', 3],
    ['3;\nabc\r\n0\r\n\r\n', 'LINE_END', 2],
    ['3\n\nabc\r\n0\r\n\r\n', 'LINE_END', 1],
    ['3;a="\n"\r\nabc\r\n', 'LINE_END', 5],
    ['3\rabc\r\n0\r\n\r\n', 'LINE_END', 1],
    ['3\r\r\nabc\r\n0\r\n\r\n', 'LINE_END', 1],
    ['\n', 'LINE_END', 0],
    ['0\n\r\n', 'LINE_END', 1],
  ])('has no chunk line %j: %s at %i', (body, code, offset) => {
    expect(read(body)).toMatchObject([failure(code, offset)]);
  });

  test.each([
    ['3\r\nabcd\r\n0\r\n\r\n', 6],
    ['3\r\nabc0\r\n\r\n', 6],
    ['3\r\nabc\n0\r\n\r\n', 6],
    ['3\r\nabc\rx\r\n0\r\n\r\n', 7],
    ['3\r\nabc\r0\r\n\r\n', 7],
    ['3\r\nabc\r\r\n0\r\n\r\n', 7],
    ['3\r\nabc \r\n0\r\n\r\n', 6],
    ['3\r\nabc\x00\r\n0\r\n\r\n', 6],
  ])('has CRLF behind the data: %j', (body, offset) => {
    expect(read(body)).toMatchObject([{ body: 'abc' }, failure('CHUNK', offset)]);
  });

  test('may say that 2^53 − 1 octets come', () => {
    expect(read('1fffffffffffff\r\nabc')).toEqual([{ body: 'abc' }]);
  });

  test('has chunk lines up to their limit, whether or not their end is here', () => {
    const limits = { chunkLine: 5 };
    expect(read('00003\r\nabc\r\n0;abc\r\n\r\n', limits)).toEqual([{ body: 'abc' }, { done: [] }]);
    expect(read('000003\r\nabc\r\n', limits)).toMatchObject([failure('CHUNK', 5)]);
    expect(read('0;abcd\r\n\r\n', limits)).toMatchObject([failure('CHUNK', 5)]);
    expect(read('000003', limits)).toMatchObject([failure('CHUNK', 5)]);
    expect(read('00003', limits)).toEqual([]);
  });

  test('has chunk lines of 256 octets by default', () => {
    const codes = (line: string) =>
      readPieces(requests(), [octets(HEAD), octets(`${line}\r\n\r\n`)]).parts.map((part) =>
        'error' in part ? part.error.code : 'ok',
      );
    expect(codes('0'.repeat(256))).toEqual(['ok', 'ok']);
    expect(codes('0'.repeat(257))).toEqual(['ok', 'CHUNK']);
  });

  test('has so many octets of extensions, all lines together', () => {
    const limits = { chunkExtensions: 6 };
    expect(read('1;ab\r\na\r\n0;cd\r\n\r\n', limits)).toEqual([{ body: 'a' }, { done: [] }]);
    expect(read('1;ab\r\na\r\n1\r\nb\r\n0;cde\r\n\r\n', limits)).toMatchObject([{ body: 'ab' }, failure('CHUNK', 16)]); // prettier-ignore
  });

  test('has its own count of extensions in every message', () => {
    const open = requests({ limits: { chunkExtensions: 3 } });
    const message = `${HEAD}0;ab\r\n\r\n`;
    expect(forEveryCut(open, message + message)).toMatchObject([{}, { done: [] }, {}, { done: [] }]);
  });

  test('has no more than 16 KiB of extensions by default', () => {
    const lines = `1;${'a'.repeat(127)}\r\nb\r\n`;
    const codes = (count: number) =>
      readPieces(requests(), [octets(HEAD), octets(lines.repeat(count))]).parts.map((part) =>
        'error' in part ? part.error.code : 'ok',
      );
    expect(codes(128)).toEqual(['ok', 'ok']);
    expect(codes(129)).toEqual(['ok', 'ok', 'CHUNK']);
  });
});

describe('the trailer section', () => {
  test.each([
    ['0\r\na: b\r\n\r\n', [['a', ' b']]],
    ['0\r\na: b\r\nA:\tc \r\n\r\n', [['a', ' b'], ['A', '\tc ']]], // prettier-ignore
    ['0;x\r\na: \xff\r\n\r\n', [['a', ' \xff']]],
    ['0\r\nContent-Length: 9\r\nHost: b\r\n\r\n', [['Content-Length', ' 9'], ['Host', ' b']]], // prettier-ignore
    ['0\r\nTransfer-Encoding: x\r\n\r\n', [['Transfer-Encoding', ' x']]],
  ])('%j is handed on and changes nothing', (body, trailers) => {
    expect(read(body)).toEqual([{ done: trailers }]);
  });

  test.each([
    ['0\r\n a: b\r\n\r\n', 'TOP_LINE_SPACE', 3],
    ['0\r\na : b\r\n\r\n', 'HEADER_SPACE', 4],
    ['0\r\n: b\r\n\r\n', 'FIELD_NAME', 3],
    ['0\r\na\r\n\r\n', 'FIELD_LINE', 4],
    ['0\r\na: \x00\r\n\r\n', 'FIELD_VALUE', 6],
    ['0\r\na: b\r\n c\r\n\r\n', 'OBSOLETE_FOLD', 9],
    ['0\r\na: b\n\r\n', 'LINE_END', 7],
    ['0\r\na: b\r\n\n', 'LINE_END', 9],
    ['0\r\n\n', 'LINE_END', 3],
    ['0\r\n\rx', 'LINE_END', 3],
    ['0\r\n3\r\nabc\r\n0\r\n\r\n', 'FIELD_LINE', 4],
  ])('%j is refused: %s at %i', (body, code, offset) => {
    expect(read(body)).toMatchObject([failure(code, offset)]);
  });

  test('has the limits of a header section, to itself', () => {
    const limits = { fields: 2, fieldSection: 41 };
    const head = `${HEAD}3\r\nabc\r\n0\r\n`;
    const trailers = (fields: string) => forEveryCut(requests({ limits }), head + fields).slice(2);
    expect(trailers('a: b\r\nc: d\r\n\r\n')).toMatchObject([{ done: [['a', ' b'], ['c', ' d']] }]); // prettier-ignore
    expect(trailers('a: b\r\nc: d\r\ne: f\r\n\r\n')).toMatchObject([{ error: { code: 'TOO_MANY_FIELDS' } }]);
    const long = 'b'.repeat(41 - 6);
    expect(trailers(`a:${long}\r\n\r\n`)).toMatchObject([{ done: [['a', long]] }]);
    expect(trailers(`a:b${long}\r\n\r\n`)).toMatchObject([
      { error: { code: 'FIELD_SECTION_TOO_LARGE', offset: head.length + 40 } },
    ]);
  });

  test('of a response unfolds, and tells of what is tolerated but never tolerates a line end', () => {
    const body = (section: string, careful = false) =>
      forEveryCut(responses(['GET'], { careful }), `${RESPONSE}0\r\n${section}`).slice(1);
    expect(body('a: b\r\n c\r\n\r\n', true)).toEqual([{ done: [['a', ' b c']] }]);
    expect(body('a : b\r\nc\r\n\r\n')).toMatchObject([
      { anomaly: { code: 'HEADER_SPACE' } },
      { anomaly: { code: 'FIELD_LINE' } },
      { done: [['a', ' b']] },
    ]);
    expect(body('a : b\nc: d\r\n\r\n')).toMatchObject([
      { anomaly: { code: 'HEADER_SPACE' } },
      { error: { code: 'LINE_END', offset: RESPONSE.length + 8 } },
    ]);
    expect(body('\n')).toMatchObject([{ error: { code: 'LINE_END', offset: RESPONSE.length + 3 } }]);
  });
});
