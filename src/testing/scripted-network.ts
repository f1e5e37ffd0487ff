import { Observable, type Subscriber } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { ConnectError, DnsError } from '../message/errors.ts';
import type { ConnectNotification, ConnectTarget, Transport } from '../transport/transport.ts';
import { linkedEnds, wireOf, type LinkOptions, type Wire } from './link.ts';
import {
  readScript,
  type ConnectionScript,
  type OctetValues,
  type Phase,
  type ReadScript,
} from './connection-script.ts';
import type { LoggedConnection } from './logged-connection.ts';
import { NetworkLog, type NetworkExpectations } from './network-log.ts';
import { nearestOf } from './nearest.ts';
import { ScriptedServer } from './scripted-server.ts';
import { MarbleError, UnscriptedError } from './test-errors.ts';
import { TestRun } from './test-run.ts';

/**
 * What each origin does, by its name as in `http://origin:8080`: a script for its first connection, its second … A single
 * one is for the first; a function, called with the number of the connection, is for as many as there will be.
 */
export type NetworkScript = Readonly<
  Record<string, ConnectionScript | readonly ConnectionScript[] | ((connection: number) => ConnectionScript)>
>;

/** What all connections of a network have in common. */
export interface NetworkOptions extends LinkOptions {
  /** What letters stand for where a script does not say otherwise. */
  readonly values?: OctetValues | undefined;
}

/** A network whose servers follow a script. */
export interface ScriptedNetwork extends NetworkExpectations {
  /** For the client that is tested. */
  readonly transport: Transport;
}

/**
 * A network on virtual time under the real client: what its servers say, and when, is written as marbles. What they are
 * asked, and what becomes of the connections, is expected as marbles.
 *
 * The connection comes in no time unless `dns`, `connect` or `tls` say otherwise. A reply starts in the frame in which
 * its request has arrived whole. Whatever no script describes fails the test, even where the code under test takes no
 * notice.
 *
 * ```
 * connect:  -----c           connected at 5
 * reply:         --h-b--|    asked at 5: head at 7, chunk at 9, FIN at 12
 * ```
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run((helpers) => {
 *   const { transport, expectRequests } = scriptedNetwork(helpers, {
 *     'http://origin': { connect: '-----c', reply: '--h-b', values: { h: head(200, [['Content-Length', '3']]), b: 'abc' } },
 *   });
 *   const client = new HttpClient({ transport });
 *   helpers
 *     .expectExchange(client.exchange({ method: 'GET', uri: 'http://origin/', headers: [] }))
 *     .toBe('-------s-(bd|)', { s: 200, b: 'abc' });
 *   expectRequests().toBe('-----a', { a: 'GET /' });
 * });
 * ```
 *
 * @throws MarbleError, MissingValueError, TwoCopiesError, OutsideRunError
 */
export function scriptedNetwork(
  helpers: RunHelpers,
  script: NetworkScript,
  options: NetworkOptions = {},
): ScriptedNetwork {
  const run = TestRun.of(helpers);
  const log = new NetworkLog(run, helpers);
  const network = new Network(run, log, script, options);
  return {
    transport: { connect: (target) => network.connect(target), listen },
    expectRequests: log.expectRequests,
    expectConnections: log.expectConnections,
    expectPool: log.expectPool,
    expectNoLeaks: log.expectNoLeaks,
  };
}

function listen(): never {
  throw new TypeError(
    'nobody listens in a scripted network: it is for clients; link() and scriptedClients() have servers',
  );
}

