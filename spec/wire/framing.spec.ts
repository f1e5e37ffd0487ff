import { describe, expect, test } from '@jest/globals';
import { UnwritableError } from '../../src/message/errors.ts';
import type { HttpVersion } from '../../src/message/notifications.ts';
import {
  CHUNKED,
  CLOSE,
  NO_CONTENT,
  sentRequestFraming,
  sentResponseFraming,
  TUNNEL,
  type Framing,
} from '../../src/wire/framing.ts';
import { forEveryCut, requests, responses } from './support/every-cut.ts';

/** Content that is read the same by a length of 5 and as chunks: `0`, then no trailers. */
const EITHER = '0\r\n\r\n';

function request(fields: string, body = EITHER, version = '1.1') {
  return forEveryCut(requests(), `POST / HTTP/${version}\r\nHost: a\r\n${fields}\r\n${body}`);
}
function response(fields: string, body = EITHER, version = '1.1') {
  return forEveryCut(responses(), `HTTP/${version} 200 \r\n${fields}\r\n${body}`, true);
}
const AT_REQUEST = 'POST / HTTP/1.1\r\nHost: a\r\n'.length;
const AT_RESPONSE = 'HTTP/1.1 200 \r\n'.length;

describe('Content-Length', () => {
  test.each([
    'Content-Length: 5\r\n',
    'content-length:5\r\n',
    'CONTENT-LENGTH:\t 5 \t\r\n',
    'Content-Length: 005\r\n',
    'Content-Length: 0000000000000000000000005\r\n',
    'Content-Length: 5\r\nContent-Length: 5\r\n',
    'Content-Length: 5, 5\r\n',
    'Content-Length: 5 ,\t5\r\nX: y\r\ncontent-length: 5\r\n',
  ])('%j frames a message', (fields) => {
    expect(request(fields)).toMatchObject([{ request: 'POST' }, { body: EITHER }, { done: [] }]);
    expect(response(fields)).toMatchObject([{ response: 200 }, { body: EITHER }, { done: [] }]);
  });

  test.each(['Content-Length: 0\r\n', 'Content-Length: 00, 00\r\n'])('%j is no content', (fields) => {
    expect(request(fields, '')).toMatchObject([{ request: 'POST' }, { done: [] }]);
    expect(response(fields, '')).toMatchObject([{ response: 200, isPersistent: true }, { done: [] }]);
  });

  test.each([
    '',
    ' ',
    '+5',
    '-5',
    '-0',
    '5.0',
    '5.',
    '.5',
    '5e0',
    '0x5',
    '0o5',
    '0b1',
    '5_0',
    '5 0',
    '5\t0',
    'five',
    '5a',
    'a5',
    '"5"',
    '5;',
    '٥',
    '\xa05',
    '5\xa0',
    '\x855',
    '\xb2',
    '5,',
    ',5',
    ',',
    '5,,5',
    '5, a',
    '5, +5',
    '5, 5 5',
    'Infinity',
    'NaN',
    '9007199254740992',
    '18446744073709551616',
    '18446744073709551621',
    '5, 9007199254740992',
    '1'.repeat(400),
  ])('%j is malformed', (value) => {
    const latin1 = Buffer.from(value).toString('latin1');
    const fields = `X: y\r\nContent-Length: ${/^[\0-\xff]*$/.test(value) ? value : latin1}\r\n`;
    expect(request(fields)).toMatchObject([{ error: { code: 'MALFORMED_CL', offset: AT_REQUEST + 6 } }]);
    expect(response(fields)).toMatchObject([{ error: { code: 'MALFORMED_CL', offset: AT_RESPONSE + 6 } }]);
  });

  test.each(['\x0b5', '5\x0c', '5\x00'])('%j is no value at all', (value) => {
    expect(request(`Content-Length: ${value}\r\n`)).toMatchObject([{ error: { code: 'FIELD_VALUE' } }]);
    expect(response(`Content-Length: ${value}\r\n`)).toMatchObject([{ error: { code: 'FIELD_VALUE' } }]);
  });

  test.each(['5, 6', '5\r\nContent-Length: 6', '5, 5, 6', '5, 05', '0, 5', '5\r\ncontent-length: 0'])(
    '%j differs from itself',
    (value) => {
      const fields = `Content-Length: ${value}\r\n`;
      expect(request(fields)).toMatchObject([{ error: { code: 'DUPLICATE_CL', offset: AT_REQUEST } }]);
      expect(response(fields)).toMatchObject([{ error: { code: 'DUPLICATE_CL', offset: AT_RESPONSE } }]);
    },
  );

  test('may be 2^53 − 1', () => {
    expect(request('Content-Length: 9007199254740991\r\n', 'abc')).toMatchObject([{}, { body: 'abc' }]);
  });

  test('is not even looked at where there is no content', () => {
    const head = 'Content-Length: x\r\nTransfer-Encoding: y\r\n\r\n';
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      // prettier-ignore
      expect(forEveryCut(responses([method]), `HTTP/1.1 ${status} \r\n${head}`)).toMatchObject([
        { response: status },
        { done: [] },
      ]);
    }
  });
});

