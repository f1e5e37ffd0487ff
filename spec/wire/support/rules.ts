import { readFileSync } from 'node:fs';
import * as errors from '../../../src/message/errors.ts';
import type { HeaderList } from '../../../src/message/headers.ts';
import type { HttpVersion } from '../../../src/message/notifications.ts';
import { bodyWriter } from '../../../src/wire/body-writer.ts';
import { controlFields } from '../../../src/wire/control-fields.ts';
import { formatField } from '../../../src/wire/field-section.ts';
import {
  sentRequestFraming,
  sentResponseFraming,
  type Framing,
  type SentFraming,
} from '../../../src/wire/framing.ts';
import { formatHead, formatTrailers } from '../../../src/wire/message-writer.ts';
import { formatRequestLine, formatStatusLine } from '../../../src/wire/start-line.ts';
import { RequestReader } from '../../../src/wire/request-reader.ts';
import { octets, requests, responses, type Open } from './every-cut.ts';

/** The document whose tables are the rules. */
const DOCUMENT = readFileSync(new URL('../../../docs/wire.md', import.meta.url), 'utf8');

export type Row = Readonly<Record<string, string>>;

/** The rows of the tables that have these columns. */
function rowsOf(...columns: readonly string[]): Row[] {
  const rows: Row[] = [];
  let isWanted = false;
  for (const line of DOCUMENT.split('\n')) {
    if (!line.startsWith('|')) {
      isWanted = false;
      continue;
    }
    const cells = line.slice(1, line.lastIndexOf('|')).split('|').map((cell) => cell.trim()); // prettier-ignore
    if (isWanted && !line.startsWith('| ---')) {
      if (cells.length !== columns.length) throw new Error(`not ${columns.length} cells: ${line}`);
      rows.push(Object.fromEntries(columns.map((column, at) => [column, cells[at]])));
    }
    isWanted ||= cells.join() === columns.join();
  }
  return rows;
}

export const READING = rowsOf('Rule', 'RFC', 'Who', 'Outcome', 'Status', 'careful: false', 'Example');
export const WRITING = rowsOf('Rule', 'RFC', 'Who', 'Outcome', 'Example');

/** What stands between backticks, or undefined for a cell that is not such. */
function codeIn(cell: string): string {
  const match = /^`(.*)`$/.exec(cell);
  if (match === null) throw new Error(`no example: ${cell}`);
  return match[1];
}

/** Octets as the document writes them. */
export function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9A-F]{2})|(.))/g, (_, hex: string | undefined, char: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const octet = { r: '\r', n: '\n', t: '\t', '\\': '\\' }[char];
    if (octet === undefined) throw new Error(`\\${char} in ${text}`);
    return octet;
  });
}

export type Side = 'server' | 'client';

/** An example, ready to be read by one of the sides. */
export interface ReadingExample {
  readonly side: Side;
  readonly open: (careful: boolean) => Open;
  readonly octets: Uint8Array;
  readonly ends: boolean;
}

const START: Readonly<Record<Side, string>> = {
  server: 'POST / HTTP/1.1\r\n',
  client: 'HTTP/1.1 200 OK\r\n',
};

export function sidesOf(row: Row): Side[] {
  const who = row['Who'];
  if (who === 'both') return ['server', 'client'];
  if (who !== 'server' && who !== 'client') throw new Error(`who is ${who}?`);
  return [who];
}

export function readingExample(row: Row, side: Side): ReadingExample {
  const [, method = 'GET', text] = /^(?:([A-Z]+) > )?(.*)$/.exec(codeIn(row['Example'])) ?? [];
  const ends = text.endsWith('{end}');
  const start = START[side];
  const head = side === 'server' ? `${start}Host: a\r\n` : start;
  const macros: Readonly<Record<string, string>> = {
    start,
    head,
    chunked: `${head}Transfer-Encoding: chunked\r\n\r\n`,
    end: '',
  };
  let expanded = unescape(text);
  // Innermost first, as a repetition may hold another.
  for (let before = ''; before !== expanded;) {
    before = expanded;
    expanded = expanded
      .replace(/\{(\d+)\*([^{}]*)\}/g, (_, count: string, of: string) => of.repeat(Number(count)))
      .replace(/\{([a-z]+)\}/g, (macro, name: string) => macros[name] ?? macro);
  }
  return {
    side,
    open: (careful) => (side === 'server' ? requests() : responses([method], { careful })),
    octets: octets(expanded),
    ends,
  };
}

function fieldsOf(headers: HeaderList, { declared }: SentFraming): string {
  const head = formatHead({ startLine: '', headers, fields: controlFields(headers), declared });
  return head.replace(/\r\n$/, '');
}

const WRITERS = {
  requestLine: formatRequestLine,
  statusLine: formatStatusLine,
  field: formatField,
  trailers: formatTrailers,
  request: (method: string, headers: HeaderList, hasContent: boolean): string =>
    fieldsOf(headers, sentRequestFraming(method, controlFields(headers), hasContent)),
  response: (status: number, method: string, version: HttpVersion, headers: HeaderList): string =>
    fieldsOf(headers, sentResponseFraming(status, method, version, controlFields(headers))),
  body: (framing: Framing, chunks: readonly unknown[], trailers: HeaderList): string => {
    let written = '';
    const writer = bodyWriter(framing, (piece) => {
      written += typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');
    });
    for (const chunk of chunks) writer.chunk(typeof chunk === 'string' ? octets(chunk) : (chunk as never));
    writer.done(trailers);
    return written;
  },
  limits: (limits: object): string => {
    new RequestReader({ limits });
    return 'accepted';
  },
};

/** Does what the example of a row about writing says. */
export function write(row: Row): string {
  const [, name, args] = /^(\w+)\((.*)\)$/.exec(codeIn(row['Example'])) ?? [];
  if (!Object.hasOwn(WRITERS, name)) throw new Error(`no such example: ${row['Example']}`);
  const writer = WRITERS[name as keyof typeof WRITERS] as (...args: unknown[]) => string;
  return writer(...(JSON.parse(`[${args}]`) as unknown[]));
}

/** The classes of errors about what has been read, without those that only others are made from. */
export function messageErrors(): string[] {
  return Object.entries(errors)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof errors.MessageError)
    .map(([name]) => name)
    .filter((name) => name !== errors.MessageError.name);
}
