/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { project, reporters } from './jest.config.ts';

/** The other end is real here (curl, nginx, haproxy, openssl, node:http): its own run, since it needs them installed. */
const config: Config = {
  projects: [project('peers', 'peer-tests', 'peer')],
  reporters,
  testTimeout: 30_000,
};

export default config;
