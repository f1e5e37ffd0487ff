import * as rxchange from 'rxchange';
import * as kit from 'rxchange/testing';
import * as rxjs from 'rxjs';
import { codeBlocksOf, evaluate, readDocument, type CodeBlock } from './markdown-code.ts';

const DOCUMENT = 'docs/testing.md';

/** A scenario of the course: what its heading says, and its file of tests. */
interface Scenario {
  readonly number: number;
  readonly title: string;
  readonly tests: CodeBlock;
}

/** A test: what it was called with. */
export type Test = readonly [name: string, work: () => void];

/** All files of the course: the programs, and the tests of them. */
export const files: readonly CodeBlock[] = codeBlocksOf(DOCUMENT).filter(({ name }) => name !== undefined);

/** The scenarios of the course, in their order. */
export const scenarios: readonly Scenario[] = Array.from(
  readDocument(DOCUMENT).matchAll(/^### ((\d+)\. .*)\n([^]*?)(?=^##)/gm),
  ([, title, number, section]) => {
    const tests = files.filter((file) => isTest(file) && section.includes(file.text));
    if (tests.length !== 1) throw new Error(`${title} has ${tests.length} files of tests`);
    return { number: Number(number), title, tests: tests[0] };
  },
);

/** The tests of a file. The programs that it imports cannot import the kit: they do not know that they are tested. */
export function testsOf(file: CodeBlock): Test[] {
  const modules = new Map<string, unknown>([
    ['rxjs', rxjs],
    ['rxchange', rxchange],
  ]);
  for (const program of files) {
    if (!isTest(program)) modules.set(`./${String(program.name)}`, evaluate(program, modules));
  }
  modules.set('rxchange/testing', kit);
  const tests: Test[] = [];
  evaluate(file, modules, { test: (...test: Test) => tests.push(test) });
  return tests;
}

function isTest({ name = '' }: CodeBlock): boolean {
  return name.endsWith('.test.ts');
}
