import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { mimes } from 'mrmime';
import { asyncScheduler, defer, Observable } from 'rxjs';
import { respond } from '../../body/respond.ts';
import type { HttpServerRequest } from '../../message/exchange.ts';
import type { HeaderList } from '../../message/headers.ts';
import type { ResponseNotification } from '../../message/notifications.ts';
import { boolean, checkSettings, func, given, type Check } from '../../message/settings.ts';
import { pathAndQuery, pathOf } from '../../message/target.ts';
import type { Handler } from '../../server/http-server.ts';
import { refuse } from '../refuse.ts';
import { acceptedCodings, ENDINGS, type ContentCoding } from './accepted-coding.ts';
import { byteRanges, type ByteRange } from './byte-ranges.ts';
import { fileContent } from './file-content.ts';
import { filePath, type FilePath } from './file-path.ts';
import { openFile, type OpenFile } from './open-file.ts';
import { precondition, rangeField, type Validators } from './preconditions.ts';

/** What is served of a folder, and how. */
export interface StaticFilesOptions {
  /**
   * What the paths begin with that are looked for; what follows is the path below the root.
   *
   * @defaultValue '', all of them
   */
  readonly prefix?: string | undefined;
  /**
   * The file that is served for a folder; null serves none.
   *
   * @defaultValue 'index.html'
   */
  readonly index?: string | null | undefined;
  /**
   * Whether names that begin with a dot are served. `/.well-known/` always is (RFC 8615).
   *
   * @defaultValue false
   */
  readonly dotfiles?: boolean | undefined;
  /**
   * Codings in which files lie beside their originals (`app.js.br`, `.gz`, `.zst`), to be served to clients that take them;
   * the best first.
   *
   * @defaultValue none
   */
  readonly precompressed?: readonly ContentCoding[] | undefined;
  /** More fields for the file of this path below the root, such as Cache-Control. @defaultValue none */
  readonly headers?: ((path: string) => HeaderList) | undefined;
}

type Settings = {
  readonly [Name in keyof StaticFilesOptions]-?: Exclude<StaticFilesOptions[Name], undefined>;
};

const CHECKS: Record<keyof Settings | 'root', Check> = {
  root: (value) => (typeof value === 'string' && value !== '' ? undefined : 'the path of a folder'),
  prefix: (value) =>
    typeof value === 'string' && /^(?:\/.*[^/])?$/.test(value)
      ? undefined
      : 'a path that begins, and does not end, with /',
  index: (value) =>
    value === null || (typeof value === 'string' && /^[^/\0]+$/.test(value))
      ? undefined
      : 'the name of a file, or null',
  dotfiles: boolean,
  precompressed: (value) =>
    Array.isArray(value) && value.every((coding) => Object.hasOwn(ENDINGS, coding as string))
      ? undefined
      : `a list of ${Object.keys(ENDINGS).join(', ')}`,
  headers: func,
};

/** A file that is to be served, and as what. */
interface Served extends OpenFile {
  readonly path: FilePath;
  readonly coding: ContentCoding | undefined;
}

/**
 * A handler that answers with the files of a folder.
 *
 * With ETag, Last-Modified and the conditional requests on them (RFC 9110 §13), ranges (§14), Content-Type, and HEAD. A path
 * that leads out of the root, through links as well, is answered like one that is not there: 404. A folder is answered with
 * its index, and redirected to the path with a slash before. What is read is read when it can be sent, and the file is closed
 * when the exchange is over, however it ends.
 *
 * @param root - a folder; relative to the working directory
 * @throws TypeError that names `root` or an option with a wrong value
 *
 * @example
 * ```ts
 * const assets = staticFiles('dist/client', {
 *   prefix: '/assets',
 *   precompressed: ['br', 'gzip'],
 *   headers: () => [['Cache-Control', 'public, max-age=31536000, immutable']],
 * });
 * new HttpServer({ port: 8080 }).serve(assets).subscribe();
 * ```
 */
export function staticFiles(root: string, options: StaticFilesOptions = {}): Handler {
  const settings: Settings = {
    prefix: '',
    index: 'index.html',
    dotfiles: false,
    precompressed: [],
    headers: () => [],
    ...given(options, 'staticFiles'),
  };
  checkSettings({ root, ...settings }, CHECKS, 'staticFiles');
  return (request) => {
    const { method, uri } = request;
    if (method !== 'GET' && method !== 'HEAD') return refuse(405, [['Allow', 'GET, HEAD']]);
    let path;
    try {
      path = filePath(pathOf(uri), settings.prefix, settings.dotfiles);
    } catch {
      return refuse(400);
    }
    return path === undefined
      ? refuse(404)
      : leased(
          () => find(root, path, request, settings),
          (found) => {
            if (found === undefined) return refuse(404);
            if (found === 'folder') return redirect(uri);
            return serve(found, request, settings, asyncScheduler.now());
          },
        );
  };
}

