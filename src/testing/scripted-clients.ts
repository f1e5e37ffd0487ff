import { filter, map, Observable, ReplaySubject } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { HeaderList } from '../message/headers.ts';
import { latin1 } from '../message/latin1.ts';
import type { ListenAddress, ListenNotification, Transport } from '../transport/transport.ts';
import { ResponseReader } from '../wire/response-reader.ts';
import { unnoticed } from './call-site.ts';
import {
  readPhase,
  readReading,
  readSaid,
  type OctetValues,
  type Phase,
  type Said,
} from './connection-script.ts';
import { linkedEnds, wireOf, type LinkOptions } from './link.ts';
import { NetworkLog, type Expected, type NetworkExpectations, type Projection } from './network-log.ts';
import { pace } from './pace.ts';
import { play } from './play.ts';
import type { Mark } from './read-marbles.ts';
import { OutsideRunError, UnscriptedError } from './test-errors.ts';
import { TestRun } from './test-run.ts';

/** What a client does. */
export interface ClientScript {
  /** When it connects: a diagram with one letter, from when somebody listens. @defaultValue at once */
  readonly connect?: string | undefined;
  /** What it sends from when it is connected: a letter is octets, `|` is FIN and `#` is RST. */
  readonly send: string;
  /** When it stops reading, `h`, and reads on, `r`, from when it is connected. @defaultValue it reads */
  readonly reading?: string | undefined;
  readonly values?: OctetValues | undefined;
  /** With what the server's `read` errors at a `#`. @defaultValue a ConnectionResetError */
  readonly error?: unknown;
}

/** What all clients have in common. */
export interface ClientsOptions extends LinkOptions {
  /** What letters stand for where a script does not say otherwise. */
  readonly values?: OctetValues | undefined;
}

/** Octets that have arrived at a client in one piece. */
export interface ReceivedOctets {
  /** Of the clients, from 1. */
  readonly connection: number;
  /** As latin1. */
  readonly octets: string;
}

/** A final response that has arrived whole. */
export interface ReceivedResponse {
  /** Of the clients, from 1. */
  readonly connection: number;
  readonly status: number;
  readonly phrase: string;
  readonly headers: HeaderList;
  /** As latin1, without its framing. */
  readonly content: string;
  readonly trailers: HeaderList;
  /** The status codes of the 1xx responses before it. */
  readonly nonfinals: readonly number[];
}

/** Clients that follow a script, and what they hear. */
export interface ScriptedClients extends Omit<NetworkExpectations, 'expectPool'> {
  /** For the server that is tested: whatever it listens on, they connect to. */
  readonly transport: Transport;
  /** The octets as they arrive at the clients: by default as latin1, piece by piece. */
  readonly expectOctets: (project?: Projection<ReceivedOctets>) => Expected;
  /** The final responses as they arrive whole: by default as `200 OK`. */
  readonly expectResponses: (project?: Projection<ReceivedResponse>) => Expected;
}

/**
 * Clients on virtual time around the real server: octets in, octets out, each in its frame.
 *
 * @example
 * ```ts
 * new HttpTestScheduler().run((helpers) => {
 *   const { transport, expectResponses } = scriptedClients(helpers, ['--r-r 5s |'], {
 *     values: { r: 'GET / HTTP/1.1\r\nHost: origin\r\n\r\n' },
 *   });
 *   const server = new HttpServer({ transport, host: 'origin', port: 80 });
 *   server.serve(() => of(responseStart(204), responseDone())).subscribe();
 *   expectResponses().toBe('--a-a', { a: '204 No Content' });
 * });
 * ```
 *
 * @throws MarbleError, MissingValueError, TwoCopiesError, OutsideRunError
 */
export function scriptedClients(
  helpers: RunHelpers,
  clients: readonly (string | ClientScript)[],
  options: ClientsOptions = {},
): ScriptedClients {
  const run = TestRun.of(helpers);
  const log = new NetworkLog(run, helpers);
  const scripts = clients.map((client) => readClient(client, options.values ?? {}));
  const crowd = new Clients(run, log, scripts, options);
  const expect = (shown: Observable<unknown>): Expected =>
    unnoticed(() => helpers.expectObservable(shown.pipe(filter((value) => value !== undefined))));
  return {
    transport: { connect, listen: (address) => crowd.listen(address) },
    expectRequests: log.expectRequests,
    expectConnections: log.expectConnections,
    expectNoLeaks: log.expectNoLeaks,
    expectOctets: (project = ({ octets }) => octets) =>
      expect(crowd.octets.pipe(map((piece) => project(piece)))),
    expectResponses: (project = ({ status, phrase }) => `${String(status)} ${phrase}`) =>
      expect(crowd.responses.pipe(map((response) => project(response)))),
  };
}

function connect(): never {
  throw new TypeError('scripted clients have a server: a client has a scriptedNetwork() or a linkNetwork()');
}

interface ReadClient {
  readonly connect: Phase | undefined;
  readonly reading: readonly Mark[];
  readonly said: Said;
}

