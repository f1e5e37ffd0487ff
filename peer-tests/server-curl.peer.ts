import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asyncScheduler,
  concat,
  concatMap,
  map,
  of,
  timer,
  type SchedulerAction,
  type SchedulerLike,
} from 'rxjs';
import {
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type Handler,
  type HeaderList,
} from '../src/index.ts';
import { flowing, pattern } from './ours/flowing.ts';
import { serve, type Served } from './ours/serve.ts';
import { curl, WRITE_OUT } from './peer/curl.ts';

const LARGE = 8 * 1_048_576;

const text = (value: string, headers: HeaderList = []) =>
  of(responseStart(200, headers), responseBody(Buffer.from(value)), responseDone());

/**
 * Answers with what it is sent, and with the trailers that it is sent. The head waits for the content: a final one that
 * comes first would tell a client that waits for a 100 (Continue) that its content is not wanted.
 */
const echo: Handler = ({ body }) =>
  body.pipe(
    concatMap((notification, nth) => {
      const answer =
        notification.type === 'request_done'
          ? responseDone(notification.trailers)
          : responseBody(notification.chunk, notification.flow);
      return nth === 0 ? [responseStart(200), answer] : [answer];
    }),
  );

/** Fails when what comes before it has left. */
const failsLater = timer(20).pipe(
  map((): never => {
    throw new Error('half-way');
  }),
);

const handler: Handler = (request) => {
  switch (request.uri) {
    case '/length':
      return text('of a length\n', [['Content-Length', '12']]);
    case '/chunked':
      return text('in chunks\n');
    case '/trailers':
      return of(responseStart(200), responseBody(Buffer.from('body')), responseDone([['X-Sum', 'abc']]));
    case '/204':
      return of(responseStart(204), responseDone());
    case '/304':
      return of(responseStart(304, [['ETag', '"a"']]), responseDone());
    case '/hints':
      return concat(of(responseNonfinal(103, [['Link', '</a>']])), text('final\n'));
    case '/large':
      return concat(
        of(responseStart(200)),
        flowing(LARGE, responseBody, () => responseDone()),
      );
    case '/half':
      return concat(of(responseStart(200), responseBody(Buffer.from('half'))), failsLater);
    case '/deaf':
      return text('not interested\n');
    case '/echo':
      return echo(request);
    default:
      return of(responseStart(404), responseDone());
  }
};

let server: Served;
let dir: string;
let file: string;
beforeAll(async () => {
  server = await serve(handler);
  dir = await mkdtemp(join(tmpdir(), 'rxchange-curl-'));
  file = join(dir, 'large.bin');
  await writeFile(file, pattern(0, LARGE));
});
afterAll(async () => {
  server.stop();
  await rm(dir, { recursive: true, force: true });
});

const get = (path: string, ...args: string[]) => curl('-i', '--raw', ...args, server.url + path);
const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

