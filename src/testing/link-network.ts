import type { RunHelpers } from 'rxjs/testing';
import type { Transport } from '../transport/transport.ts';
import type { LinkOptions } from './link.ts';
import { watchedTransport } from './memory-transport.ts';
import { NetworkLog, type NetworkExpectations } from './network-log.ts';
import { TestRun } from './test-run.ts';

/** A network in memory between clients and servers that are both tested. */
export interface LinkNetwork extends NetworkExpectations {
  /** For both: what listens on it can be connected to. */
  readonly transport: Transport;
}

/**
 * A network in memory between the client and the server of a run, of which can be expected what of a scripted one can.
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run((helpers) => {
 *   const { transport, expectRequests } = linkNetwork(helpers, { latency: 30 });
 *   const server = new HttpServer({ transport, host: 'origin', port: 80 });
 *   const client = new HttpClient({ transport });
 *   server.serve(() => of(responseStart(204), responseDone())).subscribe();
 *   helpers
 *     .expectExchange(client.exchange({ method: 'GET', uri: 'http://origin/', headers: [] }))
 *     .toBe('120ms (sd|)', { s: 204 });
 *   expectRequests().toBe('90ms a', { a: 'GET /' });
 * });
 * ```
 *
 * @throws RangeError for an option that no wire has
 */
export function linkNetwork(helpers: RunHelpers, options: LinkOptions = {}): LinkNetwork {
  const run = TestRun.of(helpers);
  const log = new NetworkLog(run, helpers);
  const transport = watchedTransport(options, {
    guard: () => void run.guard('A connection'),
    open: ({ host, port }) => {
      const logged = log.open(`http://${host}${port === 80 ? '' : `:${String(port)}`}`);
      return {
        connect: (client, server) => {
          logged.follow(server);
          logged.connect(client, server);
        },
        abandon: () => logged.abandon(),
      };
    },
  });
  return {
    transport,
    expectRequests: log.expectRequests,
    expectConnections: log.expectConnections,
    expectPool: log.expectPool,
    expectNoLeaks: log.expectNoLeaks,
  };
}
