import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Memory, Question, Run } from './subject-process.ts';
import type { Task } from './subjects/subject.ts';

/** Where each subject's process leaves a profile of its CPU: `BENCH_PROFILE=temp/profiles npm run bench -- client`. */
const { BENCH_PROFILE } = process.env;
const profiling = BENCH_PROFILE === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', BENCH_PROFILE];

interface Start {
  readonly execPath?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A subject in a process of its own, so that none pays for another's heap or optimised code. */
export class Subject {
  /** Where it listens, if it is a server. */
  readonly port: number;
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  /**
   * @param execPath - what runs it, if that is not this Node
   * @param env - what its environment has besides this one's
   */
  static async start(name: string, { execPath = process.execPath, env = {} }: Start = {}): Promise<Subject> {
    const isNode = execPath === process.execPath;
    const child = fork(fileURLToPath(new URL('subject-process.ts', import.meta.url)), [name], {
      execPath,
      execArgv: isNode ? [...process.execArgv, '--expose-gc', ...profiling] : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // The package as it is built, and not its sources by way of a loader.
      env: {
        ...process.env,
        ...env,
        TSX_TSCONFIG_PATH: fileURLToPath(new URL('tsconfig.built.json', import.meta.url)),
      },
    });
    const { port } = await answerOf<{ port: number }>(child, name);
    return new Subject(child, port);
  }

  run(task: Task): Promise<Run> {
    return this.ask({ type: 'run', task });
  }

  /** Says what it will be asked next: the bare ones do not look. */
  async expect(workload: string): Promise<void> {
    await this.ask({ type: 'expect', workload });
  }

  /** µs, user and system, that it has used so far. */
  cpu(): Promise<number> {
    return this.ask({ type: 'cpu' });
  }

  /** What it holds when nothing is left to collect. */
  memory(): Promise<Memory> {
    return this.ask({ type: 'memory' });
  }

  stop(): void {
    this.process.disconnect();
  }

  private ask<Answer>(question: Question): Promise<Answer> {
    this.process.send(question);
    return answerOf(this.process, question.type);
  }
}

async function answerOf<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error(`${child.spawnargs.join(' ')} has ended over ${question}`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: ended.signal }), exit])) as [
      Answer,
    ];
    return answer;
  } finally {
    exit.catch(() => undefined);
    ended.abort();
  }
}
