import { readdirSync, readlinkSync } from 'node:fs';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { lastValueFrom, take, toArray, type Unsubscribable } from 'rxjs';
import {
  HttpClient,
  HttpServer,
  collect,
  type Handler,
  type HeaderList,
  type HttpResponse,
  type ResponseNotification,
} from 'rxchange';
import { staticFiles } from 'rxchange/static';
import { ask, fieldOf, latin1, requestOf } from '../support/asking.ts';

const MODIFIED = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
const LARGE = 300_000;
const large = Buffer.from(Array.from({ length: LARGE }, (_, nth) => nth % 251));

let outside: string;
let root: string;
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'rxchange-static-'));
  root = join(outside, 'root');
  await mkdir(join(root, 'folder', 'empty'), { recursive: true });
  await mkdir(join(root, '.well-known'));
  await mkdir(join(root, '.git'));
  await mkdir(join(outside, 'rooted'));
  const files: Record<string, string | Uint8Array> = {
    'index.html': 'top',
    'a.txt': 'content',
    'empty.txt': '',
    'large.bin': large,
    'odd.constructor': 'odd',
    'a b&ü.txt': 'named oddly',
    Makefile: 'all:',
    '.hidden': 'secret',
    '.git/config': 'secret',
    '.well-known/security.txt': 'Contact: us',
    'folder/index.html': 'in folder',
    'folder/page.html': 'page',
    'app.js': 'plain',
    'app.js.gz': 'zipped',
    'app.js.br': 'brotli',
    'only.js.br': 'brotli',
    '../secret.txt': 'secret',
    '../rooted/secret.txt': 'secret',
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(root, name), content);
    await utimes(join(root, name), MODIFIED, MODIFIED);
  }
  await symlink('a.txt', join(root, 'inside'));
  await symlink('../secret.txt', join(root, 'out'));
  await symlink('..', join(root, 'up'));
  await symlink('../rooted', join(root, 'beside'));
  await symlink('loop', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
});
afterAll(() => rm(outside, { recursive: true, force: true }));

