import { describe, expect, test } from '@jest/globals';
import { IncompleteMessageError } from '../../src/message/errors.ts';
import { RequestReader } from '../../src/wire/request-reader.ts';
import { forEveryCut, octets, readPieces, readWhole, requests } from './support/every-cut.ts';

const GET = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const CHUNKED =
  'PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nt: u\r\n\r\n';

function head(fields: string, version = '1.1') {
  return forEveryCut(requests(), `POST / HTTP/${version}\r\nHost: a\r\n${fields}\r\n`);
}

describe('requests on one connection', () => {
  test('are read one after the other, wherever they are cut', () => {
    expect(forEveryCut(requests(), GET + POST + CHUNKED + GET)).toMatchObject([
      { uri: '/1' },
      { done: [] },
      { uri: '/2' },
      { body: 'abc' },
      { done: [] },
      { uri: '/3' },
      { body: 'abc' },
      { done: [['t', ' u']] },
      { uri: '/1' },
      { done: [] },
    ]);
  });

  test('count their offsets each from its own start', () => {
    expect(forEveryCut(requests(), `${POST}GET a HTTP/1.1\r\n`).at(-1)).toMatchObject({
      error: { code: 'REQUEST_TARGET', offset: 4 },
    });
  });

  test('that are malformed do not take back those before them', () => {
    expect(forEveryCut(requests(), `${GET}G@T / HTTP/1.1\r\n`)).toMatchObject([
      { uri: '/1' },
      { done: [] },
      { error: { code: 'START_LINE', offset: 0 } },
    ]);
  });

  test('end with the one that says so: what follows is not read', () => {
    const last = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    expect(forEveryCut(requests(), last + GET)).toMatchObject([{ isPersistent: false }, { done: [] }]);
    expect(readWhole(requests(), last + GET).buffered).toBe(GET.length);
  });

  test('wait for next(): octets that come early are kept', () => {
    const reader = new RequestReader();
    reader.push(octets(GET));
    expect(reader.read()).toBeUndefined();
    expect([reader.isIdle, reader.buffered]).toEqual([true, GET.length]);
    reader.next();
    expect(reader.isIdle).toBe(false);
    expect(reader.read()).toMatchObject({ type: 'request_start', uri: '/1' });
    expect(reader.read()).toEqual({ type: 'request_done', trailers: [] });
    expect([reader.isIdle, reader.buffered]).toEqual([true, 0]);
    expect(reader.read()).toBeUndefined();
  });
});

describe('empty lines before a request', () => {
  test('are skipped, one by default', () => {
    expect(forEveryCut(requests(), `\r\n${GET}\r\n${GET}`)).toMatchObject([{}, {}, {}, { done: [] }]);
    expect(forEveryCut(requests(), `\r\n\r\n${GET}`)).toMatchObject([
      { error: { code: 'START_LINE', offset: 2 } },
    ]);
    expect(forEveryCut(requests(), `${POST}\r\n\r\n`).at(-1)).toMatchObject({
      error: { code: 'START_LINE' },
    });
  });

  test('are skipped up to their limit', () => {
    const read = (emptyLines: number, count: number) =>
      forEveryCut(requests({ limits: { emptyLines } }), '\r\n'.repeat(count) + GET);
    expect(read(3, 3)).toMatchObject([{ uri: '/1' }, { done: [] }]);
    expect(read(3, 4)).toMatchObject([{ error: { code: 'START_LINE', offset: 6 } }]);
    expect(read(0, 0)).toMatchObject([{ uri: '/1' }, { done: [] }]);
    expect(read(0, 1)).toMatchObject([{ error: { code: 'START_LINE', offset: 0 } }]);
  });

  test('are CRLF and nothing else', () => {
    expect(forEveryCut(requests(), `\n${GET}`)).toMatchObject([{ error: { code: 'LINE_END', offset: 0 } }]);
    expect(forEveryCut(requests(), `\n\n${GET}`)).toMatchObject([{ error: { code: 'LINE_END', offset: 0 } }]);
    expect(forEveryCut(requests(), `\r${GET}`)).toMatchObject([{ error: { code: 'LINE_END', offset: 0 } }]);
    expect(forEveryCut(requests(), ` \r\n${GET}`)).toMatchObject([
      { error: { code: 'START_LINE', offset: 0 } },
    ]);
  });

  test('are no part of a message: an end behind them is a clean one', () => {
    expect(forEveryCut(requests(), '\r\n', true)).toEqual([]);
    expect(forEveryCut(requests(), `${GET}\r\n`, true)).toHaveLength(2);
  });
});

describe('the end of a connection', () => {
  test.each([GET, POST, CHUNKED])('within %j is an error at each offset, and never a done', (message) => {
    for (let cut = 1; cut < message.length; cut++) {
      const { parts } = readWhole(requests(), message.slice(0, cut), true);
      expect(parts.at(-1)).toMatchObject({ error: { code: 'INCOMPLETE_MESSAGE', offset: cut, excerpt: '' } });
      expect(parts.filter((part) => 'done' in part)).toEqual([]);
      const single = Array.from(octets(message.slice(0, cut)), (octet) => Uint8Array.of(octet));
      expect(readPieces(requests(), single, true).parts).toEqual(parts);
    }
  });

  test.each([GET, POST, CHUNKED, ''])('behind %j is none', (message) => {
    expect(forEveryCut(requests(), message, true).filter((part) => 'error' in part)).toEqual([]);
  });

  test('is an error from then on', () => {
    const reader = new RequestReader();
    reader.next();
    reader.push(octets('GET'));
    reader.end();
    expect(() => reader.read()).toThrow(IncompleteMessageError);
    expect(() => reader.read()).toThrow(IncompleteMessageError);
  });
});

