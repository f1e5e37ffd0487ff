import { fileURLToPath } from 'node:url';
import { run, type Outcome } from './command.ts';

/** Runs a program of this folder in a process of its own, where its memory and its end can be looked at. */
function program(name: string, ...args: readonly string[]): Promise<Outcome> {
  const path = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
  return run(process.execPath, ['--import', import.meta.resolve('tsx'), path, ...args]);
}

/** Runs one that prints a JSON object, and reads it. */
export async function report(name: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await program(name, ...args);
  if (status !== 0 || stderr !== '') throw new Error(`${name} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout.toString()) as Record<string, unknown>;
}
