#!/usr/bin/env node
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { tcpTransport } from '../transport/tcp.ts';
import { run } from './run.ts';

const { version } = createRequire(import.meta.url)('rxchange/package.json') as { version: string };
const { stdout, stderr, env } = process;

// A pipe may break behind the last thing that was written, when nobody waits for it any more.
for (const stream of [stdout, stderr]) stream.on('error', () => {});

const running = run(process.argv.slice(2), {
  // Opened by the first look at it, which may be none.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  env,
  transport: tcpTransport(),
  version,
}).subscribe((status) => {
  process.exitCode = status;
});

// The loop runs out by itself when there is nothing left to do. A second signal finds no listener, and ends the process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    running.unsubscribe();
  });
}
