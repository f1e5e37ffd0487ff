import { describe, expect, test } from '@jest/globals';
import {
  getHeader,
  headerDict,
  headerNames,
  trimTrailing,
  trimWhitespace,
  type HeaderList,
} from '../../src/message/headers.ts';

/** The example of the document that the three functions come from. */
const HEADERS: HeaderList = [
  ['Content-Type', ' text/plain'],
  ['Foo', 'bar, baz'],
  ['Cache-Control', ' max-age=30, must-revalidate'],
  ['Foo', 'boom'],
  ['user-agent', 'Foo/1.0'],
];

/** Enough members that, as the arguments of one call, they would not fit on the stack. */
const COMMAS = ','.repeat(500_000);

describe('headerNames', () => {
  test('is the set of names present, lower-cased', () => {
    expect(headerNames(HEADERS)).toEqual(new Set(['content-type', 'foo', 'cache-control', 'user-agent']));
  });

  test('of no fields is empty', () => {
    expect(headerNames([])).toEqual(new Set());
  });
});

describe('headerDict', () => {
  test('has lists of values by lower-cased name', () => {
    expect({ ...headerDict(HEADERS) }).toEqual({
      'content-type': ['text/plain'],
      foo: ['bar', 'baz', 'boom'],
      'cache-control': ['max-age=30', 'must-revalidate'],
      'user-agent': ['Foo/1.0'],
    });
  });

  test('keeps the order of the names and of their values', () => {
    const dict = headerDict([
      ['b', '1'],
      ['a', '2'],
      ['B', '3'],
    ]);
    expect(Object.entries(dict)).toEqual([
      ['b', ['1', '3']],
      ['a', ['2']],
    ]);
  });

  test('leaves out the names to omit, whatever the case of either', () => {
    expect(Object.keys(headerDict(HEADERS, ['FOO', 'User-Agent', 'absent']))).toEqual([
      'content-type',
      'cache-control',
    ]);
  });

  test('takes __proto__ and constructor for names like any other', () => {
    const dict = headerDict([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['__proto__', 'z'],
    ]);
    expect(Object.entries(dict)).toEqual([
      ['__proto__', ['x', 'z']],
      ['constructor', ['y']],
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect('toString' in headerDict([])).toBe(false);
  });

  test('takes a value of half a million members', () => {
    expect(headerDict([['a', COMMAS]])['a']).toHaveLength(500_001);
  });
});

describe('getHeader', () => {
  test.each(['foo', 'Foo', 'FOO'])('finds all values of %s in order', (name) => {
    expect(getHeader(HEADERS, name)).toEqual(['bar', 'baz', 'boom']);
  });

  test('is empty when there is no such field', () => {
    expect(getHeader(HEADERS, 'bar')).toEqual([]);
  });

  test('splits at every comma, in quotes and dates too', () => {
    expect(getHeader([['Date', ' Sun, 06 Nov 1994 08:49:37 GMT']], 'date')).toEqual([
      'Sun',
      '06 Nov 1994 08:49:37 GMT',
    ]);
    expect(getHeader([['a', '"b,c"']], 'a')).toEqual(['"b', 'c"']);
  });

  test.each([
    ['', ['']],
    [' ', ['']],
    [',', ['', '']],
    ['a,,b', ['a', '', 'b']],
    ['a,', ['a', '']],
    [' \ta\t , \tb\t ', ['a', 'b']],
    ['a b', ['a b']],
  ])('splits %j into %j', (value, values) => {
    expect(getHeader([['x', value]], 'x')).toEqual(values);
  });

  test.each(['\x0b', '\x0c', '\xa0', '\x85', '\ufeff', '\u2028'])('takes %j for data', (char) => {
    const value = `${char}a${char}`;
    expect(getHeader([['x', ` ${value} `]], 'x')).toEqual([value]);
    expect(headerDict([['x', value]])['x']).toEqual([value]);
  });

  test('takes a value of half a million members', () => {
    expect(getHeader([['a', COMMAS]], 'a')).toHaveLength(500_001);
  });
});

test('trimWhitespace takes SP and HTAB from both ends, trimTrailing from behind', () => {
  expect(trimWhitespace('\t a b \t')).toBe('a b');
  expect(trimTrailing('\t a b \t')).toBe('\t a b');
  expect([trimWhitespace(' \t'), trimTrailing(' \t'), trimWhitespace('')]).toEqual(['', '', '']);
});
