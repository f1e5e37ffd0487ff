import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** A fenced block of TypeScript, as a module beside its document. */
export interface CodeBlock {
  /** What its first line calls it, as in `// weather.ts`. */
  readonly name: string | undefined;
  readonly fileName: string;
  /** Of its first line in the document. */
  readonly line: number;
  readonly text: string;
}

/** A document of this repository, by its path from the root. */
export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The fenced blocks of TypeScript in a document. */
export function codeBlocksOf(path: string): CodeBlock[] {
  const markdown = readDocument(path);
  return Array.from(markdown.matchAll(/^```ts\n(.*?)^```$/gms), ({ index, 1: text }) => {
    const line = markdown.slice(0, index).split('\n').length + 1;
    const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
    const fileName = join(ROOT, name === undefined ? `${path}.${line}.ts` : join(dirname(path), name));
    return { name, fileName, line, text };
  });
}

/**
 * What the compiler says of blocks, each as `line: message`, the line being that of the document.
 *
 * @param ambient - declarations of what the blocks may use without an import
 */
export function faultsOf(blocks: readonly CodeBlock[], ambient = ''): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const texts = new Map(blocks.map(({ fileName, text }) => [fileName, text]));
  texts.set(join(ROOT, 'ambient.d.ts'), ambient);
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

/**
 * Runs a block as a module and says what it exports.
 *
 * @param modules - what it may import, by specifier
 * @param scope - what it may use without an import
 */
export function evaluate(
  { fileName, text }: CodeBlock,
  modules: ReadonlyMap<string, unknown>,
  scope: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exports = {};
  const require = (specifier: string): unknown => {
    if (modules.has(specifier)) return modules.get(specifier);
    throw new Error(`${fileName} imports ${specifier}, which is not there`);
  };
  const given = { exports, require, ...scope };
  const run = compileFunction(outputText, Object.keys(given), { filename: fileName }) as (
    ...values: unknown[]
  ) => void;
  run(...(Object.values(given) as unknown[]));
  return exports;
}