function readClient(given: string | ClientScript, shared: OctetValues): ReadClient {
  const script: ClientScript = typeof given === 'string' ? { send: given } : given;
  return {
    connect: readPhase(script.connect),
    reading: readReading(script.reading),
    said: readSaid(script.send, { ...shared, ...script.values }, script),
  };
}

class Clients {
  readonly octets: Observable<ReceivedOctets>;
  readonly responses: Observable<ReceivedResponse>;

  private readonly pieces = new ReplaySubject<ReceivedOctets>(Infinity);
  private readonly answers = new ReplaySubject<ReceivedResponse>(Infinity);
  private readonly run: TestRun;
  private readonly log: NetworkLog;
  private readonly scripts: readonly ReadClient[];
  private readonly options: LinkOptions;
  private isListening = false;

  constructor(run: TestRun, log: NetworkLog, scripts: readonly ReadClient[], options: LinkOptions) {
    this.run = run;
    this.log = log;
    this.scripts = scripts;
    this.options = options;
    this.octets = this.pieces;
    this.responses = this.answers;
  }

  listen(address: ListenAddress): Observable<ListenNotification> {
    return new Observable((subscriber) => {
      const { run } = this;
      run.guard('A listener');
      if (this.isListening) throw new OutsideRunError('scripted clients have one server, which listens once');
      this.isListening = true;
      const accept = (notification: ListenNotification): void => subscriber.next(notification);
      subscriber.add(run.schedule(() => accept({ type: 'listening', address })));
      for (const [index, script] of this.scripts.entries()) {
        const frame = script.connect === undefined ? 0 : script.connect.frame;
        if (frame === undefined) continue;
        subscriber.add(run.schedule(() => this.connect(index + 1, script, address, accept), frame));
      }
    });
  }

  private connect(
    number: number,
    { said, reading }: ReadClient,
    address: ListenAddress,
    accept: (notification: ListenNotification) => void,
  ): void {
    const { run } = this;
    const { host, port } = address;
    const logged = this.log.open(`http://${host}${port === 80 ? '' : `:${String(port)}`}`);
    const wire = { ...wireOf(this.options), guard: () => void run.guard('A connection') };
    const [client, server] = linkedEnds(
      { host: `client${String(number)}`, port: 49_152 + number },
      address,
      wire,
    );
    const hearing = new Hearing(run, number, (response) => this.answers.next(response));
    logged.follow(server, { onStart: (method) => hearing.expect(method) });
    logged.connect(client, server);
    pace(run, client, reading);
    const talking = play(run, said.marks, ({ char }) => {
      if (char === '|') client.end();
      else if (char === '#') client.reset(...('error' in said ? [said.error] : []));
      else client.write(said.values[char]);
    });
    client.read.subscribe({
      next: (octets) => {
        this.pieces.next({ connection: number, octets: latin1(octets) });
        hearing.hear(octets);
      },
      complete: () => {
        hearing.end();
        talking.unsubscribe();
        client.destroy();
      },
      error: () => talking.unsubscribe(),
    });
    accept({ type: 'connection', connection: server });
  }
}

/** Reads the responses on one connection. */
class Hearing {
  private readonly run: TestRun;
  private readonly connection: number;
  private readonly emit: (response: ReceivedResponse) => void;
  private readonly reader = new ResponseReader();
  private readonly methods: string[] = [];
  private start: Pick<ReceivedResponse, 'status' | 'phrase' | 'headers'> | undefined;
  private content = '';
  private nonfinals: number[] = [];
  private hasFailed = false;

  constructor(run: TestRun, connection: number, emit: (response: ReceivedResponse) => void) {
    this.run = run;
    this.connection = connection;
    this.emit = emit;
  }

  expect(method: string): void {
    this.methods.push(method);
  }

  hear(octets: Uint8Array): void {
    this.reader.push(octets);
    this.proceed();
  }

  end(): void {
    this.reader.end();
    this.proceed();
  }

  private proceed(): void {
    if (this.hasFailed) return;
    try {
      while (this.step());
    } catch (error) {
      this.hasFailed = true;
      const why = error instanceof Error ? error.message : String(error);
      this.run.fail(
        new UnscriptedError(
          `what client ${String(this.connection)} heard in frame ${String(this.run.now)} is no response: ${why}`,
        ),
      );
    }
  }

  private step(): boolean {
    // A server may answer what it could not read as a request.
    if (this.reader.isIdle && this.reader.buffered > 0) this.reader.expect(this.methods.shift() ?? 'GET');
    const notification = this.reader.read();
    switch (notification?.type) {
      case 'response_nonfinal':
        this.nonfinals.push(notification.status);
        return true;
      case 'response_start': {
        const { status, phrase = '', headers } = notification;
        this.start = { status, phrase, headers };
        return true;
      }
      case 'response_body':
        this.content += Buffer.from(notification.chunk).toString('latin1');
        return true;
      case 'response_done': {
        const { start, content, nonfinals, connection } = this;
        this.content = '';
        this.nonfinals = [];
        if (start !== undefined)
          this.emit({ connection, ...start, content, nonfinals, trailers: notification.trailers });
        return true;
      }
      default:
        return false;
    }
  }
}
