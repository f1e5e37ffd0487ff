import { describe, expect, test } from '@jest/globals';
import type { HeaderList } from '../../src/message/headers.ts';
import { ResponseReader } from '../../src/wire/response-reader.ts';
import { forEveryCut, octets, readPieces, readWhole, responses } from './support/every-cut.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const NONE = 'HTTP/1.1 204 No Content\r\n\r\n';
const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nt: u\r\n\r\n';

describe('interim responses', () => {
  test('come before the final one, their fields apart', () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: a\r\nContent-Length: 3\r\n\r\n';
    expect(forEveryCut(responses(), CONTINUE + hints + LENGTH)).toMatchObject([
      { nonfinal: 100, phrase: 'Continue', headers: [] },
      { nonfinal: 103, headers: [['Link', ' a'], ['Content-Length', ' 3']] }, // prettier-ignore
      { response: 200, headers: [['Content-Length', ' 3']] },
      { body: 'abc' },
      { done: [] },
    ]);
  });

  test('never have content, whatever their fields say', () => {
    const odd = 'HTTP/1.1 199 \r\nContent-Length: 99\r\nTransfer-Encoding: x\r\n\r\n';
    expect(forEveryCut(responses(), odd + NONE)).toMatchObject([
      { nonfinal: 199 },
      { response: 204 },
      { done: [] },
    ]);
  });

  test('are 32 at most by default', () => {
    const many = (count: number) => readWhole(responses(), CONTINUE.repeat(count) + NONE).parts.at(-1);
    expect(many(32)).toEqual({ done: [] });
    expect(many(33)).toMatchObject({ error: { code: 'TOO_MANY_NONFINALS' } });
  });

  test('have a limit for each response', () => {
    const open = responses(['GET', 'GET'], { limits: { nonfinals: 1 } });
    expect(forEveryCut(open, CONTINUE + NONE + CONTINUE + NONE)).toHaveLength(6);
    expect(forEveryCut(open, CONTINUE + CONTINUE + NONE)).toMatchObject([
      { nonfinal: 100 },
      { error: { code: 'TOO_MANY_NONFINALS' } },
    ]);
  });

  test('and then the end of the connection is an incomplete response', () => {
    expect(forEveryCut(responses(), CONTINUE, true)).toMatchObject([
      { nonfinal: 100 },
      { error: { code: 'INCOMPLETE_MESSAGE', offset: 0 } },
    ]);
  });
});

describe('a response without content', () => {
  const framed = 'Content-Length: 5\r\n\r\n';
  test.each([
    ['HEAD', 200],
    ['HEAD', 404],
    ['GET', 204],
    ['GET', 304],
    ['HEAD', 304],
    ['CONNECT', 204],
  ])('to %s, %i, whatever its fields say', (method, status) => {
    for (const fields of [framed, 'Transfer-Encoding: chunked\r\n\r\n', '\r\n']) {
      expect(
        forEveryCut(responses([method, 'GET']), `HTTP/1.1 ${status} \r\n${fields}${LENGTH}`),
      ).toMatchObject([
        { response: status, isPersistent: true },
        { done: [] },
        { response: 200 },
        { body: 'abc' },
        { done: [] },
      ]);
    }
  });

  test('is not one to head, nor 205', () => {
    const body = `${framed}abcde`;
    expect(forEveryCut(responses(['head']), `HTTP/1.1 200 \r\n${body}`)).toHaveLength(3);
    expect(forEveryCut(responses(['GET']), `HTTP/1.1 205 \r\n${body}`)).toHaveLength(3);
  });
});

describe('a response to CONNECT', () => {
  test.each([200, 201, 299])('%i is the start of a tunnel, whatever its fields say', (status) => {
    const head = `HTTP/1.1 ${status} \r\nContent-Length: 3\r\nTransfer-Encoding: x\r\n\r\n`;
    const open = responses(['CONNECT']);
    expect(forEveryCut(open, `${head}\x16\x03`)).toMatchObject([{ response: status, isPersistent: false }]);
    expect(readWhole(open, `${head}\x16\x03`).buffered).toBe(2);
  });

  test.each([300, 407, 502])('%i is a response', (status) => {
    const response = `HTTP/1.1 ${status} \r\nContent-Length: 3\r\n\r\nabc`;
    expect(forEveryCut(responses(['CONNECT']), response)).toMatchObject([
      { response: status, isPersistent: true },
      { body: 'abc' },
      { done: [] },
    ]);
  });
});

