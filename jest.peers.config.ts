/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { project, reporters } from './jest.config.ts';

/** What carries HTTP matters to nobody above it: the same suites over each. */
const over = (wire: string): Config => ({
  ...project(`peers over ${wire}`, 'peer-tests', 'peer'),
  testMatch: ['client', 'server'].map((end) => `<rootDir>/peer-tests/${end}-node.peer.ts`),
  globals: { WIRE: wire },
});

/** The other end is real here (curl, nginx, haproxy, openssl, node:http): its own run, since it needs them installed. */
const config: Config = {
  projects: [project('peers', 'peer-tests', 'peer'), over('TLS'), over('Unix')],
  reporters,
  testTimeout: 30_000,
};

export default config;
