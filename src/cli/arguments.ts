import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { HeaderList } from '../message/headers.ts';
import { UsageError } from './usage.ts';

/** Where the content of a request comes from. */
export type Data =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'stdin' };

export interface RequestCommand {
  readonly type: 'request';
  readonly uri: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly data: Data | undefined;
  /** A file; stdout if undefined. */
  readonly output: string | undefined;
  readonly include: boolean;
  /** The file of the certificates that are trusted; those that Node trusts if undefined. */
  readonly cacert: string | undefined;
  /** ms of a marble frame; nothing is drawn if undefined. */
  readonly frame: number | undefined;
  /** The file of a recording. */
  readonly record: string | undefined;
}

export interface DrawCommand {
  readonly type: 'draw';
  /** The file of a recording. */
  readonly recording: string;
  /** A file; stdout if undefined. */
  readonly output: string | undefined;
}

export interface ServeCommand {
  readonly type: 'serve';
  readonly host: string;
  readonly port: number;
  /** ms of a marble frame; nothing is drawn if undefined. */
  readonly frame: number | undefined;
}

export type Command =
  RequestCommand | ServeCommand | DrawCommand | { readonly type: 'help' } | { readonly type: 'version' };

const DEFAULT_FRAME = 10;

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const MARBLES = { marbles: { type: 'boolean' }, frame: { type: 'string' } } as const;

const OUTPUT = { output: { type: 'string', short: 'o' } } as const;

const REQUEST = {
  ...COMMON,
  ...MARBLES,
  ...OUTPUT,
  record: { type: 'string' },
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd' },
  include: { type: 'boolean', short: 'i' },
  cacert: { type: 'string' },
  head: { type: 'boolean', short: 'I' },
} as const;

const DRAW = { ...COMMON, ...OUTPUT } as const;

const SERVE = { ...COMMON, ...MARBLES, host: { type: 'string' }, port: { type: 'string' } } as const;

/**
 * What the arguments behind the command's name ask for.
 *
 * @throws UsageError
 */
export function parseArguments(args: readonly string[]): Command {
  const [first, ...others] = args;
  if (first === 'serve') return serveCommand(others);
  return first === 'draw' ? drawCommand(others) : requestCommand(args);
}

function requestCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args, REQUEST);
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const url = positionals.at(0);
  const others = positionals.slice(1);
  if (url === undefined) throw new UsageError('no URL');
  if (others.length > 0) throw new UsageError(`one URL at a time, and not also ${others.join(' ')}`);
  const { method, header = [], data, output, record, include = false, head = false, cacert } = values;
  return {
    type: 'request',
    uri: /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(url) ? url : `http://${url}`,
    method: method ?? (head ? 'HEAD' : data === undefined ? 'GET' : 'POST'),
    headers: header.map(parseHeader),
    data: data === undefined ? undefined : parseData(data),
    output: output === '-' ? undefined : output,
    include: include || head,
    cacert,
    frame: parseFrame(values),
    record,
  };
}

function drawCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args, DRAW);
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [recording, ...others] = positionals as readonly (string | undefined)[];
  if (recording === undefined || others.length > 0)
    throw new UsageError('draw takes one file of a recording');
  return { type: 'draw', recording, output: values.output === '-' ? undefined : values.output };
}

function serveCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args, SERVE);
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  if (positionals.length > 0) throw new UsageError(`serve takes no ${positionals.join(' ')}`);
  const { host = 'localhost', port = '8080' } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError(`${port} is not a port`);
  return { type: 'serve', host, port: Number(port), frame: parseFrame(values) };
}

function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The terminal's octets, UTF-8 as a rule, leave as they are: header strings have one code unit an octet. */
function parseHeader(line: string): readonly [name: string, value: string] {
  const octets = Buffer.from(line, 'utf8').toString('latin1');
  const colon = octets.indexOf(':');
  if (colon < 1) throw new UsageError(`a header is name:value, and not ${line}`);
  return [octets.slice(0, colon), octets.slice(colon + 1)];
}

function parseData(data: string): Data {
  if (data === '-') return { type: 'stdin' };
  return data.startsWith('@') ? { type: 'file', path: data.slice(1) } : { type: 'text', text: data };
}

function parseFrame({
  marbles = false,
  frame,
}: {
  marbles?: boolean | undefined;
  frame?: string | undefined;
}): number | undefined {
  if (frame === undefined) return marbles ? DEFAULT_FRAME : undefined;
  if (!/^\d+(\.\d+)?$/.test(frame) || Number(frame) === 0) {
    throw new UsageError(`a frame is a number of ms, and not ${frame}`);
  }
  return Number(frame);
}
