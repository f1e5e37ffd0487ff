// Projects outside of the repository, one for each test runner, that install the package as it would be published and
// run the course of docs/testing.md with it, on each Node. Slow, and so not a part of `.ci/run`.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A file of the course: `// weather.ts` is the first line of its block. */
const COURSE = Array.from(
  readFileSync(join(root, 'docs/testing.md'), 'utf8').matchAll(/^```ts\n\/\/ (\S+)\.ts\n(.*?)^```$/gms),
  ([, name, text]) => ({ name, text }),
);

/** What is for a runner and not for all of them: the matcher, by the entry that gives it to the runner. */
const matcherOf = (entry) => ({
  name: 'matcher.test',
  text: `
import { responseBody, responseStart } from 'rxchange';
import '${entry}';

test('content is compared as text, what is not said is the usual', () => {
  const told = [responseStart(200), responseBody(Buffer.from('abc'))];
  expect(told).toEqualExchange([
    { type: 'response_start', status: 200, headers: [] },
    { type: 'response_body', chunk: 'abc' },
  ]);
  expect(told).not.toEqualExchange([]);
  expect({ told }).toEqual({ told: expect.toEqualExchange(told) });
});
`,
});

/** The lower end of our peer range: the kit looks into the TestScheduler, which is not public all through. */
const OLDEST_RXJS = manifest.peerDependencies.rxjs.replace('^', '');
const JEST = { jest: '30.5.2', 'unrs-resolver': '1.12.2' };
const jest = 'node_modules/jest/bin/jest.js';
const vitest = ['node_modules/vitest/vitest.mjs', 'run'];

/**
 * `header` gives a file what it calls `test`; `passed` is how a runner says how many did. The newest Vitest needs Node 22.
 */
const RUNNERS = [
  {
    name: `Jest ${JEST.jest}, CommonJS`,
    module: 'CommonJS',
    packages: JEST,
    header: '',
    matcher: 'rxchange/jest',
    command: [jest],
    passed: /^Tests: +(\d+) passed, \1 total$/m,
    nodes: [20, 22, 24],
  },
  {
    name: `Jest ${JEST.jest}, ES modules`,
    module: 'ES2022',
    packages: { ...JEST, '@jest/globals': JEST.jest },
    header: "import { expect, test } from '@jest/globals';",
    matcher: 'rxchange/jest',
    command: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest],
    passed: /^Tests: +(\d+) passed, \1 total$/m,
    nodes: [20, 22, 24],
  },
  ...[
    { version: '4.1.12', nodes: [20] },
    { version: '5.1.1', nodes: [22, 24] },
  ].map(({ version, nodes }) => ({
    name: `Vitest ${version}, TypeScript`,
    module: undefined,
    packages: { vitest: version },
    header: "import { expect, test } from 'vitest';",
    matcher: 'rxchange/vitest',
    command: vitest,
    passed: /^ +Tests +(\d+) passed \(\1\)$/m,
    nodes,
  })),
  ...[
    { name: 'CommonJS', module: 'CommonJS', packages: {} },
    { name: 'ES modules', module: 'ES2022', packages: {} },
    { name: `the oldest rxjs, ${OLDEST_RXJS}`, module: 'ES2022', packages: { rxjs: OLDEST_RXJS } },
  ].map(({ name, module, packages }) => ({
    name: `node:test, ${name}`,
    module,
    packages,
    header: "import { test } from 'node:test';",
    matcher: undefined,
    command: ['--test', '--test-reporter=tap'],
    passed: /^# pass (\d+)$/m,
    nodes: [20, 22, 24],
  })),
];

if (!existsSync(join(root, 'dist'))) {
  console.error('dist is missing, and it is what is packed: run `npm run build` first.');
  process.exit(1);
}

const dir = mkdtempSync(join(tmpdir(), 'rxchange-runners-'));
try {
  run(root, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', dir);
  const tarball = join(dir, readdirSync(dir)[0]);
  RUNNERS.forEach((runner, index) => check(runner, join(dir, String(index)), tarball));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function check({ name, module, packages, header, matcher, command, passed, nodes }, project, tarball) {
  mkdirSync(project);
  const files = matcher === undefined ? COURSE : [...COURSE, matcherOf(matcher)];
  const { rxjs } = manifest.devDependencies;
  const type = module === 'CommonJS' ? 'commonjs' : 'module';
  const dependencies = { rxjs, ...packages, rxchange: `file:${tarball}` };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type, dependencies }));
  run(project, 'npm', 'install', '--silent', '--prefer-offline', '--no-audit', '--no-fund', '--force');
  const write = (file, text) =>
    writeFileSync(join(project, `${file}.${module === undefined ? 'ts' : 'js'}`), text);
  for (const file of files) write(file.name, compiled(file, header, module));

  const tests = files.filter((file) => file.name.endsWith('.test'));
  const count = tests.reduce((sum, { text }) => sum + text.match(/^test\(/gm).length, 0);
  const late = tests[0].text.replace(/(?<=\.toBe\(\s*')/, '-');
  for (const node of nodes) {
    const test = () => run(project, 'npx', '-y', `node@${node}`, ...command);
    const output = test();
    if (Number(passed.exec(output)?.[1]) !== count) throw new Error(`${name}: not ${count} tests\n${output}`);
    // A runner that does not hear of a failure would say the same.
    write(tests[0].name, compiled({ ...tests[0], text: late }, header, module));
    if (!fails(test)) throw new Error(`${name}: a test that has to fail does not`);
    write(tests[0].name, compiled(tests[0], header, module));
    const version = run(project, 'npx', '-y', `node@${node}`, '--version').trim();
    console.log(`${name}, Node ${version.slice(1)}: ${count} tests pass, and fail where they should`);
  }
}

/** A file as its runner reads it: TypeScript, or what comes of it. */
function compiled({ name, text }, header, module) {
  const source = name.endsWith('.test') ? `${header}\n${text}` : text;
  if (module === undefined) return source;
  const compilerOptions = {
    module: ts.ModuleKind[module],
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function fails(work) {
  try {
    work();
    return false;
  } catch (error) {
    return error.status === 1;
  }
}

/** What a command has said, on both of its outputs. */
function run(cwd, command, ...args) {
  try {
    return execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', command, ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', CI: '1' },
      timeout: 300_000,
    });
  } catch (error) {
    throw Object.assign(new Error(`${command} ${args.join(' ')}\n${error.stdout ?? ''}`), {
      status: error.status,
    });
  }
}
