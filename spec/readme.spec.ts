import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { codeBlocksOf, faultsOf, readDocument, type CodeBlock } from './support/markdown-code.ts';

const ROOT = join(import.meta.dirname, '..');
/** What is told to those who use the package. */
const DOCUMENTS = ['README.md', 'docs/operations.md', 'docs/security.md'];

describe('the README', () => {
  const markdown = readDocument('README.md');

  test('has code that compiles', () => {
    const blocks = DOCUMENTS.flatMap((path) => codeBlocksOf(path));
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

  test.each(DOCUMENTS)('links to files that are there: %s', (path) => {
    const links = Array.from(readDocument(path).matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link]) => link);
    for (const link of links) expect(ts.sys.fileExists(join(ROOT, dirname(path), link))).toBe(true);
  });
});
