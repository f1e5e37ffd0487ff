import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  concat,
  finalize,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  range,
  Subscription,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import {
  ConnectError,
  HttpServer,
  parseRecording,
  replay,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type Handler,
} from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { echo } from '../../src/cli/echo.ts';
import { run } from '../../src/cli/run.ts';
import { testWorld, type TestWorld } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxchange-'));
let transport = memoryTransport();
let serving = Subscription.EMPTY;

/** Whoever asks `origin` is answered so. */
function serve(handler: Handler): void {
  serving = new HttpServer({ transport, host: 'origin', port: 80, onError: () => {} })
    .serve(handler)
    .subscribe();
}

const status = (world: TestWorld, ...args: string[]): Promise<number> =>
  lastValueFrom(run(args, world), { defaultValue: NaN });

beforeEach(() => {
  transport = memoryTransport();
  serve(echo);
});
afterEach(() => serving.unsubscribe());
afterAll(() => rmSync(folder, { recursive: true }));

describe('rxchange <url>', () => {
  test('speaks TLS where the URL is https', async () => {
    let first: number | undefined;
    const listening = transport.listen({ host: 'origin', port: 443 }).subscribe((told) => {
      if (told.type !== 'connection') return;
      told.connection.read.subscribe(([octet]) => {
        first = octet;
        told.connection.destroy();
      });
    });
    expect(await status(testWorld(transport), 'https://origin/')).toBe(1);
    expect(first).toBe(22); // a handshake (RFC 8446 §5.1)
    listening.unsubscribe();
  });

  test('writes the content to stdout, and nothing else', async () => {
    const world = testWorld(transport);
    expect(await status(world, 'origin/a?b')).toBe(0);
    expect(world.out()).toBe(
      [
        'GET /a?b HTTP/1.1',
        'Host: origin',
        'User-Agent: rxchange/1.2.3',
        'Accept: */*',
        '',
        '0 octets of content',
        '',
      ].join('\n'),
    );
    expect(world.err()).toBe('');
  });

  test('sends the method, the fields and the text it is given', async () => {
    const world = testWorld(transport);
    const args = ['-X', 'PATCH', '-H', 'User-Agent: me', '-H', 'X: é', '-H', 'x:2', '-d', 'naïve', 'origin/'];
    expect(await status(world, ...args)).toBe(0);
    expect(Buffer.from(world.out(), 'latin1').toString()).toBe(
      [
        'PATCH / HTTP/1.1',
        'Host: origin',
        'User-Agent: me',
        'X: é',
        'x: 2',
        'Accept: */*',
        'Content-Length: 6',
        '',
        '6 octets of content',
        '',
      ].join('\n'),
    );
  });

  test('sends a file with its length, and stdin without', async () => {
    const file = join(folder, 'data');
    writeFileSync(file, 'x'.repeat(200_000));
    const world = testWorld(transport);
    expect(await status(world, '-d', `@${file}`, 'origin/')).toBe(0);
    expect(world.out()).toMatch(/Content-Length: 200000\n\n200000 octets of content\n$/);

    const stdin = new PassThrough();
    const piped = testWorld(transport, { stdin });
    const sent = status(piped, '-d', '-', 'origin/');
    for (let index = 0; index < 100; index++) stdin.write(Buffer.alloc(10_000));
    stdin.end();
    expect(await sent).toBe(0);
    expect(piped.out()).toMatch(/Transfer-Encoding: chunked\n\n1000000 octets of content\n$/);
  });

  test('-i writes heads and trailers too, as they came', async () => {
    serving.unsubscribe();
    serve(() =>
      of(
        responseNonfinal(103, [['Link', '</a>']]),
        responseStart(404, [['X', '  y']], 'Nope'),
        responseBody(Buffer.from('no')),
        responseDone([['T', 'u']]),
      ),
    );
    const world = testWorld(transport);
    expect(await status(world, '-i', 'origin/')).toBe(0);
    expect(world.out().replace(/(?:Date|Connection|Keep-Alive): .*\r\n/g, '')).toBe(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
        'HTTP/1.1 404 Nope\r\nX:  y\r\nTransfer-Encoding: chunked\r\n\r\nno\r\nT: u\r\n',
    );
  });

  test('-I asks for the head alone', async () => {
    const world = testWorld(transport);
    expect(await status(world, '-I', 'origin/')).toBe(0);
    expect(world.out()).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: \d+\r\n[^]*\r\n\r\n$/);
  });

  test('--record writes what came, for replay to read', async () => {
    serving.unsubscribe();
    serve(() =>
      concat(
        of(responseStart(200), responseBody(Buffer.from('é'))),
        timer(30).pipe(map(() => responseDone([['T', 'u']]))),
      ),
    );
    const file = join(folder, 'recording.json');
    const request = { method: 'GET', uri: 'http://origin/', headers: [] };
    expect(await status(testWorld(transport), '--record', file, 'origin/')).toBe(0);
    const recording = parseRecording(readFileSync(file, 'utf8'));
    expect(recording).toMatchObject({ frame: 1, subscription: '^' });
    // On a machine that is busy the rest comes right behind.
    expect(recording.marbles).toMatch(/s.*b.*d.*\|/);
    const again = await lastValueFrom(replay(recording)(request).pipe(toArray()), { defaultValue: [] });
    expect(again.map(({ type }) => type)).toEqual(['response_start', 'response_body', 'response_done']);
    expect(again[1]).toMatchObject({ chunk: new Uint8Array([0xc3, 0xa9]) });
  });

  test('--record keeps an exchange that fails, and one that is interrupted', async () => {
    const file = join(folder, 'failure.json');
    expect(await status(testWorld(transport), '--record', file, 'nobody/')).toBe(1);
    expect(parseRecording(readFileSync(file, 'utf8')).error).toBeInstanceOf(ConnectError);

    run(['--record', file, 'origin/'], testWorld(transport)).subscribe().unsubscribe();
    expect(parseRecording(readFileSync(file, 'utf8')).subscription).toContain('!');
  });

  test('--record into what cannot be written is wrong usage, and nothing is sent', async () => {
    const world = testWorld(transport);
    expect(await status(world, '--record', folder, 'origin/')).toBe(2);
    expect(world.err()).toContain(`cannot write ${folder}`);
    expect(world.out()).toBe('');
  });

  test('--cacert that is no authority is wrong usage, and nothing is sent', async () => {
    const file = join(folder, 'no authority');
    writeFileSync(file, 'of no use');
    for (const cacert of [file, folder, join(folder, 'no such file')]) {
      const world = testWorld(transport);
      expect(await status(world, '--cacert', cacert, 'https://origin/')).toBe(2);
      expect(world.err()).toContain(`cannot trust ${cacert}: `);
      expect(world.out()).toBe('');
    }
  });

  test('-o writes to a file, and leaves it alone when there is no response', async () => {
    const file = join(folder, 'out');
    const world = testWorld(transport);
    expect(await status(world, '-o', file, 'origin/a')).toBe(0);
    expect(readFileSync(file, 'latin1')).toContain('GET /a HTTP/1.1');
    expect(world.out()).toBe('');
    expect(await status(world, '-o', file, 'nobody/')).toBe(1);
    expect(readFileSync(file, 'latin1')).toContain('GET /a HTTP/1.1');
  });

  test('-o makes an empty file of an empty response', async () => {
    serving.unsubscribe();
    serve(() => of(responseStart(204), responseDone()));
    const file = join(folder, 'empty');
    expect(await status(testWorld(transport), '-o', file, 'origin/')).toBe(0);
    expect(readFileSync(file)).toHaveLength(0);
  });

  test('--marbles draws on stderr, and on stdout when that is free', async () => {
    const world = testWorld(transport);
    expect(await status(world, '--frame', '60000', 'origin/')).toBe(0);
    expect(world.out()).toMatch(/^GET /);
    expect(world.err()).toMatch(
      /^\(sbd\|\) {3}1 frame = 60000 ms\n {2}s {2}200 OK, 7 fields\n {2}b {2}\d+ octets "GET .*"\n$/,
    );
    const filed = testWorld(transport);
    expect(await status(filed, '--frame', '60000', '-o', join(folder, 'drawn'), 'origin/')).toBe(0);
    expect(filed.out()).toMatch(/^\(sbd\|\) {3}/);
    expect(filed.err()).toBe('');
  });

  test('holds the exchange while its output is full', async () => {
    const CHUNKS = 400;
    serving.unsubscribe();
    serve(() =>
      concat(
        of(responseStart(200)),
        range(CHUNKS).pipe(map((index) => responseBody(Buffer.alloc(10_000, index)))),
        of(responseDone()),
      ),
    );
    let written = 0;
    let waiting = 0;
    let most = 0;
    const stdout = new Writable({
      highWaterMark: 1000,
      write(chunk: Buffer, _encoding, done) {
        written += chunk.length;
        most = Math.max(most, waiting, this.writableLength);
        waiting = this.writableLength;
        setImmediate(done);
      },
    });
    expect(await status(testWorld(transport, { stdout }), 'origin/')).toBe(0);
    expect(written).toBe(CHUNKS * 10_000);
    expect(most).toBeLessThan(200_000);
  });

  test('unsubscribed, gives the exchange up', async () => {
    serving.unsubscribe();
    let left: () => void;
    const isLeft = new Promise<void>((resolve) => (left = resolve));
    serve(() =>
      concat(of(responseStart(200), responseBody(Buffer.from('half'))), NEVER).pipe(finalize(() => left())),
    );
    const world = testWorld(transport);
    const running = run(['origin/', '--marbles'], world).subscribe();
    while (world.out() === '') await new Promise((resolve) => setImmediate(resolve));
    running.unsubscribe();
    await isLeft;
    expect(world.err()).toMatch(/! {3}1 frame = 10 ms[^]*unsubscribed after/);
  });
});