describe('Transfer-Encoding', () => {
  test.each(['chunked', 'Chunked', 'CHUNKED', '\tchunked \t'])('%j frames a message', (value) => {
    const fields = `tRANSFER-eNCODING:${value}\r\n`;
    expect(request(fields)).toMatchObject([{ request: 'POST' }, { done: [] }]);
    expect(response(fields)).toMatchObject([{ response: 200, isPersistent: true }, { done: [] }]);
  });

  test.each([
    ['', 'TRANSFER_ENCODING'],
    [' ', 'TRANSFER_ENCODING'],
    [',', 'TRANSFER_ENCODING'],
    ['chunked,', 'TRANSFER_ENCODING'],
    [', chunked', 'TRANSFER_ENCODING'],
    ['identity', 'TRANSFER_ENCODING'],
    ['gzip', 'TRANSFER_ENCODING'],
    ['xchunked', 'TRANSFER_ENCODING'],
    ['chunkedx', 'TRANSFER_ENCODING'],
    ['x chunked', 'TRANSFER_ENCODING'],
    ['chunked x', 'TRANSFER_ENCODING'],
    ['"chunked"', 'TRANSFER_ENCODING'],
    ['chunked;x', 'TRANSFER_ENCODING'],
    ['chunked;x=y', 'TRANSFER_ENCODING'],
    ['chunked;', 'TRANSFER_ENCODING'],
    ['chunked\xa0', 'TRANSFER_ENCODING'],
    ['\xa0chunked', 'TRANSFER_ENCODING'],
    ['chunked\x85', 'TRANSFER_ENCODING'],
    ['chunKed\xff', 'TRANSFER_ENCODING'],
    ['chunked, chunked', 'TRANSFER_ENCODING'],
    ['chunked\r\nTransfer-Encoding: chunked', 'TRANSFER_ENCODING'],
    ['chunked, gzip', 'TRANSFER_ENCODING'],
    ['chunked, identity', 'TRANSFER_ENCODING'],
    ['chunked\r\nTransfer-Encoding: identity', 'TRANSFER_ENCODING'],
    ['chunked\r\nTransfer-Encoding:', 'TRANSFER_ENCODING'],
    ['gzip, chunked, chunked', 'TRANSFER_ENCODING'],
    ['gzip, , chunked', 'TRANSFER_ENCODING'],
    ['\x0bchunked', 'FIELD_VALUE'],
    ['chunked\x0b', 'FIELD_VALUE'],
    ['chunked\x0c', 'FIELD_VALUE'],
    ['chunked\x00', 'FIELD_VALUE'],
    ['\x00chunked', 'FIELD_VALUE'],
    ['chunked\x7f', 'FIELD_VALUE'],
    ['gzip, chunked', 'TRANSFER_CODE'],
    ['identity, chunked', 'TRANSFER_CODE'],
    ['gzip\r\nTransfer-Encoding: chunked', 'TRANSFER_CODE'],
    ['xchunked, chunked', 'TRANSFER_CODE'],
    ['chunked;x, chunked', 'TRANSFER_CODE'],
  ])('%j is refused: %s', (value, code) => {
    const fields = `Transfer-Encoding: ${value}\r\n`;
    expect(request(fields)).toMatchObject([{ error: { code } }]);
    expect(response(fields)).toMatchObject([{ error: { code } }]);
    if (code === 'FIELD_VALUE') return;
    expect(request(`X: y\r\n${fields}`)).toMatchObject([{ error: { code, offset: AT_REQUEST + 6 } }]);
    expect(response(`X: y\r\n${fields}`)).toMatchObject([{ error: { code, offset: AT_RESPONSE + 6 } }]);
  });

  test('is refused in HTTP/1.0', () => {
    const error = { code: 'TRANSFER_ENCODING' };
    expect(request('X: y\r\nTransfer-Encoding: chunked\r\n', EITHER, '1.0')).toMatchObject([
      { error: { ...error, offset: AT_REQUEST + 6 } },
    ]);
    expect(response('Transfer-Encoding: chunked\r\n', EITHER, '1.0')).toMatchObject([{ error }]);
    expect(response('Connection: keep-alive\r\nTransfer-Encoding: x\r\n', EITHER, '1.0')).toMatchObject([
      { error },
    ]);
  });

  const beside = [
    'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Content-Length: 0\r\nTransfer-Encoding: chunked\r\n',
    'Content-Length: x\r\nTransfer-Encoding: chunked\r\n',
  ];
  test.each(beside)('beside Content-Length is refused in a request: %j', (fields) => {
    const offset = AT_REQUEST + fields.indexOf('Content');
    expect(request(fields)).toMatchObject([{ error: { code: 'TRANSFER_ENCODING', offset } }]);
  });

  test.each(beside)('beside Content-Length wins in a response, and nothing follows it: %j', (fields) => {
    expect(response(fields)).toMatchObject([{ response: 200, isPersistent: false }, { done: [] }]);
  });

  test('beside Content-Length is not trusted behind a response to HEAD either', () => {
    const head = `HTTP/1.1 200 \r\n${beside[0]}\r\n`;
    expect(forEveryCut(responses(['HEAD']), head)).toMatchObject([{ isPersistent: false }, { done: [] }]);
  });
});

