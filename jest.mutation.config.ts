/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { project } from './jest.config.ts';

/** Where the tests are that shall kill: those of a layer itself, rather than of all that is built upon it. */
const tests = process.env['MUTATION_TESTS'] ?? '{spec,marble-tests}';

const config: Config = {
  ...project('mutation', 'spec', 'spec'),
  roots: ['<rootDir>/src', '<rootDir>/spec', '<rootDir>/marble-tests'],
  testMatch: [`<rootDir>/${tests}/**/*.{spec,marbles}.ts`],
  // It compares lines of src with the places of errors; under mutation, src has other lines.
  testPathIgnorePatterns: ['/spec/wire/throws\\.spec\\.ts$'],
};

export default config;