/** Answers with what is found, and closes it with the subscription: at once, or as soon as it is open. */
function leased(
  finding: () => Promise<Served | 'folder' | undefined>,
  answer: (found: Served | 'folder' | undefined) => Observable<ResponseNotification>,
): Observable<ResponseNotification> {
  return new Observable((subscriber) => {
    finding().then(
      (found) => {
        if (typeof found === 'object') subscriber.add(() => void close(found.handle));
        if (!subscriber.closed) subscriber.add(defer(() => answer(found)).subscribe(subscriber));
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function close(handle: FileHandle): Promise<void> {
  try {
    await handle.close();
  } catch {
    // Nothing was written: there is nothing to lose, and nobody to tell.
  }
}

/** The file for a path, in the best coding that the client takes, or what else is there. */
async function find(
  root: string,
  path: FilePath,
  { headers }: HttpServerRequest,
  { index, precompressed }: Settings,
): Promise<Served | 'folder' | undefined> {
  let { segments } = path;
  let found = await openFile(root, segments);
  if (found === 'folder') {
    if (!path.isFolder) return 'folder';
    if (index === null) return undefined;
    segments = [...segments, index];
    found = await openFile(root, segments);
  } else if (path.isFolder) {
    if (found !== undefined) await close(found.handle);
    return undefined;
  }
  if (typeof found !== 'object') return undefined;
  const coded = await findCoded(root, segments, acceptedCodings(headers, precompressed), found);
  return { path: { ...path, segments }, ...coded };
}

/** The file in the first of these codings in which it lies beside the original, or that. Only one of them stays open. */
async function findCoded(
  root: string,
  segments: readonly string[],
  codings: readonly ContentCoding[],
  original: OpenFile,
): Promise<OpenFile & { readonly coding: ContentCoding | undefined }> {
  try {
    for (const coding of codings) {
      const name = `${segments.at(-1) ?? ''}${ENDINGS[coding]}`;
      const coded = await openFile(root, [...segments.slice(0, -1), name]);
      if (typeof coded !== 'object') continue;
      await close(original.handle);
      return { ...coded, coding };
    }
  } catch (error) {
    await close(original.handle);
    throw error;
  }
  return { ...original, coding: undefined };
}

/** To the path with a slash, so that what a page names relative to itself is looked for inside of the folder. */
function redirect(uri: string): Observable<ResponseNotification> {
  const path = pathOf(uri);
  return refuse(301, [['Location', `${path}/${pathAndQuery(uri).slice(path.length)}`]]);
}

function serve(
  { handle, stats, path, coding }: Served,
  { method, headers }: HttpServerRequest,
  { headers: moreHeaders, precompressed }: Settings,
  now: number,
): Observable<ResponseNotification> {
  const name = path.segments.at(-1) ?? '';
  const size = Number(stats.size);
  const validators = validatorsOf(stats, now);
  const always: HeaderList = [
    ['ETag', validators.etag],
    ['Last-Modified', new Date(validators.lastModified).toUTCString()],
    ...(precompressed.length === 0 ? [] : ([['Vary', 'Accept-Encoding']] as const)),
    ...moreHeaders(path.segments.join('/')),
  ];
  const verdict = precondition(headers, validators, now);
  if (verdict === 304) return respond(304, { headers: always });
  if (verdict === 412) return refuse(412);

  const type = contentType(name);
  const described: HeaderList = [
    ...always,
    ...(coding === undefined ? [] : ([['Content-Encoding', coding]] as const)),
    // What a browser takes for something else than what it is called may run in the name of this origin.
    ['X-Content-Type-Options', 'nosniff'],
    ['Accept-Ranges', 'bytes'],
  ];
  const whole = size === 0 ? [] : [{ start: 0, end: size - 1 }];
  const send = (status: number, more: HeaderList, parts: readonly (Uint8Array | ByteRange)[]) =>
    respond(status, {
      headers: [...described, ...more, ['Content-Length', String(lengthOf(parts))]],
      body: method === 'HEAD' ? undefined : fileContent(handle, parts),
    });

  // RFC 9110 §14.2: Range is for GET.
  const range = method === 'GET' ? rangeField(headers, validators, now) : undefined;
  const ranges = range === undefined ? undefined : byteRanges(range, size);
  if (ranges === undefined) return send(200, [['Content-Type', type]], whole);
  if (ranges.length === 0) return refuse(416, [['Content-Range', `bytes */${String(size)}`]]);
  if (ranges.length === 1) {
    return send(
      206,
      [
        ['Content-Type', type],
        ['Content-Range', contentRange(ranges[0], size)],
      ],
      ranges,
    );
  }
  const boundary = randomUUID();
  return send(
    206,
    [['Content-Type', `multipart/byteranges; boundary=${boundary}`]],
    multipart(ranges, boundary, type, size),
  );
}

/** As fine as the file system has them: two states of a file have one tag only if they have one size and one ns. */
function validatorsOf({ size, mtimeNs, mtimeMs }: OpenFile['stats'], now: number): Validators {
  // RFC 9110 §8.8.2.1: not later than the message itself.
  const modified = Math.min(Number(mtimeMs), now);
  return {
    etag: `"${size.toString(16)}-${mtimeNs.toString(16)}"`,
    lastModified: Math.floor(modified / 1000) * 1000,
  };
}

const TEXTUAL = /^(?:text\/|application\/(?:javascript|json|manifest\+json|xml)$|image\/svg\+xml$)/;

function contentType(name: string): string {
  const ending = extname(name).slice(1).toLowerCase();
  const type = Object.hasOwn(mimes, ending) ? mimes[ending] : 'application/octet-stream';
  return TEXTUAL.test(type) ? `${type}; charset=utf-8` : type;
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${String(start)}-${String(end)}/${String(size)}`;
}

/** The parts of a multipart/byteranges (RFC 9110 §14.6). */
function multipart(
  ranges: readonly ByteRange[],
  boundary: string,
  type: string,
  size: number,
): (Uint8Array | ByteRange)[] {
  return [
    ...ranges.flatMap((range) => [
      Buffer.from(
        `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`,
        'latin1',
      ),
      range,
    ]),
    Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'),
  ];
}

function lengthOf(parts: readonly (Uint8Array | ByteRange)[]): number {
  return parts.reduce(
    (sum, part) => sum + (part instanceof Uint8Array ? part.length : part.end - part.start + 1),
    0,
  );
}