describe('a message that says nothing of its length', () => {
  test('is a request without content', () => {
    expect(forEveryCut(requests(), 'POST / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')).toMatchObject([
      { request: 'POST' },
      { done: [] },
    ]);
  });

  test('is a response up to the end of its connection', () => {
    expect(response('', 'abc')).toMatchObject([{ isPersistent: false }, { body: 'abc' }, { done: [] }]);
    expect(forEveryCut(responses(), 'HTTP/1.1 200 \r\n\r\nabc')).toMatchObject([{}, { body: 'abc' }]);
  });
});

const length = (count: number): Framing => ({ type: 'length', length: count });

describe('sentRequestFraming', () => {
  type Row = [method: string, given: string | undefined, hasContent: boolean, declared: Framing | undefined, content: Framing]; // prettier-ignore
  const rows: Row[] = [
    ['GET', undefined, false, undefined, NO_CONTENT],
    ['DELETE', undefined, false, undefined, NO_CONTENT],
    ['POST', undefined, false, NO_CONTENT, NO_CONTENT],
    ['PUT', undefined, false, NO_CONTENT, NO_CONTENT],
    ['PATCH', undefined, false, NO_CONTENT, NO_CONTENT],
    ['GET', '0', false, NO_CONTENT, NO_CONTENT],
    ['GET', '0, 0', false, NO_CONTENT, NO_CONTENT],
    ['GET', undefined, true, CHUNKED, CHUNKED],
    ['POST', undefined, true, CHUNKED, CHUNKED],
    ['POST', '5', true, length(5), length(5)],
    ['POST', ' 5', true, length(5), length(5)],
    ['POST', '5, 5', true, length(5), length(5)],
    ['POST', '0', true, NO_CONTENT, NO_CONTENT],
    ['POST', '9007199254740991', true, length(2 ** 53 - 1), length(2 ** 53 - 1)],
  ];
  test.each(rows)('%s, Content-Length %p, content %p', (method, given, hasContent, declared, content) => {
    const fields = given === undefined ? {} : { 'content-length': given };
    expect(sentRequestFraming(method, fields, hasContent)).toEqual({ declared, content });
  });

  test.each(['', 'x', '-1', '+1', '1.0', '0x1', '5,6', '5,', '9007199254740992'])(
    'refuses Content-Length %j',
    (given) => {
      const fields = { 'content-length': given };
      for (const hasContent of [true, false]) {
        expect(() => sentRequestFraming('POST', fields, hasContent)).toThrow(UnwritableError);
      }
    },
  );

  test('refuses a length without content', () => {
    expect(() => sentRequestFraming('GET', { 'content-length': '1' }, false)).toThrow(UnwritableError);
  });

  test("does not heed the caller's Transfer-Encoding", () => {
    const fields = { 'transfer-encoding': 'gzip' };
    expect(sentRequestFraming('POST', fields, true)).toEqual({ declared: CHUNKED, content: CHUNKED });
  });

  test('nor the Content-Length beside it', () => {
    for (const length of ['100', 'x']) {
      const fields = { 'transfer-encoding': 'chunked', 'content-length': length };
      expect(sentRequestFraming('POST', fields, true)).toEqual({ declared: CHUNKED, content: CHUNKED });
      expect(sentRequestFraming('GET', fields, false)).toEqual({ declared: undefined, content: NO_CONTENT });
    }
  });
});