/** The address of a name that no script gives one: it belongs to nobody (RFC 5737). */
const NOBODY = '192.0.2.1';
const ORIGIN = /^(?<scheme>https?):\/\/(?<host>[^/?#@]+?)(?::(?<port>\d+))?$/i;
const FIRST_PORT = 49_152;

/** The connections of an origin, in the order in which they are asked for. */
interface Scripted {
  readonly name: string;
  readonly scripts: (connection: number) => ReadScript | undefined;
  readonly count: number;
}

class Network {
  private readonly run: TestRun;
  private readonly log: NetworkLog;
  private readonly wire: Wire;
  /** By host and port. */
  private readonly origins = new Map<string, Scripted>();
  private lastPort = FIRST_PORT;

  constructor(run: TestRun, log: NetworkLog, script: NetworkScript, options: NetworkOptions) {
    this.run = run;
    this.log = log;
    this.wire = { ...wireOf(options), guard: () => void run.guard('A connection') };
    for (const [name, given] of Object.entries(script)) this.read(name, given, options.values ?? {});
  }

  connect(target: ConnectTarget): Observable<ConnectNotification> {
    return new Observable((subscriber) => {
      const { run } = this;
      const scripted = this.origins.get(keyOf(target));
      const origin = scripted?.name ?? originOf(target);
      run.guard(`A connection to ${origin}`);
      const logged = this.log.open(origin);
      subscriber.add(() => logged.abandon());
      const script = scripted?.scripts(logged.number);
      if (script === undefined) run.fail(this.unscripted(logged, scripted));
      else this.establish(target, logged, script, subscriber);
    });
  }

  private read(name: string, given: NetworkScript[string], values: OctetValues): void {
    const { scheme, host, port } = partsOf(name);
    if (scheme === undefined || host === undefined) {
      throw new MarbleError(name, 1, 'this is no origin: one is written as http://host or http://host:port');
    }
    const key = keyOf({
      host: host.toLowerCase().replace(/^\[(.*)\]$/, '$1'),
      port: port === undefined ? (scheme.toLowerCase() === 'https' ? 443 : 80) : Number(port),
    });
    if (typeof given === 'function') {
      const scripts = (connection: number): ReadScript => readScript(given(connection), values);
      this.origins.set(key, { name, scripts, count: Infinity });
    } else {
      const read = [given].flat().map((script: ConnectionScript) => readScript(script, values));
      this.origins.set(key, { name, scripts: (connection) => read[connection - 1], count: read.length });
    }
  }

  /** Goes through the phases, each from the end of the one before it. */
  private establish(
    target: ConnectTarget,
    logged: LoggedConnection,
    script: ReadScript,
    subscriber: Subscriber<ConnectNotification>,
  ): void {
    const { dns, connect, tls, address = /^[\d.]+$|:/.test(target.host) ? target.host : NOBODY } = script;
    const after = (
      phase: Phase | undefined,
      usual: number,
      reached: () => void,
      failed: () => unknown,
    ): void => {
      const frame = phase === undefined ? usual : phase.frame;
      if (frame === undefined) return;
      subscriber.add(
        this.run.schedule(() => {
          if (phase?.fails === true) subscriber.error('error' in script ? script.error : failed());
          else reached();
        }, frame),
      );
    };
    const accept = (): void => {
      if (subscriber.closed) return;
      const [here, there] = linkedEnds(
        { host: 'client', port: ++this.lastPort },
        { host: address, port: target.port },
        this.wire,
      );
      new ScriptedServer(this.run, there, logged, script, this.wire.latency);
      logged.connect(here, there);
      subscriber.next({ type: 'connection', connection: here });
      subscriber.complete();
    };
    const secure = (): void => {
      subscriber.next({ type: 'connected' });
      if (tls === undefined) {
        accept();
        return;
      }
      const secured = (): void => {
        subscriber.next({ type: 'secured', protocol: undefined, isResumed: false });
        accept();
      };
      after(tls, 0, secured, () => new ConnectError('TLS failed'));
    };
    const join = (): void => {
      subscriber.next({ type: 'resolved', address });
      after(connect, 2 * this.wire.latency, secure, () => new ConnectError('refused'));
    };
    after(dns, 0, join, () => new DnsError(`no address of ${target.host}`));
  }

  private unscripted({ origin, number }: LoggedConnection, scripted: Scripted | undefined): UnscriptedError {
    const when = `in frame ${String(this.run.now)}`;
    if (scripted !== undefined) {
      const { count } = scripted;
      const scripts = count === 1 ? 'one connection' : `${String(count)} connections`;
      const nearest =
        count === 0
          ? ''
          : ` Nearest is the script of connection ${String(count)}, which is taken: ${this.log.story(origin, count)}.`;
      return new UnscriptedError(
        `connection ${String(number)} to ${origin}, asked for ${when}, is not scripted: there are scripts for ${scripts}.${nearest}`,
      );
    }
    const names = Array.from(this.origins.values(), ({ name }) => name);
    const nearest = nearestOf(origin, names);
    const why =
      nearest === undefined
        ? 'No origin is.'
        : `Nearest is ${nearest}, which is another ${differenceOf(origin, nearest)}.`;
    return new UnscriptedError(`a connection to ${origin}, asked for ${when}, is not scripted. ${why}`);
  }
}

function keyOf({ host, port }: ConnectTarget): string {
  return `${host} ${String(port)}`;
}

function originOf({ scheme = 'http', host, port }: ConnectTarget): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${String(port)}`}`;
}

function differenceOf(a: string, b: string): string {
  const [mine, theirs] = [partsOf(a), partsOf(b)];
  if (mine.host !== theirs.host) return 'host';
  return mine.scheme === theirs.scheme ? 'port' : 'scheme';
}

function partsOf(origin: string): {
  scheme?: string | undefined;
  host?: string | undefined;
  port?: string | undefined;
} {
  return ORIGIN.exec(origin)?.groups ?? {};
}
