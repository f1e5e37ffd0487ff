import { entered, playRounds, type Contestant, type Extent } from './rounds.ts';
import { JSON_CONTENT } from './server.ts';
import type { Result, Sample } from './statistics.ts';
import { Subject } from './subject.ts';
import type { Task } from './subjects/subject.ts';

const SUBJECTS = [
  'bare-socket',
  'undici-dispatch',
  'undici-request',
  'undici-fetch',
  'node-http',
  'got',
  'axios',
  'nest-axios',
  'ky',
  'rxchange',
];

type Workload = Pick<Task, 'lanes'> & Partial<Pick<Task, 'hosts' | 'content'>>;

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'get-1': { lanes: 1 },
  'get-64': { lanes: 64 },
  'get-1000': { lanes: 1_000 },
  'origins-10000': { lanes: 64, hosts: 10_000 },
  'post-64': { lanes: 64, content: JSON_CONTENT },
  'fields-10': { lanes: 64 },
  'fields-40': { lanes: 64 },
};

/**
 * CPU an exchange of each client, against servers that answer all alike. At each workload it has a process of its own, and so
 * has its server: what is left of another, such as ten thousand idle connections, is not to be paid for.
 */
export async function benchClients(extent: Extent): Promise<Result[]> {
  const all = Object.entries(WORKLOADS).flatMap(([workload, how]) =>
    SUBJECTS.map((subject) => ({ section: 'client', workload, subject, how })),
  );
  const processes: Subject[] = [];
  const contestants: Contestant[] = [];
  for (const { how, ...contestant } of entered(all, extent)) {
    const server = await Subject.start('server-bare');
    const client = await Subject.start(`client-${contestant.subject}`);
    processes.push(server, client);
    await server.expect(contestant.workload);
    const task: Task = { port: server.port, hosts: 1, extent: { ms: extent.isQuick ? 250 : 500 }, ...how };
    contestants.push({ ...contestant, play: () => ask(client, task) });
  }
  const results = await playRounds(contestants, extent.isQuick ? 6 : 11);
  for (const subject of processes) subject.stop();
  return results;
}

/** What an exchange of a client takes. */
export async function ask(client: Subject, task: Task): Promise<Sample> {
  const { cpu, count, seconds } = await client.run(task);
  return { cpu: cpu / count, rate: count / seconds };
}
