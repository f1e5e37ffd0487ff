// Runs the tests of a mutant, for Stryker, in one process: with Jest a mutant costs seconds, of which its tests are a hundredth.
//
// Each file of tests is bundled once, with all of src and RxJS that it needs, and evaluated anew for each mutant: no mutant
// sees the state of another, and a constant can be mutated like anything else. `describe`, `test` and `expect` are Jest's own.
// The tests that reach the mutant run until the first that fails, those of the file named like the mutated one first; a loop
// that has become endless is stopped from outside, which does not cost the process.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { jestExpect as expect } from '@jest/expect';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import { build } from 'esbuild';
import * as circus from 'jest-circus';
import { ModuleMocker } from 'jest-mock';

/** Where the tests are that shall kill: those of a layer itself, rather than of all that is built upon it. */
const FOLDERS = (
  process.env.MUTATION_TESTS ?? 'spec/wire spec/operators spec/client spec/server marble-tests'
).split(' ');
/**
 * `throws` compares lines of src with the places of errors, and under mutation src has other lines. The faults of the test
 * kit are no behaviour of a layer, and load modules of Jest's.
 */
const LEFT_OUT = /^(?:spec\/wire\/throws|marble-tests\/kit-)/;
/** What each test took when nothing was mutated. In the sandbox: for all workers, and for those that replace them. */
const TIMES = 'mutation-times.json';

/** A test that takes so many times the CPU that it took, and at least so many milliseconds, has no end. */
const PATIENCE = 20;
const LEAST_LIMIT = 500;
/** In milliseconds: how long a promise is waited for. */
const PROMISE_LIMIT = 20_000;
/** In milliseconds: nothing that is not mutated takes as long. */
const NO_LIMIT = 120_000;

/** What the instrumented code looks at and writes into. */
const instrumented = (globalThis.__stryker__ ??= {});

/** In milliseconds, what this process has had of the CPU: the same on a machine that has more urgent things to do. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A test has not come to its end in time. */
class Endless extends Error {
  /** How many times more it would have to be given for anything to be known: the machine was busy with other things. */
  starved;

  constructor(limit, used = limit) {
    super(`no end after ${limit} ms, ${Math.round(used)} of them on the CPU`);
    this.starved = limit / 5 / used;
  }
}

const calling = new Script('globalThis.__stryker__.call()');

