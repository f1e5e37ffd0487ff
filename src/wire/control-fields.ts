import { UnwritableError } from '../message/errors.ts';
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
      return match(name, 'TE', 'te');
    case 4:
      return match(name, 'Host', 'host');
    case 6:
      return match(name, 'Expect', 'expect');
    case 7:
      return match(name, 'Upgrade', 'upgrade');
    case 10:
      return match(name, 'Connection', 'connection') ?? match(name, 'Keep-Alive', 'keep-alive');
    case 14:
      return match(name, 'Content-Length', 'content-length');
    case 16:
      return match(name, 'Proxy-Connection', 'proxy-connection');
    case 17:
      return match(name, 'Transfer-Encoding', 'transfer-encoding');
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
  return FRAMING.has(name.replace(/[^!#$%&'*+.^_`|~0-9A-Za-z-]/g, '').toLowerCase());
}

/** As it is mostly written, or in any case; the first letter decides for nearly every other field of that length. */
function match<Name extends ControlName>(name: string, usual: string, control: Name): Name | undefined {
  if (name === usual) return control;
  const isLike = (name.charCodeAt(0) | 0x20) === control.charCodeAt(0);
  return isLike && name.toLowerCase() === control ? control : undefined;
}

/** The values of the control fields present, the lines of each joined by `, ` (RFC 9110 §5.3). */
export type ControlFields = Readonly<Partial<Record<ControlName, string | undefined>>>;

/** A class, so that all have one shape whatever is set: there are two for each exchange. */
class Values implements Record<ControlName, string | undefined> {
  connection: string | undefined = undefined;
  'content-length': string | undefined = undefined;
  expect: string | undefined = undefined;
  host: string | undefined = undefined;
  'keep-alive': string | undefined = undefined;
  'proxy-connection': string | undefined = undefined;
  te: string | undefined = undefined;
  'transfer-encoding': string | undefined = undefined;
  upgrade: string | undefined = undefined;
}

const NONE: ControlFields = new Values();

export function controlFields(headers: HeaderList): ControlFields {
  let fields: Values | undefined;
  for (let at = 0; at < headers.length; at++) {
    const line = headers[at];
    const control = controlName(line[0]);
    if (control === undefined) continue;
    if (typeof line[1] !== 'string') throw new UnwritableError(`a value of ${line[0]} that is no string`);
    const value = trimWhitespace(line[1]);
    fields ??= new Values();
    const before = fields[control];
    fields[control] = before === undefined ? value : `${before}, ${value}`;
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

/** The protocols of an Upgrade field, the most wanted first (RFC 9110 §7.8). */
export function upgradeProtocols(upgrade: string): readonly string[] {
  return upgrade
    .split(',')
    .map(trimWhitespace)
    .filter((protocol) => protocol !== '');
}

/** Whether two protocols are one: their names are compared without regard to case, as RFC 9110 §16.7 has it. */
export function isSameProtocol(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
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
export function isHopByHop(
  name: string,
  options: readonly string[],
  control: ControlName | undefined = controlName(name),
): boolean {
  if (control === 'content-length' || control === 'host') return false;
  if (control !== undefined && HOP_BY_HOP.has(control)) return true;
  return options.length > 0 && options.includes(name.toLowerCase());
}
