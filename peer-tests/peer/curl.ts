import { findPeer, run, type Outcome } from './command.ts';

/** What curl has been answered. */
export interface Curled extends Outcome {
  /** Its standard output as latin1. */
  readonly text: string;
  /** What `-w` printed with the separator before it: `curl(url, '-w', WRITE_OUT + '%{num_connects}')`. */
  readonly written: string;
}

/** Between what was fetched and what `-w` adds to it. */
export const WRITE_OUT = '\n--write-out--';

/** Runs curl, without its progress meter and without anybody's configuration. */
export async function curl(...args: readonly string[]): Promise<Curled> {
  const outcome = await run(findPeer('curl'), ['-q', '-sS', '--noproxy', '*', ...args]);
  const [text = '', ...written] = outcome.stdout.toString('latin1').split(WRITE_OUT);
  return { ...outcome, text, written: written.join(',') };
}
