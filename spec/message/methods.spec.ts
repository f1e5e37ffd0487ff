import { expect, test } from '@jest/globals';
import { anticipatesContent, isIdempotent } from '../../src/message/methods.ts';

test.each([
  ['GET', true, false],
  ['HEAD', true, false],
  ['OPTIONS', true, false],
  ['TRACE', true, false],
  ['PUT', true, true],
  ['DELETE', true, false],
  ['QUERY', true, true],
  ['POST', false, true],
  ['PATCH', false, true],
  ['CONNECT', false, false],
  ['get', false, false],
  ['put', false, false],
  ['MADE-UP', false, false],
  ['', false, false],
  ['toString', false, false],
])('%s: idempotent %p, anticipates content %p', (method, idempotent, content) => {
  expect(isIdempotent(method)).toBe(idempotent);
  expect(anticipatesContent(method)).toBe(content);
});
