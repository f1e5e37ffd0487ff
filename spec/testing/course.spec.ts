import { describe, expect, test } from '@jest/globals';
import * as rxchange from 'rxchange';
import * as kit from 'rxchange/testing';
import * as rxjs from 'rxjs';
import { fastest } from '../support/fastest.ts';
import { codeBlocksOf, evaluate, faultsOf, readDocument, type CodeBlock } from '../support/markdown-code.ts';

/** The scenarios of `docs/testing.md`, each a test and the programs before it, run as they stand there. */
const files = codeBlocksOf('docs/testing.md').filter(({ name }) => name !== undefined);
const [tests, programs] = [true, false].map((isTest) =>
  files.filter(({ name }) => name!.endsWith('.test.ts') === isTest),
);
const scenarios = Array.from(
  readDocument('docs/testing.md').matchAll(/^### (\d+\. .*)\n([^]*?)(?=^##)/gm),
  ([, title, section]) => ({ title, tests: tests.filter(({ text }) => section.includes(text)) }),
);

/** Ms that a scenario may take, imports apart. */
const PATIENCE = 20;

/** What a file calls `test` with. The programs that it imports cannot import the kit: they do not know of it. */
function testsOf(file: CodeBlock): [name: string, work: () => void][] {
  const modules = new Map<string, unknown>([
    ['rxjs', rxjs],
    ['rxchange', rxchange],
  ]);
  for (const program of programs) modules.set(`./${String(program.name)}`, evaluate(program, modules));
  modules.set('rxchange/testing', kit);
  const called: [name: string, work: () => void][] = [];
  evaluate(file, modules, { test: (...args: [name: string, work: () => void]) => called.push(args) });
  return called;
}

describe('the course', () => {
  test('has its scenarios, each with one file of tests', () => {
    expect(scenarios.map(({ title }) => parseInt(title))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const scenario of scenarios) expect(scenario.tests).toHaveLength(1);
    expect(tests).toHaveLength(scenarios.length);
  });

  test('compiles', () => {
    expect(faultsOf(files, 'declare const test: (name: string, work: () => void) => void;')).toEqual([]);
  });

  describe.each(scenarios)('$title', ({ tests: [file] }) => {
    test.each(testsOf(file))('%s', (_name, work) => {
      expect(fastest(PATIENCE, work)).toBeLessThan(PATIENCE);
    });

    test('holds each of its expectations to the millisecond', () => {
      for (const { 0: expectation, index } of file.text.matchAll(/\.toBe\(\s*'/g)) {
        const behind = index + expectation.length;
        const text = `${file.text.slice(0, behind)}-${file.text.slice(behind)}`;
        for (const [, work] of testsOf({ ...file, text })) expect(work).toThrow(kit.MismatchError);
      }
    });
  });
});
