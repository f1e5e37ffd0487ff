import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { codeBlocksOf, faultsOf, readDocument, type CodeBlock } from './support/markdown-code.ts';

const ROOT = join(import.meta.dirname, '..');
/** What is told to those who use the package. */
const DOCUMENTS = [
  'README.md',
  'docs/client.md',
  'docs/server.md',
  'docs/command.md',
  'docs/operations.md',
  'docs/security.md',
];

describe('what is told', () => {
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

  test('is the steps of .ci/run in their order', () => {
    const [markdown = ''] = /^```sh\napt-get .*?^```$/ms.exec(readDocument('CONTRIBUTING.md')) ?? [];
    const steps = Array.from(readDocument('.ci/run').matchAll(/^step (npm .*)$/gm), ([, command]) => command);
    const told = Array.from(markdown.matchAll(/^(npm [^#&\n]*?) *(?:#.*)?$/gm), ([, command]) => command);
    expect(told).toEqual(steps);
  });

  test.each([...DOCUMENTS, 'docs/testing.md'])('links to what is there: %s', (path) => {
    const links = readDocument(path).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g);
    for (const [link, file, heading = ''] of links) {
      const target = file === '' ? path : join(dirname(path), file);
      const isThere = ts.sys.fileExists(join(ROOT, target)) || ts.sys.directoryExists(join(ROOT, target));
      expect([link, isThere]).toEqual([link, true]);
      if (heading !== '') expect([link, ...headingsOf(target)]).toContain(heading);
    }
  });
});

/** The headings of a document, as links name them. */
function headingsOf(path: string): string[] {
  return Array.from(readDocument(path).matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