/** What a call returns, or its promise resolves to, in at most `limit` ms. */
async function inTime(limit, call) {
  const start = cpuTime();
  let result;
  instrumented.call = call;
  try {
    result = calling.runInThisContext({ timeout: limit });
  } catch (error) {
    if (error?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Endless(limit, cpuTime() - start);
  }
  return typeof result?.then === 'function' ? promiseInTime(result) : result;
}

async function promiseInTime(promise) {
  let timer;
  let fail;
  const failure = new Promise((_, reject) => {
    fail = reject;
    timer = setTimeout(() => reject(new Endless(PROMISE_LIMIT)), PROMISE_LIMIT);
  });
  process.on('uncaughtException', fail);
  try {
    return await Promise.race([promise, failure]);
  } finally {
    clearTimeout(timer);
    process.off('uncaughtException', fail);
  }
}

/** What a mutant has left running belongs to nobody. */
process.on('uncaughtException', () => {});

const bundling = {
  name: 'bundling',
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || /^rx(?:js|change)\b/.test(path) ? undefined : { path, external: true },
    );
    // A bundle is no module: where a file stands is put into it.
    builder.onLoad({ filter: /\.(?:spec|marbles)\.ts$|\/support\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};

const require = createRequire(join(process.cwd(), 'package.json'));
const globals = { ...circus, expect, jest: new ModuleMocker(globalThis) };
const requireModule = (name) => (name === '@jest/globals' ? globals : require(name));

/** Evaluates a file of tests, which declares them, and hands over the block of all of them. */
async function declare(script) {
  circus.resetState();
  await inTime(NO_LIMIT, () => script.runInThisContext()(requireModule, { exports: {} }, {}));
  return circus.getState().rootDescribeBlock;
}

/** Yields each test that is wanted. A block that is left early is left properly. */
async function* testsOf(block, isWanted, path = '') {
  const hooks = (type) => block.hooks.filter((hook) => hook.type === type);
  let isEntered = false;
  try {
    for (const child of block.children) {
      const name = `${path} ${child.name}`;
      if (child.type === 'describeBlock' || isWanted(name)) {
        if (!isEntered) for (const { fn } of hooks('beforeAll')) await inTime(NO_LIMIT, fn);
        isEntered = true;
      }
      if (child.type === 'describeBlock') yield* testsOf(child, isWanted, name);
      else if (isWanted(name)) yield { id: name, test: child };
    }
  } finally {
    if (isEntered) for (const { fn } of hooks('afterAll')) await inTime(NO_LIMIT, fn).catch(() => {});
  }
}

async function runTest({ fn, parent }, limit) {
  const blocks = [];
  for (let block = parent; block !== undefined; block = block.parent) blocks.unshift(block);
  const hooks = (type) => blocks.flatMap((block) => block.hooks.filter((hook) => hook.type === type));
  try {
    for (const hook of hooks('beforeEach')) await inTime(limit, hook.fn);
    await inTime(limit, fn);
    for (const { error } of expect.extractExpectedAssertionsErrors()) throw error;
  } finally {
    for (const hook of hooks('afterEach').reverse()) await inTime(limit, hook.fn);
  }
}

const messageOf = (error) => String(error?.message ?? error);

class MutationRunner {
  #scripts = new Map();
  #times;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true }).map((file) => join(folder, file)),
    ).filter((file) => /\.(?:spec|marbles)\.ts$/.test(file) && !LEFT_OUT.test(file));
    const { outputFiles } = await build({
      absWorkingDir: process.cwd(),
      entryPoints: files,
      outdir: 'bundles',
      outbase: '.',
      write: false,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      plugins: [bundling],
      logLevel: 'error',
    });
    outputFiles.forEach(({ text }, at) => {
      const filename = join(process.cwd(), files[at]);
      this.#scripts.set(files[at], new Script(`((require, module, exports) => {${text}\n})`, { filename }));
    });
  }

  async dryRun() {
    const tests = [];
    const times = {};
    for (const [file, script] of this.#scripts) {
      for await (const { id, test } of testsOf(await declare(script), () => true, file)) {
        instrumented.currentTestId = id;
        const start = cpuTime();
        const failureMessage = await runTest(test, NO_LIMIT).then(() => undefined, messageOf);
        const timeSpentMs = (times[id] = cpuTime() - start);
        instrumented.currentTestId = undefined;
        const status = failureMessage === undefined ? TestStatus.Success : TestStatus.Failed;
        tests.push({ id, name: id, fileName: file, timeSpentMs, status, failureMessage });
      }
    }
    writeFileSync(TIMES, JSON.stringify(times));
    return { status: DryRunStatus.Complete, tests, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun(options) {
    for (let patience = 1; ;) {
      try {
        return await this.#runMutant(options, patience);
      } catch (error) {
        if (!(error instanceof Endless)) throw error;
        if (error.starved <= 1) return { status: MutantRunStatus.Timeout, reason: error.message };
        patience *= Math.max(2, error.starved);
      } finally {
        instrumented.activeMutant = undefined;
      }
    }
  }

  async #runMutant({ activeMutant, mutantActivation, testFilter, hitLimit }, patience) {
    this.#times ??= JSON.parse(readFileSync(TIMES, 'utf8'));
    const ids = testFilter ?? Object.keys(this.#times);
    const wanted = new Set(ids);
    let nrOfTests = 0;
    const killed = (by, error) => ({
      status: MutantRunStatus.Killed,
      killedBy: [by],
      failureMessage: messageOf(error),
      nrOfTests,
    });
    instrumented.hitLimit = hitLimit;
    instrumented.hitCount = hitLimit === undefined ? undefined : 0;
    for (const file of this.#inOrder(ids, activeMutant.fileName)) {
      instrumented.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
      let block;
      try {
        block = await declare(this.#scripts.get(file));
      } catch (error) {
        if (error instanceof Endless) throw error;
        return killed(ids[0], error);
      }
      instrumented.activeMutant = activeMutant.id;
      for await (const { id, test } of testsOf(block, (name) => wanted.has(name), file)) {
        nrOfTests++;
        const limit = Math.ceil(Math.max(LEAST_LIMIT, PATIENCE * this.#times[id]) * patience);
        let error;
        try {
          await runTest(test, limit);
          continue;
        } catch (thrown) {
          error = thrown;
        }
        if (instrumented.hitCount > hitLimit) throw new Endless(limit);
        if (error instanceof Endless) throw error;
        return killed(id, error);
      }
    }
    if (testFilter !== undefined && nrOfTests < wanted.size) {
      return { status: MutantRunStatus.Error, errorMessage: 'tests that have other names each time' };
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }

  /** The files of these tests: those named like the mutated one, then from the quickest to the slowest. */
  #inOrder(ids, mutated) {
    const costs = new Map();
    const name = basename(mutated, '.ts');
    for (const id of ids) {
      const file = id.slice(0, id.indexOf(' '));
      const isNamesake = basename(file).startsWith(`${name}.`);
      costs.set(file, (costs.get(file) ?? (isNamesake ? -Infinity : 0)) + this.#times[id]);
    }
    return [...costs.keys()].sort((a, b) => (costs.get(a) < costs.get(b) ? -1 : 1));
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'one-process', MutationRunner)];
