import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { codeBlocksOf, faultsOf, readDocument, type CodeBlock } from './support/markdown-code.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the README', () => {
  const markdown = readDocument('README.md');

  test('has code that compiles', () => {
    const blocks = codeBlocksOf('README.md');
    expect(blocks.length).toBeGreaterThan(8);
    const wrong: CodeBlock = {
      name: undefined,
      fileName: join(ROOT, 'wrong.ts'),
      line: 1,
      text: "import { Nothing } from 'rxchange';\n",
    };
    // The last one shows that the check has teeth.
    expect(faultsOf([...blocks, wrong])).toEqual([
      expect.stringContaining("has no exported member 'Nothing'"),
    ]);
  });

  test('tells the steps of .ci/run in their order', () => {
    const steps = Array.from(readDocument('.ci/run').matchAll(/^step (npm .*)$/gm), ([, command]) => command);
    const told = Array.from(markdown.matchAll(/^(npm [^#&\n]*?) *(?:#.*)?$/gm), ([, command]) => command);
    expect(told).toEqual(steps);
  });

  test('links to files that are there', () => {
    const links = Array.from(markdown.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, path]) => path);
    for (const path of links) expect(ts.sys.fileExists(join(ROOT, path))).toBe(true);
  });
});
