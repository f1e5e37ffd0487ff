import { describe, expect, test } from '@jest/globals';
import { REQUEST_LIMITS, RESPONSE_LIMITS, withLimits, type GivenLimits } from '../../src/wire/limits.ts';
import { RequestReader } from '../../src/wire/request-reader.ts';
import { ResponseReader } from '../../src/wire/response-reader.ts';

describe('limits', () => {
  test('have the defaults that the documentation tells', () => {
    const both = {
      startLine: 8192,
      fields: 100,
      chunkLine: 256,
      chunkExtensions: 16_384,
      nonfinals: 32,
      emptyLines: 1,
    };
    expect(REQUEST_LIMITS).toEqual({ ...both, fieldSection: 16_384 });
    expect(RESPONSE_LIMITS).toEqual({ ...both, fieldSection: 65_536 });
  });

  test('not given are the defaults', () => {
    expect(withLimits(REQUEST_LIMITS)).toEqual(REQUEST_LIMITS);
    expect(withLimits(REQUEST_LIMITS, { fields: undefined })).toEqual(REQUEST_LIMITS);
    expect(withLimits(REQUEST_LIMITS, { fields: 0, startLine: 1 })).toEqual({
      ...REQUEST_LIMITS,
      fields: 0,
      startLine: 1,
    });
  });

  test.each([
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '8' as unknown as number,
    null as unknown as number,
  ])('of %p are refused', (value) => {
    for (const name of Object.keys(REQUEST_LIMITS)) {
      expect(() => withLimits(REQUEST_LIMITS, { [name]: value })).toThrow(RangeError);
    }
  });

  test('that nobody knows are refused', () => {
    const unknown = { field: 1 } as GivenLimits;
    expect(() => withLimits(REQUEST_LIMITS, unknown)).toThrow(RangeError);
    expect(() => withLimits(REQUEST_LIMITS, JSON.parse('{"toString":1}') as GivenLimits)).toThrow(RangeError);
    expect(() => new RequestReader({ limits: unknown })).toThrow(RangeError);
    expect(() => new ResponseReader({ limits: unknown })).toThrow(RangeError);
  });
});