describe('answers', () => {
  test('GET of a length', async () => {
    const { status, text } = await get('/length');
    expect(status).toBe(0);
    expect(text).toMatch(
      /^HTTP\/1\.1 200 OK\r\nContent-Length: 12\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\nof a length\n$/,
    );
  });

  test('GET in chunks', async () => {
    const { status, text } = await get('/chunked');
    expect(status).toBe(0);
    expect(text).toMatch(
      /^HTTP\/1\.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\na\r\nin chunks\n\r\n0\r\n\r\n$/,
    );
  });

  test('trailers', async () => {
    const { text } = await get('/trailers');
    expect(text).toMatch(/\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: abc\r\n\r\n$/);
  });

  test('an interim response', async () => {
    const { status, text } = await get('/hints');
    expect(status).toBe(0);
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  test.each([
    [
      'HEAD of a length',
      '/length',
      ['-I'],
      /^HTTP\/1\.1 200 OK\r\nContent-Length: 12\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n$/,
    ],
    [
      'HEAD of chunks',
      '/chunked',
      ['-I'],
      /^HTTP\/1\.1 200 OK\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n$/,
    ],
    [
      '204',
      '/204',
      [],
      /^HTTP\/1\.1 204 No Content\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n$/,
    ],
    [
      '304',
      '/304',
      [],
      /^HTTP\/1\.1 304 Not Modified\r\nETag: "a"\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n$/,
    ],
  ])('%s has no body, and the connection goes on', async (_, path, args, wire) => {
    const alone = await get(path, ...args);
    expect(alone.status).toBe(0);
    expect(alone.text).toMatch(wire);
    const both = await curl(
      '-w',
      `${WRITE_OUT}%{num_connects}${WRITE_OUT}`,
      ...args,
      server.url + path,
      server.url + path,
    );
    expect(both.status).toBe(0);
    expect(both.written.replace(/[^01,]/g, '')).toMatch(/^1,.*0/s);
  });

  test('8 MiB arrive byte for byte', async () => {
    const { status, stdout } = await curl(`${server.url}/large`);
    expect(status).toBe(0);
    expect(sha256(stdout)).toBe(sha256(pattern(0, LARGE)));
  });

  test('to a client that reads slowly, too', async () => {
    const { status, stdout } = await curl('--limit-rate', '24M', `${server.url}/large`);
    expect(status).toBe(0);
    expect(sha256(stdout)).toBe(sha256(pattern(0, LARGE)));
  });
});

describe('a client that reads slowly behind the last answer', () => {
  /** Where two seconds are two hundredths. */
  const hurried: SchedulerLike = {
    now: () => asyncScheduler.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
      asyncScheduler.schedule(work, delay / 100, state),
  };

  test.each([
    ['up to the end of the connection', ['-0']],
    ['in chunks', ['-H', 'Connection: close']],
  ])('gets all of it, %s', async (_, args) => {
    const atOnce = await serve(
      () => of(responseStart(200), responseBody(pattern(0, LARGE)), responseDone()),
      {
        scheduler: hurried,
      },
    );
    const { status, stdout } = await curl('--limit-rate', '12M', ...args, atOnce.url);
    atOnce.stop();
    expect(status).toBe(0);
    expect(sha256(stdout)).toBe(sha256(pattern(0, LARGE)));
  });
});

describe('requests with content', () => {
  test('POST of a length', async () => {
    const { status, text } = await curl('-d', 'hello', `${server.url}/echo`);
    expect(status).toBe(0);
    expect(text).toBe('hello');
  });

  test('POST in chunks', async () => {
    const { status, text } = await curl(
      '-H',
      'Transfer-Encoding: chunked',
      '-d',
      'hello',
      `${server.url}/echo`,
    );
    expect(status).toBe(0);
    expect(text).toBe('hello');
  });

  test.each([
    ['of a length', []],
    ['in chunks', ['-H', 'Transfer-Encoding: chunked']],
  ])('PUT of 8 MiB %s, behind a 100 (Continue)', async (_, args) => {
    const { status, stdout, stderr } = await curl('-v', ...args, '-T', file, `${server.url}/echo`);
    expect(status).toBe(0);
    expect(stderr).toMatch(/> Expect: 100-continue[^]*< HTTP\/1.1 100 Continue[^]*< HTTP\/1.1 200 OK/);
    expect(sha256(stdout)).toBe(sha256(pattern(0, LARGE)));
  });

  test('nobody is told to continue for content that nobody wants', async () => {
    const { status, stderr, text } = await curl('-v', '-T', file, `${server.url}/deaf`);
    expect(stderr).not.toContain('100 Continue');
    expect(text).toBe('not interested\n');
    expect(status).toBe(0);
  });

  test('an answer that comes before the content does not get lost', async () => {
    const { text } = await curl('-H', 'Expect:', '-T', file, `${server.url}/deaf`);
    expect(text).toBe('not interested\n');
  });

  test('an expectation that is not known is refused', async () => {
    const { text } = await curl('-i', '-H', 'Expect: the-unexpected', '-d', 'x', `${server.url}/echo`);
    expect(text).toMatch(/^HTTP\/1.1 417 Expectation Failed\r\n[^]*Connection: close\r\n/);
  });
});

describe('connections', () => {
  const connects = (...args: string[]) =>
    curl('-v', '-w', `${WRITE_OUT}%{num_connects}${WRITE_OUT}`, ...args).then(({ stderr, stdout }) => ({
      stderr,
      counts: [...stdout.toString().matchAll(/--write-out--(\d+)/g)].map(([, count]) => Number(count)),
    }));

  test('two URLs share one', async () => {
    const { counts, stderr } = await connects(`${server.url}/length`, `${server.url}/chunked`);
    expect(counts).toEqual([1, 0]);
    expect(stderr).toContain('Re-using existing connection');
  });

  test('behind content that nobody has read, too, when it is little', async () => {
    const { counts } = await connects('-d', 'hello', `${server.url}/deaf`, `${server.url}/deaf`);
    expect(counts).toEqual([1, 0]);
  });

  test('Connection: close is the last', async () => {
    const { counts, stderr } = await connects(
      '-H',
      'Connection: close',
      `${server.url}/length`,
      `${server.url}/length`,
    );
    expect(counts).toEqual([1, 1]);
    expect(stderr).toContain('< Connection: close');
  });

  describe('HTTP/1.0', () => {
    test('closes behind its answer, and gets no chunks', async () => {
      const { text } = await get('/chunked', '-0');
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\nDate: [^\r]+\r\nConnection: close\r\n\r\nin chunks\n$/);
    });

    test('keeps the connection when it asks for that and the body has a length', async () => {
      const args = ['-0', '-H', 'Connection: keep-alive'];
      const { text } = await get('/length', ...args);
      expect(text).toContain('\r\nConnection: keep-alive\r\n');
      const { counts } = await connects(...args, `${server.url}/length`, `${server.url}/length`);
      expect(counts).toEqual([1, 0]);
    });

    test('closes behind a body without a length, whatever it asks for', async () => {
      const { text, status } = await get('/chunked', '-0', '-H', 'Connection: keep-alive');
      expect(status).toBe(0);
      expect(text).toMatch(/\r\nConnection: close\r\n\r\nin chunks\n$/);
    });

    test('gets no interim responses and no trailers', async () => {
      expect((await get('/hints', '-0')).text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nfinal\n$/);
      expect((await get('/trailers', '-0')).text).toMatch(/\r\n\r\nbody$/);
    });
  });
});

test.each([
  ['in chunks', [], 18],
  // RFC 9112 §8: without a length, only a reset tells a part from the whole.
  ['up to the end of the connection', ['-0'], 56],
])('an answer %s that breaks off never looks whole', async (_, args, failure) => {
  const { status } = await curl(...args, `${server.url}/half`);
  expect(status).toBe(failure);
});

test('no handler failed but the one that should', () => {
  expect(server.errors.map((error) => (error as Error).message)).toEqual(['half-way', 'half-way']);
});
