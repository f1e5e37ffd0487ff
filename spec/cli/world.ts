import { PassThrough, Writable } from 'node:stream';
import type { World } from '../../src/cli/terminal.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** A world outside of the command that is looked at afterwards. */
export interface TestWorld extends World {
  /** What was written to stdout, as latin1. */
  readonly out: () => string;
  /** What was written to stderr, as latin1. */
  readonly err: () => string;
}

export function testWorld(transport: Transport, replaced: Partial<World> = {}): TestWorld {
  const [stdout, out] = collector();
  const [stderr, err] = collector();
  const world = { stdin: new PassThrough(), stdout, stderr, env: {}, transport, version: '1.2.3' };
  return { ...world, ...replaced, out, err };
}

function collector(): [stream: Writable, text: () => string] {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return [stream, () => Buffer.concat(chunks).toString('latin1')];
}
