import { describe, expect, test } from '@jest/globals';
import { byteRanges } from '../../../src/integrations/static/byte-ranges.ts';

const shown = (field: string, size: number): string | undefined =>
  byteRanges(field, size)
    ?.map(({ start, end }) => `${start}-${end}`)
    .join(' ');

describe('a Range field', () => {
  test.each([
    ['bytes=0-499', '0-499'],
    ['bytes=500-999', '500-999'],
    ['bytes=-500', '9500-9999'],
    ['bytes=9500-', '9500-9999'],
    ['bytes=0-0', '0-0'],
    ['bytes=0-', '0-9999'],
    ['BYTES=0-1', '0-1'],
    ['bytes=9999-', '9999-9999'],
    ['bytes=9990-20000', '9990-9999'],
    ['bytes=0-99999999999999999999999999', '0-9999'],
    // RFC 9110 §14.1.2: of a file that is shorter than the suffix, all of it.
    ['bytes=-20000', '0-9999'],
    ['bytes= 0-1 ,\t5000-5001 ', '0-1 5000-5001'],
    ['bytes=0-1,,5000-5001,', '0-1 5000-5001'],
    // In the order of the file, and what is not far apart as one.
    ['bytes=5000-5001,0-1', '0-1 5000-5001'],
    ['bytes=0-10,5-20', '0-20'],
    ['bytes=0-10,11-20', '0-20'],
    ['bytes=0-10,91-100', '0-10 91-100'],
    ['bytes=0-10,90-100', '0-100'],
    ['bytes=0-100,5-6', '0-100'],
    ['bytes=0-1,10000-', '0-1'],
    ['bytes=0-1,-0', '0-1'],
  ])('%s of 10,000 octets is %s', (field, expected) => {
    expect(shown(field, 10_000)).toBe(expected);
  });

  test('is read in one go, whatever whitespace is in it', () => {
    // By an expression that looks for whitespace at the end, this takes minutes.
    expect(shown(`bytes=0-1${' '.repeat(500_000)}2`, 10_000)).toBeUndefined();
  });

  test.each([['bytes=10000-'], ['bytes=10000-10001'], ['bytes=-0'], ['bytes=99999999999999999999-']])(
    '%s of 10,000 octets has none of them',
    (field) => {
      expect(byteRanges(field, 10_000)).toEqual([]);
    },
  );

  test.each([
    ['bytes=5-4'],
    ['bytes=0-1,5-4'],
    ['bytes=-'],
    ['bytes='],
    ['bytes=,'],
    ['bytes'],
    ['bytes=a-b'],
    ['bytes=0x1-2'],
    ['bytes=1-2-3'],
    ['bytes=+1-2'],
    ['bytes=1.5-2'],
    ['bytes=0 -1'],
    ['bytes=\u00a00-1'],
    ['items=0-1'],
    ['bytes =0-1'],
    [`bytes=${Array.from({ length: 17 }, (_, nth) => `${nth * 100}-${nth * 100}`).join(',')}`],
    [`bytes=${'0-0,'.repeat(1_000_000)}`],
  ])('is ignored when it is %.30s', (field) => {
    expect(byteRanges(field, 10_000)).toBeUndefined();
  });

  test('is ignored for a file without an octet', () => {
    expect(byteRanges('bytes=0-', 0)).toBeUndefined();
  });

  test('may be of so many ranges', () => {
    const field = `bytes=${Array.from({ length: 16 }, (_, nth) => `${nth * 100}-${nth * 100}`).join(',')}`;
    expect(byteRanges(field, 10_000)).toHaveLength(16);
  });
});
