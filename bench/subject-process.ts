import { inLanes, type Client, type Server, type Task } from './subjects/subject.ts';

/** What a subject's process is asked. */
export type Question =
  | { readonly type: 'run'; readonly task: Task }
  | { readonly type: 'expect'; readonly workload: string }
  | { readonly type: 'cpu' }
  | { readonly type: 'memory' };

/** What a run took. */
export interface Run {
  readonly count: number;
  /** µs, user and system. */
  readonly cpu: number;
  readonly seconds: number;
}

/** What the process holds. */
export interface Memory {
  /** Octets of memory. */
  readonly resident: number;
  /** Octets of live objects, and of what they keep outside of the heap. */
  readonly heap: number;
}

const [, , name] = process.argv as unknown as [string, string, string];
const subject = (await import(`./subjects/${name}.ts`)) as Partial<Client & Server>;

async function run(task: Task): Promise<Run> {
  if (subject.prepare === undefined) throw new Error(`${name} is no client`);
  const exchange = subject.prepare(task);
  const { lanes, extent } = task;
  if ('ms' in extent) {
    // Outside of what is measured: connections that have been closed since the last time.
    await inLanes(exchange, lanes, countdown(Math.max(task.hosts, 2 * lanes)));
  }
  const startedAt = process.hrtime.bigint();
  const before = cpu();
  const count = await inLanes(exchange, lanes, 'ms' in extent ? alarm(extent.ms) : countdown(extent.count));
  return { count, cpu: cpu() - before, seconds: Number(process.hrtime.bigint() - startedAt) / 1e9 };
}

function countdown(count: number): () => boolean {
  return () => count-- <= 0;
}

/** A flag, as a look at the clock for each exchange would be measured, too. */
function alarm(ms: number): () => boolean {
  let isOver = false;
  setTimeout(() => (isOver = true), ms);
  return () => isOver;
}

/** µs, user and system, so far. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function memory(): Memory {
  for (let again = 0; again < 3; again++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}

async function answer(question: Question): Promise<unknown> {
  switch (question.type) {
    case 'run':
      return run(question.task);
    case 'expect':
      subject.expect?.(question.workload);
      return null;
    case 'cpu':
      return cpu();
    case 'memory':
      return memory();
  }
}

process.on('message', (question: Question) => void answer(question).then((said) => process.send?.(said)));
process.on('disconnect', () => process.exit());
process.send?.({ port: await subject.listen?.() });
