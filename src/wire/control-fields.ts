import { trimWhitespace, type HeaderList } from '../message/headers.ts';

/**
 * The fields that steer the message and its connection rather than describe its content. The library writes them itself
 * where it must, and reads them here once for whoever asks.
 */
export type ControlName =
  | 'connection'
  | 'content-length'
  | 'expect'
  | 'host'
  | 'keep-alive'
  | 'proxy-connection'
  | 'te'
  | 'transfer-encoding'
  | 'upgrade';

/** The control field that a name stands for, whatever its case; by length first, as nearly every field is none. */
export function controlName(name: string): ControlName | undefined {
  switch (name.length) {
    case 2:
      return match(name, 'te');
    case 4:
      return match(name, 'host');
    case 6:
      return match(name, 'expect');
    case 7:
      return match(name, 'upgrade');
    case 10:
      return match(name, 'connection') ?? match(name, 'keep-alive');
    case 14:
      return match(name, 'content-length');
    case 16:
      return match(name, 'proxy-connection');
    case 17:
      return match(name, 'transfer-encoding');
    default:
      return undefined;
  }
}

/** The fields that say where a message ends: read by two parsers in two ways, they make two messages of it. */
const FRAMING: ReadonlySet<string> = new Set<ControlName>(['content-length', 'transfer-encoding']);

/**
 * Whether a reader that passes over what no token has would take `name` for that of a field that frames: `Content-Length`
 * with a space behind it, with NUL in it. There are such readers, and requests were smuggled past them (RFC 9112 §5.1).
 */
export function passesForFraming(name: string): boolean {
  return FRAMING.has(name.replace(/[^!#$%&'*+.^_`|~0-9A-Za-z-]+/g, '').toLowerCase());
}

function match<Name extends ControlName>(name: string, control: Name): Name | undefined {
  return name === control || name.toLowerCase() === control ? control : undefined;
}

/** The values of the control fields present, the lines of each joined by `, ` (RFC 9110 §5.3). */
export type ControlFields = Readonly<Partial<Record<ControlName, string>>>;

const NONE: ControlFields = {};

export function controlFields(headers: HeaderList): ControlFields {
  let fields: Partial<Record<ControlName, string>> | undefined;
  for (const [name, value] of headers) {
    const control = controlName(name);
    if (control === undefined) continue;
    fields ??= {};
    const before = fields[control];
    fields[control] = before === undefined ? trimWhitespace(value) : `${before}, ${trimWhitespace(value)}`;
  }
  return fields ?? NONE;
}

/**
 * The connection options, lower-cased (RFC 9110 §7.6.1). An option names a field that is meant for the next hop only.
 */
export function connectionOptions(fields: ControlFields): readonly string[] {
  const { connection } = fields;
  return connection === undefined ? [] : connection.toLowerCase().split(',').map(trimWhitespace);
}

/** The fields that end at the next hop even when Connection does not name them (RFC 9110 §7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set<ControlName>([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Whether a field is for this hop only: its kind says so, or a connection option names it. Content-Length and Host stay
 * even if named: `Connection: content-length` would change what the message is.
 */
export function isHopByHop(name: string, options: readonly string[]): boolean {
  const control = controlName(name);
  if (control === 'content-length' || control === 'host') return false;
  if (control !== undefined && HOP_BY_HOP.has(control)) return true;
  return options.length > 0 && options.includes(name.toLowerCase());
}