/** The files of ours that this process has open. */
function open(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(outside) ? [path] : [];
    } catch {
      return [];
    }
  });
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
/** Not for as long as it takes: a handle that is forgotten is closed, too, once it is collected. */
afterEach(async () => {
  for (let looks = 0; looks < 200 && open().length > 0; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(open()).toEqual([]);
});

const get = (
  uri: string,
  headers: HeaderList = [],
  handler: Handler = staticFiles(root),
): Promise<HttpResponse> => ask(handler, 'GET', uri, headers);
/** Status and content, for what is short. */
const answer = async (uri: string, headers: HeaderList = [], handler?: Handler): Promise<string> => {
  const { status, content } = await get(uri, headers, handler);
  return `${status} ${latin1(content)}`.trimEnd();
};

describe('a file', () => {
  test('is answered with what it is', async () => {
    const { status, headers, content } = await get('/a.txt?v=1');
    expect([status, latin1(content)]).toEqual([200, 'content']);
    const etag = fieldOf({ headers }, 'ETag');
    expect(etag).toMatch(/^"7-[0-9a-f]+"$/);
    expect(headers).toEqual([
      ['ETag', etag],
      ['Last-Modified', 'Fri, 02 Jan 2026 03:04:05 GMT'],
      ['X-Content-Type-Options', 'nosniff'],
      ['Accept-Ranges', 'bytes'],
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', '7'],
    ]);
  });

  test.each([
    ['/a%20b&%C3%BC.txt', '200 named oddly'],
    ['/folder/page.html', '200 page'],
    ['/inside', '200 content'],
    ['http://origin/a.txt', '200 content'],
    ['/empty.txt', '200'],
    ['/.well-known/security.txt', '200 Contact: us'],
  ])('is found at %s', async (uri, expected) => {
    expect(await answer(uri)).toBe(expected);
  });

  test.each([
    ['/a.txt', 'text/plain; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/', 'text/html; charset=utf-8'],
    ['/large.bin', 'application/octet-stream'],
    ['/odd.constructor', 'application/octet-stream'],
    ['/Makefile', 'application/octet-stream'],
  ])('at %s is %s', async (uri, type) => {
    expect(fieldOf(await get(uri), 'Content-Type')).toBe(type);
  });

  test('is read whole, in pieces that are taken', async () => {
    expect(Buffer.compare((await get('/large.bin')).content, large)).toBe(0);
  });

  test('has no content for HEAD, and all fields', async () => {
    const head = await ask(staticFiles(root), 'HEAD', '/a.txt', [['Range', 'bytes=0-1']]);
    expect([head.status, head.content.length, head.headers]).toEqual([200, 0, (await get('/a.txt')).headers]);
  });

  test('can be got and no more', async () => {
    const response = await ask(staticFiles(root), 'POST', '/a.txt');
    expect([response.status, fieldOf(response, 'Allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('is not from the future', async () => {
    const future = new Date(Date.now() + 1e9);
    await writeFile(join(root, 'future.txt'), 'soon');
    await utimes(join(root, 'future.txt'), future, future);
    const said = Date.parse(fieldOf(await get('/future.txt'), 'Last-Modified') ?? '');
    expect(said).toBeLessThanOrEqual(Date.now());
    expect(said).toBeGreaterThan(Date.now() - 60_000);
  });
});

describe('what is not to be had', () => {
  test.each([
    ['/nothing'],
    ['/nothing/at/all'],
    ['/a.txt/'],
    ['/a.txt/b'],
    // Out of the root.
    ['/../secret.txt'],
    ['/..%2fsecret.txt'],
    ['/%2e%2e/secret.txt'],
    ['/%2e%2e%2fsecret.txt'],
    ['/folder/../../secret.txt'],
    ['/folder/..%2f..%2fsecret.txt'],
    ['/..%5csecret.txt'],
    ['/../rooted/secret.txt'],
    ['/folder/%2e/page.html'],
    ['/./a.txt'],
    ['//a.txt'],
    ['///a.txt'],
    ['/folder//page.html'],
    ['/%2fetc/passwd'],
    ['/a.txt%00.html'],
    ['/%00'],
    // By links.
    ['/out'],
    ['/up/secret.txt'],
    ['/up/root/a.txt/../../secret.txt'],
    ['/beside/secret.txt'],
    ['/loop'],
    // Hidden.
    ['/.hidden'],
    ['/.git/config'],
    ['/folder/.well-known/x'],
    // No files.
    ['/pipe'],
    [`/${'a'.repeat(300)}`],
    [`/${'a/'.repeat(5_000)}b`],
    ['/folder/empty/'],
  ])('is not at %.60s', async (uri) => {
    expect(await answer(uri)).toBe('404 Not Found');
  });

  test.each([['/%'], ['/%zz'], ['/%ff.txt'], ['/a%'], ['/%u0041']])(
    'is not at %s, which is no path',
    async (uri) => {
      expect(await answer(uri)).toBe('400 Bad Request');
    },
  );

  test('is there with a link to its own folder by another way', async () => {
    expect(await answer('/up/root/a.txt')).toBe('200 content');
  });

  test('is what must not be read', async () => {
    await writeFile(join(root, 'forbidden.txt'), 'no');
    await chmod(join(root, 'forbidden.txt'), 0);
    // The superuser may read it all the same.
    expect(await answer('/forbidden.txt')).toMatch(process.getuid?.() === 0 ? /^200/ : /^404/);
  });

  test('is a fault when the root itself is missing', async () => {
    await expect(answer('/a.txt', [], staticFiles(join(root, 'nowhere')))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('is hidden unless it is asked for', async () => {
    expect(await answer('/.hidden', [], staticFiles(root, { dotfiles: true }))).toBe('200 secret');
    expect(await answer('/..', [], staticFiles(root, { dotfiles: true }))).toBe('404 Not Found');
  });
});

describe('a folder', () => {
  test('is its index', async () => {
    expect(await answer('/')).toBe('200 top');
    expect(await answer('/folder/')).toBe('200 in folder');
    expect(await answer('/folder/', [], staticFiles(root, { index: 'page.html' }))).toBe('200 page');
    expect(await answer('/folder/', [], staticFiles(root, { index: null }))).toBe('404 Not Found');
  });

  test.each([
    ['/folder', '/folder/'],
    ['/folder?a=b/c?d', '/folder/?a=b/c?d'],
    ['/f%6flder', '/f%6flder/'],
    ['http://origin/folder', '/folder/'],
    ['/folder/empty', '/folder/empty/'],
  ])('without its slash, %s, is at %s', async (uri, location) => {
    const response = await get(uri);
    expect([response.status, fieldOf(response, 'Location')]).toEqual([301, location]);
  });

  test('may be below a prefix', async () => {
    const handler = staticFiles(root, { prefix: '/as/sets' });
    expect(await answer('/as/sets/a.txt', [], handler)).toBe('200 content');
    expect(await answer('/as/sets/', [], handler)).toBe('200 top');
    expect(fieldOf(await get('/as/sets', [], handler), 'Location')).toBe('/as/sets/');
    for (const uri of ['/a.txt', '/as/setsa.txt', '/as/sets//a.txt', '/as/sets/../a.txt', '/as']) {
      expect(await answer(uri, [], handler)).toBe('404 Not Found');
    }
  });

  test.each([
    [{ prefix: 'assets' }],
    [{ prefix: '/' }],
    [{ index: '../index.html' }],
    [{ index: '' }],
    [{ precompressed: ['lzma'] }],
    [{ headers: [] }],
    [{ listing: true }],
  ])('is not served with %p', (options) => {
    expect(() => staticFiles(root, options as never)).toThrow(TypeError);
  });

  test.each([undefined, null, '', {}])('is not that of %p', (wrong) => {
    expect(() => staticFiles(wrong as never)).toThrow('root must be the path of a folder');
  });
});

describe('a condition', () => {
  test('is answered with 304, which says what a cache needs, or 412', async () => {
    const handler = staticFiles(root, {
      headers: (path) => [['Cache-Control', `private, x-path="${path}"`]],
    });
    const etag = fieldOf(await get('/folder/page.html'), 'ETag')!;
    const unchanged = await get('/folder/page.html', [['If-None-Match', etag]], handler);
    expect(unchanged.status).toBe(304);
    expect(unchanged.content.length).toBe(0);
    expect(unchanged.headers).toEqual([
      ['ETag', etag],
      ['Last-Modified', 'Fri, 02 Jan 2026 03:04:05 GMT'],
      ['Cache-Control', 'private, x-path="folder/page.html"'],
    ]);
    expect(await answer('/a.txt', [['If-Match', '"other"']])).toBe('412 Precondition Failed');
    expect(await answer('/a.txt', [['If-None-Match', etag]])).toBe('200 content');
  });

  test('sees a change that leaves size and second as they were', async () => {
    const path = join(root, 'changing.txt');
    await writeFile(path, 'one');
    await utimes(path, 1_000_000.1, 1_000_000.1);
    const etag = fieldOf(await get('/changing.txt'), 'ETag')!;
    await writeFile(path, 'two');
    await utimes(path, 1_000_000.2, 1_000_000.2);
    expect(await answer('/changing.txt', [['If-None-Match', etag]])).toBe('200 two');
  });
});

describe('ranges', () => {
  test('are answered one by one', async () => {
    const response = await get('/a.txt', [['Range', 'bytes=1-3']]);
    expect([response.status, latin1(response.content)]).toEqual([206, 'ont']);
    expect(fieldOf(response, 'Content-Range')).toBe('bytes 1-3/7');
    expect(fieldOf(response, 'Content-Length')).toBe('3');
    const end = await get('/large.bin', [['Range', 'bytes=-100000']]);
    expect(Buffer.compare(end.content, large.subarray(200_000))).toBe(0);
  });

  test('are answered together', async () => {
    const response = await get('/large.bin', [['Range', 'bytes=200000-270000,0-9']]);
    expect(response.status).toBe(206);
    const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(
      fieldOf(response, 'Content-Type') ?? '',
    )![1];
    const part = (range: string, start: number, end: number): string =>
      `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${range}/300000\r\n\r\n` +
      latin1(large.subarray(start, end));
    expect(latin1(response.content)).toBe(
      `${part('0-9', 0, 10)}${part('200000-270000', 200_000, 270_001)}\r\n--${boundary}--\r\n`,
    );
    expect(fieldOf(response, 'Content-Length')).toBe(String(response.content.length));
    expect(fieldOf(response, 'Content-Range')).toBeUndefined();
  });

  test('are refused where there is nothing', async () => {
    const response = await get('/a.txt', [['Range', 'bytes=7-']]);
    expect([response.status, fieldOf(response, 'Content-Range')]).toEqual([416, 'bytes */7']);
  });

  test('are ignored where they are for another state, or none', async () => {
    const etag = fieldOf(await get('/a.txt'), 'ETag')!;
    const range = ['Range', 'bytes=0-1'] as const;
    expect(await answer('/a.txt', [range, ['If-Range', etag]])).toBe('206 co');
    expect(await answer('/a.txt', [range, ['If-Range', '"other"']])).toBe('200 content');
    expect(await answer('/a.txt', [['Range', 'bytes=1-0']])).toBe('200 content');
    expect(await answer('/empty.txt', [['Range', 'bytes=0-1']])).toBe('200');
    expect(await answer('/a.txt', [range, ['If-None-Match', etag]])).toBe('304');
  });
});

describe('what is compressed already', () => {
  const handler = (): Handler => staticFiles(root, { precompressed: ['br', 'gzip'] });

  test.each([
    ['br, gzip', 'br', '200 brotli'],
    ['gzip', 'gzip', '200 zipped'],
    ['GZIP;q=0.5, br;q=0', 'gzip', '200 zipped'],
    ['gzip;q=0.000', undefined, '200 plain'],
    ['*', 'br', '200 brotli'],
    ['*, br;q=0', 'gzip', '200 zipped'],
    ['deflate', undefined, '200 plain'],
    ['', undefined, '200 plain'],
  ])('is served to who accepts %p in %p', async (accepted, coding, expected) => {
    const response = await get('/app.js', [['Accept-Encoding', accepted]], handler());
    expect(`${response.status} ${latin1(response.content)}`).toBe(expected);
    expect(fieldOf(response, 'Content-Encoding')).toBe(coding);
    expect(fieldOf(response, 'Vary')).toBe('Accept-Encoding');
    expect(fieldOf(response, 'Content-Type')).toBe('text/javascript; charset=utf-8');
  });

  test('has a tag of its own', async () => {
    const [plain, coded] = await Promise.all(
      ['identity', 'br'].map((coding) => get('/app.js', [['Accept-Encoding', coding]], handler())),
    );
    expect(fieldOf(plain, 'ETag')).not.toBe(fieldOf(coded, 'ETag'));
  });

  test('is nothing without its original, and not looked for unless it is asked for', async () => {
    const accept: HeaderList = [['Accept-Encoding', 'br']];
    expect(await answer('/only.js', accept, handler())).toBe('404 Not Found');
    expect(await answer('/app.js', accept)).toBe('200 plain');
    expect(await answer('/a.txt', accept, handler())).toBe('200 content');
  });
});

describe('an open file', () => {
  const notifications = (uri: string) => staticFiles(root)(requestOf('GET', uri));

  test('is not read ahead of who takes it, and is closed when that one leaves', async () => {
    let pieces = 0;
    let hold: Unsubscribable | undefined;
    const subscription = notifications('/large.bin').subscribe((part) => {
      if (part.type !== 'response_body') return;
      pieces++;
      hold = part.flow?.hold();
    });
    await until(() => pieces === 1);
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(pieces).toBe(1);
    hold?.unsubscribe();
    await until(() => pieces === 2);
    expect(open()).toHaveLength(1);
    subscription.unsubscribe();
    await until(() => open().length === 0);
    expect(pieces).toBe(2);
  });

  test('is closed when it is left before it is open', async () => {
    let said = 0;
    notifications('/large.bin')
      .subscribe(() => said++)
      .unsubscribe();
    // As long as another takes to be opened and read.
    for (let times = 0; times < 3; times++) await get('/a.txt');
    expect(said).toBe(0);
  });

  test('is not opened by who does not subscribe', async () => {
    void notifications('/large.bin');
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(open()).toEqual([]);
  });

  test.each([[1], [2], [3]])('is closed when it is left within notification %d', async (count) => {
    await lastValueFrom(notifications('/large.bin').pipe(take(count)), { defaultValue: undefined });
    await until(() => open().length === 0);
  });

  test('ends with an error when it becomes shorter, and not as if it were whole', async () => {
    const path = join(root, 'shrinking.bin');
    await writeFile(path, large);
    const seen: ResponseNotification['type'][] = [];
    let hold: Unsubscribable | undefined;
    const code = new Promise((resolve) => {
      notifications('/shrinking.bin').subscribe({
        next: (part) => {
          seen.push(part.type);
          if (part.type === 'response_body') hold ??= part.flow?.hold();
        },
        error: (error: unknown) => resolve((error as { code: unknown }).code),
        complete: () => resolve('complete'),
      });
    });
    await until(() => hold !== undefined);
    await truncate(path, 100_000);
    hold?.unsubscribe();
    expect(await code).toBe('BODY_INCOMPLETE');
    expect(seen).not.toContain('response_done');
  });

  test('is sent as it was when it becomes longer', async () => {
    const path = join(root, 'growing.bin');
    await writeFile(path, large);
    const all = lastValueFrom(
      staticFiles(root)(requestOf('GET', '/growing.bin')).pipe(collect(), toArray()),
      { defaultValue: [] },
    );
    await appendFile(path, 'more');
    const [response] = await all;
    expect(response.content.length).toBe(Number(fieldOf(response, 'Content-Length')));
  });
});

test('files come whole over a connection', async () => {
  const server = new HttpServer({ host: '127.0.0.1', onError: () => undefined });
  const client = new HttpClient();
  const ports = new Promise<number>((resolve) => {
    const serving = server.serve(staticFiles(root)).subscribe((notification) => {
      if (notification.type === 'start') resolve(notification.address.port);
    });
    stops.push(() => serving.unsubscribe());
  });
  const port = await ports;
  const responses = await Promise.all(
    ['/large.bin', '/a.txt', '/folder'].map((path) =>
      lastValueFrom(
        client
          .exchange({ method: 'GET', uri: `http://127.0.0.1:${port}${path}`, headers: [] })
          .pipe(collect()),
        { defaultValue: undefined },
      ),
    ),
  );
  expect(responses.map((response) => [response?.status, response?.content.length])).toEqual([
    [200, LARGE],
    [200, 7],
    [301, 18],
  ]);
  await lastValueFrom(client.close(), { defaultValue: undefined });
});

const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
});
