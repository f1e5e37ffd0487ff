import { STATUS_CODES } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { forbidsContent, isNonfinal, statusPhrase } from '../../src/message/status.ts';

/** Where Node keeps a phrase that the registry has since changed or never had. */
const OTHERWISE: Readonly<Record<string, string>> = {
  413: 'Content Too Large',
  418: '',
  422: 'Unprocessable Content',
  509: '',
  510: '',
};

describe('statusPhrase', () => {
  test.each(Object.entries(STATUS_CODES))('of %s is that of the registry', (status, phrase) => {
    expect(statusPhrase(Number(status))).toBe(OTHERWISE[status] ?? phrase);
  });

  test.each([0, 99, 299, 599, 999, Number.NaN])('of %s is empty', (status) => {
    expect(statusPhrase(status)).toBe('');
  });
});

test.each([
  [100, true, true],
  [101, true, true],
  [199, true, true],
  [200, false, false],
  [203, false, false],
  [204, false, true],
  [205, false, false],
  [303, false, false],
  [304, false, true],
  [305, false, false],
  [404, false, false],
  [599, false, false],
])('%i: nonfinal %p, without content %p', (status, nonfinal, contentless) => {
  expect(isNonfinal(status)).toBe(nonfinal);
  expect(forbidsContent(status)).toBe(contentless);
});