describe('what fails', () => {
  test('is told by name, code and text, without a stack: status 1', async () => {
    const world = testWorld(transport);
    expect(await status(world, 'nobody/')).toBe(1);
    expect(world.err()).toBe(
      'rxchange: ConnectError CONNECT: Connection failed: nobody listens on nobody:80\n',
    );
  });

  test('is not tried again: what is told is what became of the one exchange', async () => {
    let connections = 0;
    const counting: typeof transport = {
      ...transport,
      connect: (target) => {
        connections++;
        return transport.connect(target);
      },
    };
    expect(await status(testWorld(counting), 'nobody/')).toBe(1);
    expect(connections).toBe(1);
  });

  test('a truncated response is a failure, and what came of it is written', async () => {
    serving.unsubscribe();
    serve(() =>
      concat(
        of(responseStart(200), responseBody(Buffer.from('half'))),
        timer(1).pipe(mergeMap(() => throwError(() => new Error('x')))),
      ),
    );
    const world = testWorld(transport);
    expect(await status(world, 'origin/')).toBe(1);
    expect(world.out()).toBe('half');
    expect(world.err()).toMatch(/^rxchange: IncompleteMessageError INCOMPLETE_MESSAGE: .*\n$/);
  });

  test.each([[['ftp://origin/']], [['origin/ ']], [['user@origin/']]])(
    '%j is a URL that cannot be asked: status 1',
    async (args) => {
      const world = testWorld(transport);
      expect(await status(world, ...args)).toBe(1);
      expect(world.err()).toMatch(/^rxchange: UrlError URL: .*\n$/);
    },
  );

  test('an output that cannot be opened: status 1', async () => {
    const world = testWorld(transport);
    expect(await status(world, '-o', join(folder, 'none', 'file'), 'origin/')).toBe(1);
    expect(world.err()).toMatch(/^rxchange: Error ENOENT: .*\n$/);
  });

  test('a pipe that nobody reads any more is the end and no error', async () => {
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const world = testWorld(transport, { stdout });
    expect(await status(world, 'origin/')).toBe(0);
    expect(world.err()).toBe('');
  });

  test.each([
    [[]],
    [['--bogus']],
    [['-H', 'A: b\r\nC: d', 'origin/']],
    [['-X', 'G T', 'origin/']],
    [['-H', 'Content-Length: 5', 'origin/']],
    [['-d', '@' + join(folder, 'no such file'), 'origin/']],
  ])('%j is wrong usage: status 2, and nothing is sent', async (args) => {
    const world = testWorld(transport);
    expect(await status(world, ...args)).toBe(2);
    expect(world.err()).toMatch(/^rxchange: .*\nTry rxchange --help.\n$/);
    expect(world.out()).toBe('');
  });
});