describe('101 (Switching Protocols)', () => {
  const SWITCH = 'HTTP/1.1 101 \r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: 3\r\n\r\n';

  test('ends HTTP on the connection when it was asked for', () => {
    expect(forEveryCut(responses(['UPGRADE']), `${SWITCH}\x81\x00`)).toMatchObject([
      { response: 101, isPersistent: false },
    ]);
    const reader = new ResponseReader();
    reader.expect('GET', ['x']);
    reader.push(octets(`${SWITCH}frame`));
    expect(reader.read()).toMatchObject({ status: 101 });
    expect(reader.read()).toBeUndefined();
    expect(Buffer.from(reader.rest()).toString()).toBe('frame');
  });

  test('may come behind a 100', () => {
    expect(forEveryCut(responses(['UPGRADE']), CONTINUE + SWITCH)).toMatchObject([
      { nonfinal: 100 },
      { response: 101 },
    ]);
  });

  test('is an error when it was not', () => {
    expect(forEveryCut(responses(['GET']), SWITCH)).toMatchObject([{ error: { code: 'SWITCH' } }]);
  });

  test('is an error in HTTP/1.0, which has no upgrade (RFC 9110 §7.8)', () => {
    expect(forEveryCut(responses(['UPGRADE']), SWITCH.replace('1.1', '1.0'))).toMatchObject([
      { error: { code: 'SWITCH' } },
    ]);
  });

  test.each(['', 'Upgrade:\r\n', 'Connection: upgrade\r\n'])(
    'is an error when it does not say to which protocol: %j',
    (fields) => {
      expect(forEveryCut(responses(['UPGRADE']), `HTTP/1.1 101 \r\n${fields}\r\n`)).toMatchObject([
        { error: { code: 'SWITCH' } },
      ]);
    },
  );

  test.each(['y', 'x, y', 'xx', 'x/1'])('is an error when %s was not offered', (protocol) => {
    expect(
      forEveryCut(responses(['UPGRADE']), `HTTP/1.1 101 \r\nUpgrade: ${protocol}\r\n\r\n`),
    ).toMatchObject([{ error: { code: 'SWITCH' } }]);
  });

  test('knows a protocol in any case (RFC 9110 §16.7)', () => {
    expect(forEveryCut(responses(['UPGRADE']), 'HTTP/1.1 101 \r\nUpgrade: X\r\n\r\n')).toMatchObject([
      { response: 101 },
    ]);
  });

  test.each(['x', 'y/2', 'y/2, x'])('may be to any of the protocols that were offered: %s', (protocols) => {
    const reader = new ResponseReader();
    reader.expect('GET', ['x', 'y/2']);
    reader.push(octets(`HTTP/1.1 101 \r\nUpgrade: ${protocols}\r\n\r\n`));
    expect(reader.read()).toMatchObject({ type: 'response_start', status: 101 });
  });

  test.each([
    [[], 'x', 'nobody has offered it'],
    [['x'], '', 'it does not say to which protocol'],
    [['x'], 'y'.repeat(65), `"${'y'.repeat(64)}" was not offered`],
  ])('says what is wrong when %j were offered and %j is answered', (offered, protocol, text) => {
    const reader = new ResponseReader();
    reader.expect('GET', offered);
    reader.push(octets(`HTTP/1.1 101 \r\nUpgrade: ${protocol}\r\n\r\n`));
    expect(() => reader.read()).toThrow(text);
  });

  test('offered need not be taken', () => {
    expect(forEveryCut(responses(['UPGRADE']), LENGTH)).toHaveLength(3);
  });

  test('offered for one response is not offered for the next', () => {
    expect(forEveryCut(responses(['UPGRADE', 'GET']), LENGTH + SWITCH).at(-1)).toMatchObject({
      error: { code: 'SWITCH' },
    });
  });
});

