import { load } from './load.ts';
import { entered, playRounds, type Contestant, type Extent } from './rounds.ts';
import type { Result, Sample } from './statistics.ts';
import type { Memory } from './subject-process.ts';
import { Subject } from './subject.ts';

const CLIENTS = ['bare-socket', 'undici-dispatch', 'node-http', 'rxchange'];
const SERVERS = ['bare', 'node-http', 'fastify', 'rxchange'];

/** Octets that an idle connection takes on each side; and what an exchange costs, and the heap holds, behind a million. */
export async function benchMemory(extent: Extent): Promise<Result[]> {
  const section = 'memory';
  const connections = extent.isQuick ? 2_000 : 10_000;
  const idle: Contestant[] = [
    ...CLIENTS.map((subject) => ({
      section,
      workload: 'idle-client',
      subject,
      play: () => idleClient(subject, connections),
    })),
    ...SERVERS.map((subject) => ({
      section,
      workload: 'idle-server',
      subject,
      play: () => idleServer(subject, connections),
    })),
  ];
  return [
    // Each time in processes of their own.
    ...(await playRounds(entered(idle, extent), extent.isQuick ? 2 : 3, 0)),
    ...(await benchClientAge(section, extent)),
    ...(await benchServerAge(section, extent)),
  ];
}

async function idleClient(name: string, connections: number): Promise<Sample> {
  const [server, client] = [await Subject.start('server-bare'), await Subject.start(`client-${name}`)];
  const { port } = server;
  await client.run({ port, hosts: 1, lanes: 16, extent: { count: 20_000 } });
  const before = await client.memory();
  await server.expect(`idle:${String(connections)}`);
  await client.run({ port, hosts: 1, lanes: connections, extent: { count: connections } });
  const after = await client.memory();
  for (const subject of [server, client]) subject.stop();
  return held(before, after, connections);
}

async function idleServer(name: string, connections: number): Promise<Sample> {
  const [server, client] = [await Subject.start(`server-${name}`), await Subject.start('client-bare-socket')];
  const { port } = server;
  await client.run({ port, hosts: 1, lanes: 16, extent: { count: 20_000 } });
  const before = await server.memory();
  // A connection to each of as many addresses: all of them stay.
  await client.run({ port, hosts: connections, lanes: 64, extent: { count: connections } });
  const after = await server.memory();
  for (const subject of [server, client]) subject.stop();
  return held(before, after, connections);
}

function held(before: Memory, after: Memory, connections: number): Sample {
  return {
    bytes: (after.resident - before.resident) / connections,
    heap: (after.heap - before.heap) / connections,
  };
}

const YOUNG = 50_000;

function oldAge({ isQuick }: Extent): number {
  return isQuick ? 200_000 : 1_000_000;
}

/** A client that has made a million exchanges beside one that has just got going. */
async function benchClientAge(section: string, extent: Extent): Promise<Result[]> {
  const server = await Subject.start('server-bare');
  const task = { port: server.port, hosts: 1, lanes: 64 };
  const play = async (client: Subject): Promise<Sample> => {
    const { cpu, count } = await client.run({ ...task, extent: { ms: 300 } });
    return { cpu: cpu / count, heap: (await client.memory()).heap };
  };
  const [young, old] = [await Subject.start('client-rxchange'), await Subject.start('client-rxchange')];
  await young.run({ ...task, extent: { count: YOUNG } });
  await old.run({ ...task, extent: { count: oldAge(extent) } });
  const results = await compareAges(section, 'client-age', [young, old], play);
  server.stop();
  return results;
}

/** The same of servers. */
async function benchServerAge(section: string, extent: Extent): Promise<Result[]> {
  const ask = async (server: Subject, seconds: number): Promise<number> => {
    const url = `http://127.0.0.1:${String(server.port)}/`;
    return (await load({ url, connections: 64, seconds })).count;
  };
  const play = async (server: Subject): Promise<Sample> => {
    const before = await server.cpu();
    const count = await ask(server, 1);
    const used = (await server.cpu()) - before;
    return { cpu: used / count, heap: (await server.memory()).heap };
  };
  const [young, old] = [await Subject.start('server-rxchange'), await Subject.start('server-rxchange')];
  await ask(young, 1);
  for (let count = 0; count < oldAge(extent);) count += await ask(old, extent.isQuick ? 1 : 10);
  return compareAges(section, 'server-age', [young, old], play);
}

async function compareAges(
  section: string,
  workload: string,
  [young, old]: readonly [Subject, Subject],
  play: (subject: Subject) => Promise<Sample>,
): Promise<Result[]> {
  const results = await playRounds(
    [
      { section, workload, subject: 'young', play: () => play(young) },
      { section, workload, subject: 'old', play: () => play(old) },
    ],
    4,
  );
  for (const subject of [young, old]) subject.stop();
  return results;
}