describe('isPersistent', () => {
  test.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.1', 'connection:CLOSE\r\n', false],
    ['1.1', 'Connection: x ,\tClose , y\r\n', false],
    ['1.1', 'Connection: keep-alive\r\nX: y\r\nConnection: close\r\n', false],
    ['1.1', 'Connection: keep-alive, close\r\n', false],
    ['1.1', 'Connection: closed\r\n', true],
    ['1.1', 'Connection: close;x\r\n', true],
    ['1.1', 'Connection: \xa0close\r\n', true],
    ['1.1', 'Connection:\r\n', true],
    ['1.1', 'Proxy-Connection: close\r\n', true],
    ['1.0', '', false],
    ['1.0', 'Connection: keep-alive\r\n', true],
    ['1.0', 'Connection: x, Keep-Alive\r\n', true],
    ['1.0', 'Connection: keep-alive, close\r\n', false],
    ['1.0', 'Connection: x\r\n', false],
    ['1.0', 'Keep-Alive: timeout=5\r\n', false],
    ['1.2', '', true],
  ])('HTTP/%s %j: %p', (version, fields, isPersistent) => {
    expect(head(fields, version)).toMatchObject([{ isPersistent }, { done: [] }]);
  });
});

describe('Expect', () => {
  test.each([
    ['1.1', '', false],
    ['1.1', 'Expect: 100-continue\r\n', true],
    ['1.1', 'expect:100-Continue\r\n', true],
    ['1.0', 'Expect: 100-continue\r\n', false],
  ])('in HTTP/%s, %j: waits %p', (version, fields, expectsContinue) => {
    expect(head(fields, version)).toMatchObject([{ expectsContinue }, { done: [] }]);
  });

  test.each(['', '100', '200-ok', '100-continue;x', '100-continue, 200-ok', '100-continue\r\nExpect: x'])(
    '%j is refused',
    (value) => {
      expect(head(`Expect: ${value}\r\n`)).toMatchObject([{ error: { code: 'EXPECTATION', offset: 26 } }]);
    },
  );
});

describe('Upgrade', () => {
  test.each([
    ['1.1', 'Upgrade: h2c\r\nConnection: upgrade\r\n', 'h2c'],
    ['1.1', 'Upgrade: a\r\nUpgrade: b\r\nConnection: x, UPGRADE\r\n', 'a, b'],
    ['1.1', 'Upgrade: h2c\r\n', ''],
    ['1.1', 'Upgrade: h2c\r\nConnection: close\r\n', ''],
    ['1.1', 'Connection: upgrade\r\n', ''],
    ['1.0', 'Upgrade: h2c\r\nConnection: upgrade\r\n', ''],
  ])('in HTTP/%s, %j: %j', (version, fields, upgrade) => {
    expect(head(fields, version)).toMatchObject([{ upgrade }, { done: [] }]);
  });
});

test('nothing is said of a request before there is one', () => {
  const { authority, expectsContinue, isPersistent, upgrade, framing } = new RequestReader();
  expect({ authority, expectsContinue, isPersistent, upgrade, framing }).toEqual({
    authority: undefined,
    expectsContinue: false,
    isPersistent: true,
    upgrade: '',
    framing: { type: 'length', length: 0 },
  });
});

test('what was said of one request is not said of the next', () => {
  const first =
    'POST / HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n';
  expect(forEveryCut(requests(), first + GET)).toMatchObject([
    { authority: 'b', expectsContinue: true, upgrade: 'x' },
    { done: [] },
    { authority: 'a', expectsContinue: false, upgrade: '' },
    { done: [] },
  ]);
});

describe('chunks of content', () => {
  const head5 = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n';

  test('are never Buffers: slice() copies them', () => {
    const reader = new RequestReader();
    reader.next();
    reader.push(Buffer.from(`${head5}abcde`));
    reader.read();
    const body = reader.read();
    if (body?.type !== 'request_body') throw new Error('no body');
    expect(Buffer.isBuffer(body.chunk)).toBe(false);
    expect(Buffer.from(body.chunk).toString()).toBe('abcde');
  });

  test('stay true when more is pushed', () => {
    const reader = new RequestReader();
    reader.next();
    reader.push(octets(`${head5}abc`));
    reader.read();
    reader.push(octets('de'));
    const body = reader.read();
    reader.push(octets('GET / HT'));
    reader.push(octets('TP/1.1\r\n'.repeat(100)));
    expect(body).toMatchObject({ type: 'request_body' });
    if (body?.type === 'request_body') expect(Buffer.from(body.chunk).toString()).toBe('abcde');
  });
});

test('rest() is what has not been read', () => {
  const reader = new RequestReader();
  reader.next();
  reader.push(octets(`${GET}other`));
  reader.read();
  reader.read();
  expect(Buffer.from(reader.rest()).toString()).toBe('other');
  expect(reader.buffered).toBe(0);
});
