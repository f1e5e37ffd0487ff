import { describe, expect, test } from '@jest/globals';
import { MismatchError } from 'rxchange/testing';
import { files, scenarios, testsOf } from '../support/course.ts';
import { fastest } from '../support/fastest.ts';
import { faultsOf } from '../support/markdown-code.ts';

/** Ms that a scenario may take, imports apart. */
const PATIENCE = 20;

describe('the course of docs/testing.md', () => {
  test('has its scenarios', () => {
    expect(scenarios.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('compiles', () => {
    expect(faultsOf(files, 'declare const test: (name: string, work: () => void) => void;')).toEqual([]);
  });

  describe.each(scenarios)('$title', ({ tests: file }) => {
    test.each(testsOf(file))('%s', (_name, work) => {
      expect(fastest(PATIENCE, work)).toBeLessThan(PATIENCE);
    });

    test('holds each of its expectations to the millisecond', () => {
      for (const { 0: expectation, index } of file.text.matchAll(/\.toBe\(\s*'/g)) {
        const behind = index + expectation.length;
        const text = `${file.text.slice(0, behind)}-${file.text.slice(behind)}`;
        for (const [, work] of testsOf({ ...file, text })) expect(work).toThrow(MismatchError);
      }
    });
  });
});
