import { Authority } from '../peer-tests/peer/authority.ts';
import { ask } from './client.ts';
import { entered, playRounds, type Extent } from './rounds.ts';
import { answer } from './server.ts';
import type { Result } from './statistics.ts';
import { Subject } from './subject.ts';

const CLIENTS = ['undici-dispatch', 'undici-request', 'node-http', 'rxchange'];
const SERVERS = ['bare', 'node-http', 'rxchange'];

/** A small GET over 64 connections of TLS that are kept: what an exchange costs each client, and each server. */
export async function benchTls(extent: Extent): Promise<Result[]> {
  const contestants = entered(
    [
      ...CLIENTS.map((subject) => ({ section: 'tls', workload: 'client-64', subject })),
      ...SERVERS.map((subject) => ({ section: 'tls', workload: 'server-64', subject })),
    ],
    extent,
  );
  if (contestants.length === 0) return [];
  const authority = await Authority.create();
  const identity = await authority.issue();
  // Which all clients of Node trust, without being told.
  const clientEnv = { NODE_EXTRA_CA_CERTS: authority.file };
  const serverEnv = { BENCH_IDENTITY: JSON.stringify(identity) };
  const subjects = new Map<string, Subject>();
  const origin = await Subject.start('server-bare', { env: serverEnv });
  for (const name of CLIENTS) {
    subjects.set(`client-64/${name}`, await Subject.start(`client-${name}`, { env: clientEnv }));
  }
  for (const name of SERVERS) {
    subjects.set(`server-64/${name}`, await Subject.start(`server-${name}`, { env: serverEnv }));
  }
  const task = { port: origin.port, hosts: 1, lanes: 64, extent: { ms: 500 }, isSecure: true };
  const results = await playRounds(
    contestants.map((contestant) => ({
      ...contestant,
      play: async () => {
        const { workload, subject: name } = contestant;
        const subject = subjects.get(`${workload}/${name}`);
        if (subject === undefined) return {};
        if (workload === 'client-64') return ask(subject, task);
        return answer(subject, workload, { scheme: 'https', connections: 64 });
      },
    })),
    11,
  );
  for (const subject of [origin, ...subjects.values()]) subject.stop();
  authority.remove();
  return results;
}