describe('the end of the connection', () => {
  test.each([LENGTH, CHUNKED, NONE, CONTINUE + LENGTH])(
    'within %j is an error at each offset, and never a done',
    (message) => {
      for (let cut = 1; cut < message.length; cut++) {
        const { parts } = readWhole(responses(), message.slice(0, cut), true);
        expect(parts.at(-1)).toMatchObject({ error: { code: 'INCOMPLETE_MESSAGE' } });
        expect(parts.filter((part) => 'done' in part)).toEqual([]);
        const single = Array.from(octets(message.slice(0, cut)), (octet) => Uint8Array.of(octet));
        expect(readPieces(responses(), single, true).parts).toEqual(parts);
      }
    },
  );

  test('ends a response that says nothing of its length, and nothing else', () => {
    const message = 'HTTP/1.0 200 \r\nX: y\r\n\r\nabc';
    const start = message.length - 3;
    for (let cut = 1; cut <= message.length; cut++) {
      const { parts } = readWhole(responses(), message.slice(0, cut), true);
      const last = cut < start ? { error: { code: 'INCOMPLETE_MESSAGE', offset: cut } } : { done: [] };
      expect(parts.at(-1)).toMatchObject(last);
    }
    expect(readWhole(responses(), message).parts).toMatchObject([{ response: 200 }, { body: 'abc' }]);
  });

  test('that was the end of a response is no end of the next', () => {
    const reader = new ResponseReader();
    reader.expect('GET');
    reader.push(octets('HTTP/1.0 200 \r\n\r\nabc'));
    reader.end();
    while (reader.read() !== undefined);
    reader.expect('GET');
    expect(reader.read()).toBeUndefined();
  });

  test('before anything came is for the connection to judge', () => {
    expect(forEveryCut(responses(), '', true)).toEqual([]);
    const reader = new ResponseReader();
    reader.expect('GET');
    expect(reader.isStarted).toBe(false);
    reader.push(octets('H'));
    expect(reader.isStarted).toBe(true);
  });
});

describe('octets behind a complete response', () => {
  test.each([LENGTH, CHUNKED, NONE])('are refused: %j', (message) => {
    expect(forEveryCut(responses(), `${message}HTTP/1.1`).at(-1)).toMatchObject({
      error: { code: 'EXTRA_DATA', offset: message.length },
    });
    expect(forEveryCut(responses(), `${message}\r\n`).at(-1)).toMatchObject({
      error: { code: 'EXTRA_DATA' },
    });
  });

  test('can be seen as soon as it is done', () => {
    const reader = new ResponseReader();
    reader.expect('GET');
    reader.push(octets(`${NONE}x`));
    reader.read();
    expect(reader.read()).toMatchObject({ type: 'response_done' });
    expect([reader.isIdle, reader.buffered]).toEqual([true, 1]);
  });

  test('on a connection that nobody has asked anything are refused, too', () => {
    expect(forEveryCut(responses([]), 'HTTP/1.1 408 \r\n\r\n')).toMatchObject([
      { error: { code: 'EXTRA_DATA', offset: 0 } },
    ]);
    expect(forEveryCut(responses([]), '', true)).toEqual([]);
  });
});

test('nothing is said of a connection before there is a response', () => {
  const { isPersistent, keepAlive } = new ResponseReader();
  expect({ isPersistent, keepAlive }).toEqual({ isPersistent: false, keepAlive: undefined });
});

test('isPersistent and keepAlive are those of the head read last', () => {
  const reader = new ResponseReader();
  const seen: unknown[] = [];
  for (const fields of [
    'Keep-Alive: timeout=5\r\n',
    'Connection: close\r\n',
    'Keep-Alive: max=1\r\nkeep-alive: x\r\n',
  ]) {
    reader.expect('HEAD');
    reader.push(octets(`HTTP/1.1 200 \r\n${fields}\r\n`));
    while (reader.read() !== undefined);
    seen.push([reader.isPersistent, reader.keepAlive]);
  }
  expect(seen).toEqual([[true, 'timeout=5'], [false, undefined], [true, 'max=1, x']]); // prettier-ignore
});

