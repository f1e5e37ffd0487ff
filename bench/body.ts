import { entered, playRounds, type Extent } from './rounds.ts';
import type { Result, Sample } from './statistics.ts';
import { Subject } from './subject.ts';
import type { Task } from './subjects/subject.ts';

const SUBJECTS = ['bare-data', 'undici-dispatch', 'undici-request', 'undici-fetch', 'node-http', 'rxchange'];

const MIB = 1_048_576;

/** Octets of a chunk of 64 on the wire, and of the end behind the last. */
const CHUNK = '40\r\n'.length + 64 + '\r\n'.length;
const LAST_CHUNK = '0\r\n\r\n'.length;

interface Workload {
  readonly mebibytes: number;
  readonly task: (octets: number) => Pick<Task, 'upload' | 'receives'>;
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  download: { mebibytes: 1024, task: (octets) => ({ receives: octets }) },
  upload: { mebibytes: 1024, task: (octets) => ({ upload: octets, receives: 'hello, world!'.length }) },
  'chunked-64': { mebibytes: 64, task: (octets) => ({ receives: (octets / 64) * CHUNK + LAST_CHUNK }) },
};

/** MiB a second of content that each client receives or sends on one connection, and its CPU a MiB. */
export async function benchBodies(extent: Extent): Promise<Result[]> {
  const all = Object.entries(WORKLOADS).flatMap(([workload, how]) =>
    SUBJECTS.map((subject) => ({ section: 'body', workload, subject, how })),
  );
  const contestants = entered(all, extent);
  const server = await Subject.start('server-bare');
  const clients = new Map<string, Subject>();
  for (const name of new Set(contestants.map(({ subject }) => subject))) {
    clients.set(name, await Subject.start(`client-${name}`));
  }

  const exchange = async (
    client: Subject,
    workload: string,
    { mebibytes, task }: Workload,
  ): Promise<Sample> => {
    const units = extent.isQuick ? mebibytes / 4 : mebibytes;
    const octets = units * MIB;
    await server.expect(`${workload}:${String(octets)}`);
    const { port } = server;
    const run = await client.run({ port, hosts: 1, lanes: 1, extent: { count: 1 }, ...task(octets) });
    return { cpu: run.cpu / units, rate: units / run.seconds };
  };
  const results = await playRounds(
    contestants.flatMap(({ how, ...contestant }) => {
      const client = clients.get(contestant.subject);
      return client === undefined
        ? []
        : [{ ...contestant, play: () => exchange(client, contestant.workload, how) }];
    }),
    extent.isQuick ? 5 : 7,
  );
  for (const subject of [server, ...clients.values()]) subject.stop();
  return results;
}
