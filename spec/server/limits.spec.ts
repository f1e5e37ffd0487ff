import { describe, expect, test } from '@jest/globals';
import { concat, ignoreElements, NEVER, of, range, map, timer } from 'rxjs';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseStart,
  type Connection,
  type Handler,
  type HttpServerOptions,
  type Transport,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { virtually } from '../support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const hello: Handler = () => of(responseStart(200, [['Content-Length', '0']]), responseDone());

/** A raw client: what it hears, `|` being the end. */
class Client {
  heard = '';
  private connection: Connection | undefined;

  constructor(transport: Transport, at = 0, said = '') {
    timer(at).subscribe(() =>
      transport.connect(HOST).subscribe((phase) => {
        if (phase.type !== 'connection') return;
        const { connection } = phase;
        this.connection = connection;
        connection.read.subscribe({
          next: (octets) => (this.heard += Buffer.from(octets).toString('latin1')),
          complete: () => (this.heard += '|'),
        });
        connection.write(said);
      }),
    );
  }

  say(text: string): void {
    this.connection?.write(text);
  }

  /** How many answers there were, and whether an end. */
  get answers(): string {
    return `${String(this.heard.match(/HTTP\/1.1 200/g)?.length ?? 0)}${this.heard.endsWith('|') ? '|' : ''}`;
  }
}

function serve(handler: Handler, options: HttpServerOptions, use: (transport: Transport) => void): unknown[] {
  const errors: unknown[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    const onError = (error: unknown): void => void errors.push((error as Error).message);
    const settings = { ...HOST, transport, idleTimeout: 1_000, requestTimeout: 1_000, onError, ...options };
    const serving = new HttpServer(settings).serve(handler).subscribe();
    use(transport);
    timer(100).subscribe(() => serving.unsubscribe());
    flush();
  });
  return errors;
}

describe('maxConnections', () => {
  test('closes the oldest on which nothing is under way for one that is new', () => {
    let clients: Client[] = [];
    let seen: string[] = [];
    serve(
      ({ uri }) => (uri === '/' ? hello(undefined as never) : NEVER),
      { maxConnections: 3 },
      (transport) => {
        const busy = new Client(transport, 0, GET.replace('/', '/busy'));
        const idle = new Client(transport, 1, GET);
        const silent = new Client(transport, 2);
        const late = new Client(transport, 5, GET);
        clients = [busy, idle, silent, late];
        timer(50).subscribe(() => (seen = clients.map(({ answers }) => answers)));
      },
    );
    expect(seen).toEqual(['0', '1|', '0', '1']);
  });

  test('refuses a new one when something is under way on all', () => {
    let seen: string[] = [];
    serve(
      () => NEVER,
      { maxConnections: 2 },
      (transport) => {
        const clients = [0, 1, 2].map((at) => new Client(transport, at, GET));
        timer(50).subscribe(() => (seen = clients.map(({ answers }) => answers)));
      },
    );
    expect(seen).toEqual(['0', '0', '0|']);
  });
});

describe('maxRequestsPerConnection', () => {
  test('says of the last answer that it is, and answers no more', () => {
    let client: Client | undefined;
    serve(hello, { maxRequestsPerConnection: 2 }, (transport) => {
      client = new Client(transport, 0, GET.repeat(3));
    });
    expect(client?.answers).toBe('2|');
    expect(client?.heard.match(/Connection: close/g)).toHaveLength(1);
    expect(client?.heard).toMatch(/Connection: close\r\n\r\n\|$/);
  });
});

describe('content that nobody reads', () => {
  const post = (length: number): string =>
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(length)}\r\n\r\n${'x'.repeat(length)}`;

  test('is thrown away up to 1 MiB on a connection, however little it is each time', () => {
    let client: Client | undefined;
    serve(hello, {}, (transport) => {
      client = new Client(transport, 0, post(50_000).repeat(30));
    });
    expect(client?.answers).toBe('21|');
  });

  test('is none when it is read', () => {
    let client: Client | undefined;
    const reading: Handler = (request) => concat(request.body.pipe(ignoreElements()), hello(request));
    serve(reading, {}, (transport) => {
      client = new Client(transport, 0, post(50_000).repeat(30));
    });
    expect(client?.answers).toBe('30|');
  });
});

test('a source that cannot be held fails for the number of its pieces, too', () => {
  let pieces = 0;
  const dripping: Handler = () =>
    concat(
      of(responseStart(200)),
      range(0, 100_000).pipe(
        map(() => {
          pieces++;
          return responseBody(Buffer.from('x'));
        }),
      ),
      of(responseDone()),
    );
  const errors = serve(dripping, { maxBufferedBytes: 1_000_000 }, (transport) => {
    new Client(transport, 0, GET).say('');
  });
  expect(errors).toEqual([
    expect.stringMatching(/^Too much buffered: \d+ octets of a response, in \d+ pieces$/),
  ]);
  expect(pieces).toBeLessThan(10_000);
});
