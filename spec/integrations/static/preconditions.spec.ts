import { describe, expect, test } from '@jest/globals';
import type { HeaderList } from 'rxchange';
import { precondition, rangeField } from '../../../src/integrations/static/preconditions.ts';

const CHANGED = Date.UTC(2026, 0, 2, 3, 4, 5);
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT';
const THEN = 'Fri, 02 Jan 2026 03:04:05 GMT';
const LATER = 'Fri, 02 Jan 2026 03:04:06 GMT';
const NOW = Date.UTC(2026, 5, 1);
const validators = { etag: '"a"', lastModified: CHANGED };

describe('preconditions', () => {
  test.each<[number | undefined, ...HeaderList]>([
    [undefined],
    [undefined, ['If-Match', '"a"']],
    [undefined, ['If-Match', '*']],
    [undefined, ['If-Match', ' "b", "a" ']],
    [undefined, ['If-Match', '"b"'], ['if-match', '"a"']],
    [412, ['If-Match', '"b"']],
    [412, ['If-Match', 'W/"a"']],
    [412, ['If-Match', 'a']],
    [412, ['If-Match', '']],
    [undefined, ['If-Unmodified-Since', THEN]],
    [undefined, ['If-Unmodified-Since', LATER]],
    [412, ['If-Unmodified-Since', BEFORE]],
    [undefined, ['If-Unmodified-Since', '2020-01-01']],
    // §13.1.4: not looked at beside If-Match.
    [undefined, ['If-Match', '"a"'], ['If-Unmodified-Since', BEFORE]],
    [304, ['If-None-Match', '"a"']],
    [304, ['If-None-Match', 'W/"a"']],
    [304, ['If-None-Match', '*']],
    [304, ['If-None-Match', '"b,\\", "a"']],
    [undefined, ['If-None-Match', '"b"']],
    [undefined, ['If-None-Match', '"b, a"']],
    [304, ['If-Modified-Since', THEN]],
    [304, ['If-Modified-Since', LATER]],
    [304, ['If-Modified-Since', 'Friday, 02-Jan-26 03:04:05 GMT']],
    [304, ['If-Modified-Since', 'Fri Jan  2 03:04:05 2026']],
    [undefined, ['If-Modified-Since', BEFORE]],
    [undefined, ['If-Modified-Since', 'yesterday']],
    [undefined, ['If-Modified-Since', THEN], ['If-Modified-Since', THEN]],
    // §13.1.3: not looked at beside If-None-Match.
    [undefined, ['If-None-Match', '"b"'], ['If-Modified-Since', THEN]],
    [412, ['If-Match', '"b"'], ['If-None-Match', '"a"']],
    [304, ['If-Match', '"a"'], ['If-None-Match', '"a"']],
    [412, ['If-Unmodified-Since', BEFORE], ['If-None-Match', '"a"']],
  ])('come to %p for %p %p', (expected, ...headers) => {
    expect(precondition(headers, validators, NOW)).toBe(expected);
  });

  test('take no longer for a list without an end', () => {
    expect(precondition([['If-None-Match', '"'.repeat(100_000)]], validators, NOW)).toBe(undefined);
    expect(precondition([['If-None-Match', 'W/"b",'.repeat(20_000)]], validators, NOW)).toBe(undefined);
  });
});

describe('a range', () => {
  test.each<[boolean, string | undefined, number]>([
    [true, undefined, NOW],
    [true, '"a"', NOW],
    [false, '"b"', NOW],
    [false, 'W/"a"', NOW],
    [false, '"a", "b"', NOW],
    [true, THEN, NOW],
    [false, LATER, NOW],
    [false, BEFORE, NOW],
    [false, 'yesterday', NOW],
    // Of a second in which it may change again, a date tells nothing.
    [false, THEN, CHANGED + 999],
    [true, THEN, CHANGED + 1_000],
  ])('holds: %p, if it is for %p', (expected, ifRange, now) => {
    const condition: HeaderList = ifRange === undefined ? [] : [['If-Range', ifRange]];
    const headers: HeaderList = [['range', ' bytes=0-1 '], ...condition];
    expect(rangeField(headers, validators, now)).toBe(expected ? 'bytes=0-1' : undefined);
  });
});