test.each([
  ['1.1', '', true],
  ['1.1', 'Connection: close\r\n', false],
  ['1.0', '', false],
  ['1.0', 'Connection: keep-alive\r\n', true],
])('a response in HTTP/%s with %j persists: %p', (version, fields, isPersistent) => {
  const message = `HTTP/${version} 200 \r\n${fields}Content-Length: 0\r\n\r\n`;
  expect(forEveryCut(responses(), message)).toMatchObject([{ isPersistent }, { done: [] }]);
});

describe('careful: false', () => {
  const careful = false;
  const START = 'HTTP/1.1 200 \r\n';
  const END = 'Content-Length: 0\r\n\r\n';
  const length: HeaderList = [['Content-Length', ' 0']];
  const relaxed: [section: string, code: string, offset: number, headers: HeaderList][] = [
    [`a: b\n${END}`, 'LINE_END', 4, [['a', ' b'], ...length]],
    [`Content-Length: 0\r\n\n`, 'LINE_END', 19, length],
    [`abc\r\n${END}`, 'FIELD_LINE', 3, length],
    [`a b\r\n${END}`, 'FIELD_LINE', 3, length],
    [`a\x00\r\n${END}`, 'FIELD_LINE', 2, length],
    [`a : b\r\n${END}`, 'HEADER_SPACE', 1, [['a', ' b'], ...length]],
    [`a\t \t: b\r\n${END}`, 'HEADER_SPACE', 1, [['a', ' b'], ...length]],
    [`: b\r\n${END}`, 'FIELD_NAME', 0, [['', ' b'], ...length]],
    [`a b: c\r\n${END}`, 'FIELD_NAME', 1, [['a b', ' c'], ...length]],
    [`(a): c\r\n${END}`, 'FIELD_NAME', 0, [['(a)', ' c'], ...length]],
    [`\xe9: c\r\n${END}`, 'FIELD_NAME', 0, [['\xe9', ' c'], ...length]],
    [`a: b\x00c\r\n${END}`, 'FIELD_VALUE', 4, [['a', ' b\x00c'], ...length]],
    [`a: \x00b\x00\x00c\r\n${END}`, 'FIELD_VALUE', 3, [['a', ' \x00b\x00\x00c'], ...length]],
    [` a: b\r\n${END}`, 'TOP_LINE_SPACE', 0, length],
    [`\ta: b\r\n c\r\n${END}`, 'TOP_LINE_SPACE', 0, length],
    [` \r\n${END}`, 'TOP_LINE_SPACE', 0, length],
    [`abc\r\n def\r\n\tghi\r\n${END}`, 'FIELD_LINE', 3, length],
    [` Transfer-Encoding: chunked\r\n${END}`, 'TOP_LINE_SPACE', 0, length],
  ];

  test.each(relaxed)('survives %j with one anomaly before the head: %s', (section, code, at, headers) => {
    const anomaly = { code, offset: START.length + at };
    expect(forEveryCut(responses(['GET'], { careful }), START + section)).toMatchObject([
      { anomaly },
      { response: 200, headers },
      { done: [] },
    ]);
    expect(forEveryCut(responses(['GET']), START + section)).toMatchObject([{ error: anomaly }]);
  });

  test('survives a bare LF behind the status line', () => {
    expect(forEveryCut(responses(['GET'], { careful }), `HTTP/1.1 200 \n${END}`)).toMatchObject([
      { anomaly: { code: 'LINE_END', offset: 13 } },
      { response: 200, phrase: '' },
      { done: [] },
    ]);
  });

  test('tells of everything in its order, before what makes an end of it', () => {
    const section = 'a : b\nc\r\n: d\x00\r\ne: \x01\r\n\r\n';
    expect(forEveryCut(responses(['GET'], { careful }), `HTTP/1.1 200 \n${section}`)).toMatchObject([
      { anomaly: { code: 'LINE_END', offset: 13 } },
      { anomaly: { code: 'HEADER_SPACE' } },
      { anomaly: { code: 'LINE_END' } },
      { anomaly: { code: 'FIELD_LINE' } },
      { anomaly: { code: 'FIELD_NAME' } },
      { anomaly: { code: 'FIELD_VALUE' } },
      { error: { code: 'FIELD_VALUE' } },
    ]);
    expect(forEveryCut(responses(['GET'], { careful }), 'HTTP/1.1 2\n')).toMatchObject([
      { anomaly: { code: 'LINE_END' } },
      { error: { code: 'START_LINE' } },
    ]);
  });

  test.each([
    ['a: \x00\r\n', 'FIELD_VALUE'],
    [' a: b\r\n c\r\n', 'TOP_LINE_SPACE'],
    ['a\r\n', 'FIELD_LINE'],
  ])('starts anew with each section: %j', (line, code) => {
    const message = `${START}${line}${END}`;
    const anomaly = { code };
    expect(forEveryCut(responses(['GET', 'GET'], { careful }), message + message)).toMatchObject([
      { anomaly },
      { response: 200 },
      { done: [] },
      { anomaly },
      { response: 200 },
      { done: [] },
    ]);
  });

  test('tells of each response its own', () => {
    const message = `${START}a : b\r\n${END}`;
    expect(forEveryCut(responses(['GET', 'GET'], { careful }), CONTINUE + message + message)).toMatchObject([
      { nonfinal: 100 },
      { anomaly: { code: 'HEADER_SPACE' } },
      { response: 200 },
      { done: [] },
      { anomaly: { code: 'HEADER_SPACE' } },
      { response: 200 },
      { done: [] },
    ]);
  });

  test.each([
    ['HTTP/1.1 200 \r\na: b\rc\r\n\r\n', 'LINE_END'],
    ['HTTP/1.1 200 \ra\r\n\r\n', 'LINE_END'],
    ['HTTP/1.1 200 \r\na: \x01\r\n\r\n', 'FIELD_VALUE'],
    ['HTTP/1.1 200 \r\na: \x7f\r\n\r\n', 'FIELD_VALUE'],
    ['HTTP/1.1 200 \x00\r\n\r\n', 'START_LINE'],
    ['HTTP/2.0 200 \r\n\r\n', 'HTTP_VERSION'],
    ['HTTP/1.1 20 \r\n\r\n', 'START_LINE'],
    ['\r\nHTTP/1.1 200 \r\n\r\n', 'START_LINE'],
    ['HTTP/1.1 200 \r\nContent-Length: +1\r\n\r\n', 'MALFORMED_CL'],
    ['HTTP/1.1 200 \r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 'DUPLICATE_CL'],
    ['HTTP/1.1 200 \r\nTransfer-Encoding: gzip\r\n\r\n', 'TRANSFER_ENCODING'],
    ['HTTP/1.1 200 \r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 'TRANSFER_CODE'],
    ['HTTP/1.1 101 \r\n\r\n', 'SWITCH'],
  ])('does not relax %j: %s', (message, code) => {
    expect(forEveryCut(responses(['GET'], { careful }), message)).toMatchObject([{ error: { code } }]);
  });

  test.each([
    ['Content-Length : 0\r\n', 'HEADER_SPACE', 14],
    ['content-length\t : 0\r\n', 'HEADER_SPACE', 14],
    ['Content-Length: 0\r\nContent-Length : 0\r\n', 'HEADER_SPACE', 33],
    ['TRANSFER-ENCODING : chunked\r\n', 'HEADER_SPACE', 17],
    ['\xa0Content-Length: 0\r\n', 'FIELD_NAME', 0],
    ['Content-\x00Length: 0\r\n', 'FIELD_NAME', 8],
    ['"Transfer-Encoding": chunked\r\n', 'FIELD_NAME', 0],
    ['Content-Length: \x000\r\n', 'FIELD_VALUE', 16],
    ['Content-Length: 0\r\n \x00\r\n', 'FIELD_VALUE', 20],
    ['Content-Length:\r\n\t\r\n 0\x00\r\n', 'FIELD_VALUE', 22],
    ['Transfer-Encoding: chunked\x00\r\n', 'FIELD_VALUE', 26],
  ])('does not relax the field that frames: %j: %s at %i', (fields, code, at) => {
    const error = { code, offset: START.length + 6 + at };
    for (const method of ['GET', 'HEAD']) {
      const open = responses([method], { careful });
      expect(forEveryCut(open, `${START}X: y\r\n${fields}\r\n`)).toMatchObject([{ error }]);
    }
    const chunked = `${START}Transfer-Encoding: chunked\r\n\r\n0\r\n`;
    expect(forEveryCut(responses(['GET'], { careful }), `${chunked}X: y\r\n${fields}`).at(-1)).toMatchObject({
      error: { code, offset: chunked.length + 6 + at },
    });
  });

  test('relaxes a value that goes on behind a field that frames', () => {
    const section = `Content-Length: 0\r\na: b\r\n c\x00\r\n\r\n`;
    expect(forEveryCut(responses(['GET'], { careful }), START + section)).toMatchObject([
      { anomaly: { code: 'FIELD_VALUE' } },
      { headers: [['Content-Length', ' 0'], ['a', ' b c\x00']] }, // prettier-ignore
      { done: [] },
    ]);
  });

  test('takes nothing from behind a response with an anomaly (RFC 9112 §11.1)', () => {
    const read = (section: string) => forEveryCut(responses(['GET', 'GET'], { careful }), START + section);
    const keepAlive = `Connection: keep-alive\r\n${END}`;
    expect(read(keepAlive)).toMatchObject([{ isPersistent: true }, {}]);
    for (const [section] of relaxed) {
      expect(read(section.replace(END, keepAlive))).toMatchObject([{}, { isPersistent: false }, {}]);
    }
    expect(read(`a : b\r\n${END}${START}${END}`)).toMatchObject([
      {},
      { isPersistent: false },
      {},
      { isPersistent: true },
      {},
    ]);
    const reader = new ResponseReader({ careful });
    reader.expect('GET');
    reader.push(octets(`${START}Transfer-Encoding: chunked\r\n\r\n`));
    expect(reader.read()).toMatchObject({ type: 'response_start' });
    expect(reader.isPersistent).toBe(true);
    reader.push(octets('0\r\na : b\r\n\r\n'));
    expect(reader.read()).toMatchObject({ type: 'response_anomaly' });
    expect(reader.isPersistent).toBe(false);
  });

  test.each([
    '3\nabc\r\n0\r\n\r\n',
    '3\r\nabc\n0\r\n\r\n',
    '3\r\nabc\r\n0\n\r\n',
    ' 3\r\nabc\r\n0\r\n\r\n',
    '3 \r\nabc\r\n0\r\n\r\n',
  ])('does not relax chunks: %j', (body) => {
    const head = 'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n';
    const last = forEveryCut(responses(['GET'], { careful }), head + body).at(-1);
    expect(last).toHaveProperty('error');
  });

  test('says of an error whether it would have been survived', () => {
    const recoverable = (message: string): boolean | undefined => {
      const reader = new ResponseReader();
      reader.expect('GET');
      reader.push(octets(message));
      try {
        while (reader.read() !== undefined);
      } catch (error) {
        return (error as { clientRecoverable: boolean }).clientRecoverable;
      }
      return undefined;
    };
    for (const [section] of relaxed) expect(recoverable(START + section)).toBe(true);
    expect(recoverable(`${START}a: b\r\r\n\r\n`)).toBe(false);
    expect(recoverable(`${START}a: \x01\r\n\r\n`)).toBe(false);
    expect(recoverable(`${START}Content-Length: x\r\n\r\n`)).toBe(false);
    expect(recoverable(`${START}Transfer-Encoding: chunked\r\n\r\n0\n`)).toBe(false);
    expect(recoverable(`${START}Transfer-Encoding: chunked\r\n\r\n0\r\na: b\n`)).toBe(false);
  });

  test('has no more anomalies than the section has lines', () => {
    const { parts } = readWhole(responses(['GET'], { careful }), `${START}${'\x00\n'.repeat(1000)}\r\n`);
    expect(parts.length).toBeLessThanOrEqual(2 * 100 + 2);
    expect(parts.at(-1)).toMatchObject({ error: { code: 'TOO_MANY_FIELDS' } });
    const nul = readWhole(responses(['GET'], { careful }), `${START}a: ${'\x00'.repeat(1000)}\r\n${END}`);
    expect(nul.parts).toHaveLength(3);
  });
});
