/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const base: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // isolatedModules: Jest only strips the types, `tsc --noEmit` does the checking.
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json' }] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^rxchange$': '<rootDir>/src/index.ts',
    '^rxchange/(wire|testing)$': '<rootDir>/src/$1/index.ts',
    '^rxchange/(\\w+)$': '<rootDir>/src/integrations/$1/index.ts',
  },
};

/** A folder of tests, by the ending of its files. `src` is a root too, so that coverage sees files no test imports. */
export const project = (displayName: string, dir: string, ending: string): Config => ({
  ...base,
  displayName,
  roots: ['<rootDir>/src', `<rootDir>/${dir}`],
  testMatch: [`<rootDir>/${dir}/**/*.${ending}.ts`],
});

export const reporters: NonNullable<Config['reporters']> = ['default', '<rootDir>/.ci/tally-reporter.js'];

const config: Config = {
  projects: [project('spec', 'spec', 'spec'), project('marble-tests', 'marble-tests', 'marbles')],
  reporters,
  coverageProvider: 'v8',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['src/**/*.ts', '!src/cli/**'],
};

export default config;