test('--help and --version say so on stdout', async () => {
  const world = testWorld(transport);
  expect(await status(world, '--help')).toBe(0);
  expect(world.out()).toMatch(/^Usage: rxchange /);
  const other = testWorld(transport);
  expect(await status(other, '--version')).toBe(0);
  expect(other.out()).toBe('1.2.3\n');
});

describe('rxchange serve', () => {
  test('shows the request as it was received, trailers too, to whoever asks', async () => {
    const world = testWorld(transport);
    const running = run(['serve', '--host', 'here', '--port', '8080', '--frame', '60000'], world).subscribe();
    const asking = testWorld(transport);
    expect(await status(asking, '-H', 'X-A:   b ', 'here:8080/?q')).toBe(0);
    expect(asking.out()).toMatch(
      /^GET \/\?q HTTP\/1.1\nHost: here:8080\nX-A: {3}b ?\n[^]*\n\n0 octets of content\n$/,
    );
    running.unsubscribe();
    expect(world.out()).toMatch(
      /^listening on http:\/\/here:8080\/\nGET \/\?q\n\(sbd\|\) {3}1 frame = 60000 ms\n/,
    );
    expect(await status(asking, 'here:8080')).toBe(1);
  });

  test('answers as text that no browser runs', async () => {
    const world = testWorld(transport);
    expect(await status(world, '-i', 'origin/?<script>')).toBe(0);
    expect(world.out()).toMatch(/Content-Type: text\/plain; charset=iso-8859-1\r\n/);
    expect(world.out()).toMatch(/X-Content-Type-Options: nosniff\r\n/);
  });

  test('an address that is taken: status 1', async () => {
    const world = testWorld(transport);
    expect(await status(world, 'serve', '--host', 'origin', '--port', '80')).toBe(1);
    expect(world.err()).toMatch(/^rxchange: ListenError LISTEN: .*\n$/);
  });
});
