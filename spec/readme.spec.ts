import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

interface Block {
  readonly fileName: string;
  /** Of its first line in the README. */
  readonly line: number;
  readonly text: string;
}

/** The fenced blocks of TypeScript, as modules beside the README. */
function blocksOf(markdown: string): Block[] {
  return Array.from(markdown.matchAll(/^```ts\n(.*?)^```$/gms), ({ index, 1: text }) => {
    const line = markdown.slice(0, index).split('\n').length + 1;
    return { fileName: join(ROOT, `README.md.${line}.ts`), line, text };
  });
}

/** What the compiler says of blocks, each as `line: message`, the line being that of the README. */
function faultsOf(blocks: readonly Block[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const texts = new Map(blocks.map(({ fileName, text }) => [fileName, text]));
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (path) => texts.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? onDisk.readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? onDisk.getSourceFile(path, version, ...rest)
      : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return blocks.flatMap(({ fileName, line }) => {
    const file = program.getSourceFile(fileName);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start = 0 }) =>
        `${line + (file?.getLineAndCharacterOfPosition(start).line ?? 0)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

describe('the README', () => {
  const markdown = readFileSync(join(ROOT, 'README.md'), 'utf8');

  test('has code that compiles', () => {
    const blocks = blocksOf(markdown);
    expect(blocks.length).toBeGreaterThan(8);
    const wrong: Block = {
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
    const steps = Array.from(
      readFileSync(join(ROOT, '.ci/run'), 'utf8').matchAll(/^step (npm .*)$/gm),
      ([, command]) => command,
    );
    const told = Array.from(markdown.matchAll(/^(npm [^#&\n]*?) *(?:#.*)?$/gm), ([, command]) => command);
    expect(told).toEqual(steps);
  });

  test('links to files that are there', () => {
    const links = Array.from(markdown.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, path]) => path);
    for (const path of links) expect(ts.sys.fileExists(join(ROOT, path))).toBe(true);
  });
});
