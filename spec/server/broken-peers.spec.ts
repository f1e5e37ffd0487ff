import { describe, expect, test } from '@jest/globals';
import {
  concat,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  tap,
  throwError,
  timer,
} from 'rxjs';
import {
  HttpServer,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type Connection,
  type Handler,
  type HttpServerOptions,
  type RequestBody,
  type RequestDone,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { virtually } from '../support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const hello: Handler = () =>
  of(responseStart(200, [['Content-Length', '2']]), responseBody(Buffer.from('ok')), responseDone());
const post = (length: number): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

/** A raw client of a server with this handler, on virtual time: what it hears. */
function converse(
  handler: Handler,
  use: (connection: Connection) => void,
  options: HttpServerOptions = {},
): string {
  let heard = '';
  virtually(({ flush }) => {
    const transport = memoryTransport();
    const settings = { ...HOST, transport, idleTimeout: 1_500, onError: () => undefined, ...options };
    const serving = new HttpServer(settings).serve(handler).subscribe();
    transport.connect(HOST).subscribe((phase) => {
      if (phase.type !== 'connection') return;
      phase.connection.read.subscribe({
        next: (octets) => (heard += Buffer.from(octets).toString('latin1')),
        complete: () => (heard += '|'),
      });
      use(phase.connection);
    });
    timer(1_000_000).subscribe(() => serving.unsubscribe());
    flush();
  });
  return heard.replace(/Date: [^\r]*GMT\r\n/g, '');
}

describe('a client that sends more than it is asked for', () => {
  test('is read a bounded way ahead while a handler that has its body is at work', () => {
    let total = 0;
    let sent = 0;
    converse(
      ({ body }) => concat(body.pipe(ignoreElements()), NEVER),
      (connection) => {
        connection.write(`${post(1)}x`);
        const more = (): void => {
          while (total < 10_000_000 && connection.write(GET.repeat(100))) total += 100 * GET.length;
        };
        connection.drained.subscribe(more);
        more();
        timer(1_000).subscribe(() => (sent = total));
      },
    );
    expect(sent).toBeGreaterThan(65_536);
    expect(sent).toBeLessThan(200_000);
  });

  test('is still read by a handler that holds, after its answer', () => {
    const seen: string[] = [];
    converse(
      ({ body }) => {
        body.subscribe((part) => {
          seen.push(part.type);
          if (part.type === 'request_body' && seen.length === 1) {
            const hold = part.flow!.hold();
            timer(50).subscribe(() => {
              seen.push('released');
              hold.unsubscribe();
            });
          }
        });
        return hello(undefined as never);
      },
      (connection) => {
        connection.write(post(6) + 'abc');
        timer(10).subscribe(() => connection.write('def'));
      },
    );
    expect(seen).toEqual(['request_body', 'released', 'request_body', 'request_done']);
  });
});

describe('a handler', () => {
  test('that goes on behind its done is unsubscribed', () => {
    let ended = 0;
    const goesOn: Handler = (request) => concat(hello(request), NEVER).pipe(finalize(() => ended++));
    converse(goesOn, (connection) => connection.write(GET + GET));
    expect(ended).toBe(2);
  });

  test('that fails behind its head leaves the answers before it whole', () => {
    let calls = 0;
    const failing: Handler = (request) =>
      calls++ === 0
        ? hello(request)
        : concat(
            of(responseStart(200)),
            throwError(() => new Error('late')),
          );
    const heard = converse(failing, (connection) => connection.write(GET + GET));
    expect(heard).toMatch(
      /^HTTP\/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP\/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\|$/,
    );
  });

  test('that errors behind its done has answered', () => {
    const late: Handler = (request) =>
      concat(
        hello(request),
        throwError(() => new Error('late')),
      );
    expect(converse(late, (connection) => connection.write(GET))).toContain('\r\n\r\nok');
  });

  test('that sends no end of interim responses fails instead of filling the process', () => {
    const errors: unknown[] = [];
    const flood: Handler = () => merge(...Array.from({ length: 10_000 }, () => of(responseNonfinal(102))));
    converse(flood, (connection) => connection.write(GET), {
      maxBufferedBytes: 10_000,
      onError: (error) => errors.push((error as { code: string }).code),
    });
    expect(errors).toEqual(['BUFFER_FULL']);
  });

  test('hears of it when it comes too late for the content', () => {
    const codes: unknown[] = [];
    converse(
      ({ body }) => {
        timer(10).subscribe(() =>
          body.subscribe({ error: (error: unknown) => codes.push((error as { code: string }).code) }),
        );
        return hello(undefined as never);
      },
      (connection) => connection.write(post(3) + 'abc'),
    );
    expect(codes).toEqual(['BODY_NOT_REPEATABLE']);
  });

  test('hears of it when its client has left before it asks for the content', () => {
    const codes: unknown[] = [];
    converse(
      ({ body }) => {
        timer(10).subscribe(() =>
          body.subscribe({ error: (error: unknown) => codes.push((error as { code: string }).code) }),
        );
        return NEVER;
      },
      (connection) => {
        connection.write(post(3));
        timer(5).subscribe(() => connection.destroy());
      },
    );
    expect(codes).toEqual(['CONNECTION_RESET']);
  });
});

describe('100 (Continue)', () => {
  const EXPECT = post(3).replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
  const reading: Handler = (request) => concat(request.body.pipe(ignoreElements()), hello(request));

  test('is said once, whoever else says it', () => {
    const relayed: Handler = (request) => {
      const content = new Subject<RequestBody | RequestDone>();
      request.body.subscribe(content);
      return concat(of(responseNonfinal(100)), timer(20).pipe(mergeMap(() => hello(request))));
    };
    const heard = converse(relayed, (connection) => {
      connection.write(EXPECT);
      timer(5).subscribe(() => connection.write('abc'));
    });
    expect(heard.match(/100 Continue/g)).toHaveLength(1);
  });

  test('is not said to a client that did not wait', () => {
    expect(converse(reading, (connection) => connection.write(`${EXPECT}abc`))).toMatch(
      /^HTTP\/1.1 200 OK\r\n/,
    );
  });
});

test("an upstream's Connection: close is not for the client of a gateway", () => {
  const closing: Handler = () =>
    of(
      responseStart(200, [
        ['Connection', ' close'],
        ['Content-Length', '0'],
      ]),
      responseDone(),
    );
  expect(converse(closing, (connection) => connection.write(GET + GET))).toBe(
    `${'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'.repeat(2)}|`,
  );
});

test('an empty line does not keep a connection open', () => {
  let heard = '';
  const at: number[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    const clock = timer(0, 1).pipe(tap((tick) => at.push(tick)));
    const ticking = clock.subscribe();
    new HttpServer({ ...HOST, transport, idleTimeout: 50 }).serve(() => EMPTY).subscribe();
    transport.connect(HOST).subscribe((phase) => {
      if (phase.type !== 'connection') return;
      phase.connection.read.subscribe({
        complete: () => {
          heard = `closed at ${String(at.at(-1))}`;
          ticking.unsubscribe();
        },
      });
      timer(10).subscribe(() => phase.connection.write('\r\n'));
    });
    timer(500).subscribe(() => ticking.unsubscribe());
    flush();
  });
  expect(heard).toBe('closed at 60');
});
