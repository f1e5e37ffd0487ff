import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a command has said, and how it ended. */
export interface Outcome {
  /** The exit status, or null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * The path of a peer. A missing one fails the suite: what skips itself in silence looks like a pass.
 *
 * @param name - the command, and the Debian package that has it
 */
export function findPeer(name: string): string {
  // Servers are installed where an ordinary user's PATH does not look.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${name} is not installed, and this suite tests against it`);
  return path;
}

/** A command that hangs must end before the test that waits for it, or it outlives that. */
const PATIENCE_MS = 25_000;

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<Outcome> {
  const child = spawn(command, args, { stdio: 'pipe', timeout: PATIENCE_MS });
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (octets: Buffer) => stdout.push(octets));
  child.stderr.on('data', (octets: Buffer) => (stderr += octets.toString()));
  // A peer that does not want its input breaks the pipe: what it then answers is the test's business.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await ended(child);
  return { status, stdout: Buffer.concat(stdout), stderr };
}

/** Waits for the end of a process and of its output. */
export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
