import { describe, expect, test } from '@jest/globals';
import { BodyLengthError, UnwritableError } from '../../src/message/errors.ts';
import type { HeaderList } from '../../src/message/headers.ts';
import { bodyWriter, type BodyWriter } from '../../src/wire/body-writer.ts';
import { CHUNKED, CLOSE, NO_CONTENT, TUNNEL, type Framing } from '../../src/wire/framing.ts';
import { octets } from './support/every-cut.ts';

function written(framing: Framing | undefined, use: (writer: BodyWriter) => void): string {
  let wire = '';
  use(
    bodyWriter(
      framing,
      (piece) => (wire += typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1')),
    ),
  );
  return wire;
}

function body(framing: Framing | undefined, chunks: readonly string[], trailers: HeaderList = []): string {
  return written(framing, (writer) => {
    for (const chunk of chunks) writer.chunk(octets(chunk));
    writer.done(trailers);
  });
}

describe('a body with a length', () => {
  const three: Framing = { type: 'length', length: 3 };

  test.each([[['abc']], [['a', 'bc']], [['', 'a', '', 'bc', '']]])('%j leaves as it is', (chunks) => {
    expect(body(three, chunks)).toBe('abc');
  });

  test('has nothing written for a piece that is empty', () => {
    const pieces: unknown[] = [];
    bodyWriter(three, (piece) => pieces.push(piece)).chunk(octets(''));
    expect(pieces).toEqual([]);
  });

  test.each([[['abcd']], [['ab', 'cd']], [['abc', 'd']]])(
    '%j is too much, and the piece too much does not leave',
    (chunks) => {
      let wire = '';
      const write = (): void => {
        wire = written(three, (writer) => {
          for (const chunk of chunks) {
            try {
              writer.chunk(octets(chunk));
            } catch (error) {
              expect(error).toBeInstanceOf(BodyLengthError);
              throw error;
            }
          }
        });
      };
      expect(write).toThrow(BodyLengthError);
      expect(wire).toBe('');
    },
  );

  test.each([[[]], [['']], [['a', 'b']]])('%j is not enough', (chunks) => {
    expect(() => body(three, chunks)).toThrow(BodyLengthError);
  });

  test('of 0 takes nothing but its end', () => {
    expect(body(NO_CONTENT, [])).toBe('');
    expect(body(NO_CONTENT, [''])).toBe('');
    expect(() => body(NO_CONTENT, ['a'])).toThrow(BodyLengthError);
  });

  test('has no place for trailers', () => {
    expect(() => body(three, ['abc'], [['a', 'b']])).toThrow(UnwritableError);
  });
});

describe('a chunked body', () => {
  test('has each piece as a chunk, and no empty one before the last', () => {
    expect(body(CHUNKED, [])).toBe('0\r\n\r\n');
    expect(body(CHUNKED, ['', ''])).toBe('0\r\n\r\n');
    expect(body(CHUNKED, ['abc', '', 'd'.repeat(26)])).toBe(
      `3\r\nabc\r\n1a\r\n${'d'.repeat(26)}\r\n0\r\n\r\n`,
    );
  });

  test('ends with the trailers', () => {
    expect(body(CHUNKED, ['a'], [['t', 'u']])).toBe('1\r\na\r\n0\r\nt: u\r\n\r\n');
    expect(() => body(CHUNKED, ['a'], [['Content-Length', '1']])).toThrow(UnwritableError);
  });

  test('writes nothing of an end with trailers that it refuses', () => {
    let refused: unknown;
    const wire = written(CHUNKED, (writer) => {
      try {
        writer.done([['a', '\n']]);
      } catch (error) {
        refused = error;
      }
    });
    expect([wire, refused instanceof UnwritableError]).toEqual(['', true]);
  });
});

test.each([CLOSE, TUNNEL])('a body that ends with the connection leaves as it is: %j', (framing) => {
  expect(body(framing, ['a', 'bc'], [['t', 'u']])).toBe('abc');
});

test('a body that is not to be sent is dropped', () => {
  expect(body(undefined, ['a', 'bc'], [['t', 'u']])).toBe('');
});

describe('content that is no Uint8Array', () => {
  test.each([
    ['a string', 'ab'],
    ['two octets an element', new Uint16Array(2)],
    ['nothing', undefined],
  ])('%s is refused in every framing', (_, content) => {
    for (const framing of [{ type: 'length', length: 4 }, { type: 'chunked' }, { type: 'close' }] as const) {
      const written: unknown[] = [];
      const writer = bodyWriter(framing, (octets) => written.push(octets));
      expect(() => writer.chunk(content as never)).toThrow(expect.objectContaining({ code: 'UNWRITABLE' }));
      expect(written).toEqual([]);
    }
  });
});
