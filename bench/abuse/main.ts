/**
 * Abuses our server, and node:http in the same way beside it: peers that are slow, silent, deaf, endless, or do not speak HTTP.
 * All the while it answers somebody else within two seconds of what the machine takes for a server that nobody abuses, no exception escapes, and what the third round leaves in memory is
 * not a tenth more than what the second has. Of mutated requests none is read otherwise than a strict reading of RFC 9112 has it.
 *
 * ```sh
 * npm run test:abuse
 * npm run test:abuse -- --quick
 * ```
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ATTACKS, Crowd } from './attacks.ts';
import { runControl, runHeartbeat, type Beat } from './heartbeat.ts';
import { runServer, type Health, type Subject } from './server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const SCALE = values.quick ? 0.05 : 1;
const ROUNDS = 3;
const LONGEST_BEAT_MS = 2_000;
const MEMORY_GROWTH = 1.1;
const SUBJECTS: readonly Subject[] = ['rxchange', 'node:http'];

const MIB = 1_048_576;

function start(...args: readonly string[]): ChildProcess {
  return fork(new URL(import.meta.url), args, { execArgv: process.execArgv });
}

async function ask<T>(child: ChildProcess): Promise<T> {
  const answer = once(child, 'message') as Promise<[T]>;
  child.send('tell');
  return (await answer)[0];
}

/** What one attack did to one server. */
interface Outcome {
  /** ms that somebody else waited for an answer at the longest. */
  readonly beat: Beat;
  /** Octets held behind each round. */
  readonly memory: readonly number[];
  /** Octets that each open connection takes at the height of it. */
  readonly perConnection: number;
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

async function attack(
  name: string,
  server: ChildProcess,
  heart: ChildProcess,
  port: number,
): Promise<Outcome> {
  const memory: number[] = [];
  const notes = new Set<string>();
  const faults = new Set<string>();
  let beat: Beat = { worst: 0, control: 0 };
  let perConnection = 0;
  const before = await ask<Health>(server);
  for (let round = 0; round < ROUNDS; round++) {
    const crowd = new Crowd(port);
    await ask<Beat>(heart);
    const finding = await ATTACKS[name](crowd, SCALE);
    const { worst, control } = await ask<Beat>(heart);
    beat = { worst: Math.max(beat.worst, worst), control: Math.max(beat.control, control) };
    if (finding?.note !== undefined) notes.add(finding.note);
    if (finding?.fault !== undefined) faults.add(finding.fault);
    const height = await ask<Health>(server);
    if (height.connections > 100) perConnection = (height.memory - before.memory) / height.connections;
    crowd.disperse();
    memory.push((await settled(server)).memory);
  }
  const growth = memory[2] / memory[1];
  const waited = beat.worst - beat.control;
  if (waited > LONGEST_BEAT_MS) faults.add(`somebody else waited ${waited.toFixed(0)} ms`);
  if (growth > MEMORY_GROWTH) faults.add(`memory × ${growth.toFixed(3)}`);
  const { escaped } = await ask<Health>(server);
  for (const error of escaped) faults.add(`escaped: ${error}`);
  return { beat, memory, perConnection, notes: [...notes], faults: [...faults] };
}

/** When nobody is connected any more but, maybe, the heartbeat. */
async function settled(server: ChildProcess): Promise<Health> {
  for (;;) {
    const health = await ask<Health>(server);
    if (health.connections <= 1) return health;
  }
}

function describe(name: string, subject: Subject, outcome: Outcome): void {
  const { beat, memory, perConnection, notes, faults } = outcome;
  const figures = [
    `heartbeat ${beat.worst.toFixed(0)} ms (${beat.control.toFixed(0)} elsewhere)`,
    `memory ${memory.map((octets) => (octets / MIB).toFixed(1)).join(', ')} MiB`,
    ...(perConnection > 0 ? [`${(perConnection / 1024).toFixed(1)} KiB a connection`] : []),
    ...notes,
    ...faults.map((fault) => `FAULT: ${fault}`),
  ];
  console.log(`${name.padEnd(48)} ${subject.padEnd(10)} ${figures.join('; ')}`);
}

async function main(): Promise<void> {
  const faulty: string[] = [];
  const names = Object.keys(ATTACKS).filter(
    (name) => values.only === undefined || name.includes(values.only),
  );
  const control = start('--', 'control');
  const [controlled] = (await once(control, 'message')) as [{ port: number }];
  for (const subject of SUBJECTS) {
    const server = start('--', 'serve', subject);
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const heart = start('--', 'heartbeat', String(port), String(controlled.port));
    for (const name of names) {
      const outcome = await attack(name, server, heart, port);
      describe(name, subject, outcome);
      if (subject === 'rxchange' && outcome.faults.length > 0) faulty.push(name);
    }
    heart.disconnect();
    server.disconnect();
  }
  control.disconnect();
  console.log(faulty.length === 0 ? 'all withstood' : `not withstood: ${faulty.join(', ')}`);
  process.exitCode = faulty.length === 0 ? 0 : 1;
}

const [role, given, other] = positionals;
if (role === 'serve') runServer(given as Subject);
else if (role === 'heartbeat') runHeartbeat(Number(given), Number(other));
else if (role === 'control') runControl();
else await main();
