// Two consumers outside of the repository, one ESM and one CommonJS, that install the package as it would be published:
// they compile against its types on each TypeScript, in both resolutions, and run an exchange.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The oldest that is supported, the one the package is built with, and the newest. */
const TYPESCRIPTS = ['5.4.5', '6.0.3', '7.0.2'];
const RESOLUTIONS = [
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
];
const TYPES_JEST = '30.0.0';
const CONSUMERS = ['esm', 'cjs'];
/** The declarations of the matcher. Those of the runners themselves are not for the oldest TypeScript: there all are skipped. */
const MATCHERS = { esm: ['jest.ts', 'vitest.ts'], cjs: ['jest.ts'] };

if (!existsSync(join(root, 'dist'))) {
  console.error('dist is missing, and it is what is packed: run `npm run build` first.');
  process.exit(1);
}

const dir = mkdtempSync(join(tmpdir(), 'rxchange-consumers-'));
try {
  npm(root, 'pack', '--silent', '--ignore-scripts', '--pack-destination', dir);
  const [tarball] = readdirSync(dir);
  for (const consumer of CONSUMERS) check(consumer, join(dir, tarball));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function check(consumer, tarball) {
  const project = join(dir, consumer);
  cpSync(join(here, consumer), project, { recursive: true });
  for (const file of ['types.ts', ...MATCHERS[consumer]]) cpSync(join(here, file), join(project, file));
  const peers = Object.keys(manifest.peerDependencies);
  const typescripts = TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@${version}`);
  npm(
    project,
    'install',
    '--silent',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-bin-links',
    tarball,
    ...peers.map((peer) => `${peer}@${manifest.devDependencies[peer]}`),
    `@types/node@${manifest.devDependencies['@types/node']}`,
    `@types/jest@${TYPES_JEST}`,
    ...typescripts,
  );
  for (const version of TYPESCRIPTS) {
    const tsc = join(project, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
    for (const resolution of RESOLUTIONS) {
      // `skipLibCheck` would skip the very declarations that are looked at.
      const compilerOptions = {
        target: 'ES2022',
        lib: ['ES2022'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        ...resolution,
      };
      const compile = (include, options = {}) => {
        const config = { compilerOptions: { ...compilerOptions, ...options }, include };
        writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
        run(project, process.execPath, tsc, '-p', '.');
      };
      compile(['types.ts']);
      for (const file of MATCHERS[consumer]) compile([file], { skipLibCheck: version.startsWith('5.') });
      console.log(`${consumer}: TypeScript ${version}, ${resolution.moduleResolution}: compiles`);
    }
  }
  const program = readdirSync(project).find((name) => /^exchange\.[mc]js$/.test(name));
  console.log(`${consumer}: ${run(project, process.execPath, program).trim()}`);
}

function npm(cwd, ...args) {
  run(cwd, 'npm', ...args);
}

function run(cwd, command, ...args) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 180_000,
    });
  } catch (error) {
    console.error(`${command} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw error;
  }
}
