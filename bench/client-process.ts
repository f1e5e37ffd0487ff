import type { MakeClient } from './subjects/subject.ts';

/** What a client is told: how many exchanges, and how many at once. */
export interface Order {
  readonly count: number;
  readonly lanes: number;
}

/** What a round cost the client's process. */
export interface Round {
  /** µs of CPU, user and system, an exchange. */
  readonly cpu: number;
  /** Exchanges a second. */
  readonly rate: number;
}

/** A process of its own for each client, so that none pays for another's heap or optimised code. */
const [, , name, port] = process.argv as unknown as [string, string, string, string];
const { make } = (await import(`./subjects/client-${name}.ts`)) as { make: MakeClient };
const client = make(Number(port));

process.on('message', ({ count, lanes }: Order) => {
  const startedAt = process.hrtime.bigint();
  const started = process.cpuUsage();
  void client.run(count, lanes).then(() => {
    const { user, system } = process.cpuUsage(started);
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    process.send?.({ cpu: (user + system) / count, rate: count / seconds } satisfies Round);
  });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