describe('sentResponseFraming', () => {
  type Row = [status: number, method: string, version: HttpVersion, given: string | undefined, declared: Framing | undefined, content: Framing | undefined]; // prettier-ignore
  const rows: Row[] = [
    [200, 'GET', '1.1', undefined, CHUNKED, CHUNKED],
    [200, 'GET', '1.1', '5', length(5), length(5)],
    [200, 'GET', '1.1', '0', NO_CONTENT, NO_CONTENT],
    [200, 'GET', '1.0', undefined, undefined, CLOSE],
    [200, 'GET', '1.0', '5', length(5), length(5)],
    [404, 'GET', '1.1', undefined, CHUNKED, CHUNKED],
    [100, 'GET', '1.1', undefined, undefined, NO_CONTENT],
    [103, 'GET', '1.1', '5', undefined, NO_CONTENT],
    [101, 'GET', '1.1', undefined, undefined, TUNNEL],
    [204, 'GET', '1.1', undefined, undefined, NO_CONTENT],
    [204, 'GET', '1.1', '5', undefined, NO_CONTENT],
    [204, 'HEAD', '1.1', '5', undefined, NO_CONTENT],
    [205, 'GET', '1.1', undefined, NO_CONTENT, NO_CONTENT],
    [205, 'GET', '1.0', undefined, NO_CONTENT, NO_CONTENT],
    [205, 'GET', '1.1', '5', NO_CONTENT, NO_CONTENT],
    [304, 'GET', '1.1', undefined, undefined, NO_CONTENT],
    [304, 'GET', '1.1', '5', length(5), NO_CONTENT],
    [200, 'HEAD', '1.1', undefined, undefined, undefined],
    [200, 'HEAD', '1.1', '5', length(5), undefined],
    [200, 'HEAD', '1.0', undefined, undefined, undefined],
    [200, 'CONNECT', '1.1', undefined, undefined, TUNNEL],
    [299, 'CONNECT', '1.1', '5', undefined, TUNNEL],
    [300, 'CONNECT', '1.1', '5', length(5), length(5)],
    [407, 'CONNECT', '1.1', undefined, CHUNKED, CHUNKED],
  ];
  test.each(rows)('%i to %s %s, Content-Length %p', (status, method, version, given, declared, content) => {
    const fields = given === undefined ? {} : { 'content-length': given };
    expect(sentResponseFraming(status, method, version, fields)).toEqual({ declared, content });
  });

  test('does not heed a Content-Length beside Transfer-Encoding', () => {
    const fields = { 'transfer-encoding': 'chunked', 'content-length': '5' };
    expect(sentResponseFraming(200, 'GET', '1.1', fields)).toEqual({ declared: CHUNKED, content: CHUNKED });
    expect(sentResponseFraming(200, 'GET', '1.0', fields)).toEqual({ declared: undefined, content: CLOSE });
    expect(sentResponseFraming(200, 'HEAD', '1.1', fields)).toEqual({});
  });

  test.each(['', 'x', '-1', '5,6'])('refuses Content-Length %j', (given) => {
    for (const method of ['GET', 'HEAD']) {
      expect(() => sentResponseFraming(200, method, '1.1', { 'content-length': given })).toThrow(
        UnwritableError,
      );
    }
  });
});
